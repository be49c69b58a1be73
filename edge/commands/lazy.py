"""Sub-commands that are imported when they are called, so that `genba --help` answers at once."""

import gc
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from edge.commands.translate import in_words, translate


class Place(NamedTuple):
    """Where a sub-command lives, and the line about it in the help."""

    module: str
    name: str
    about: str


class Lazy(TyperGroup):
    """A group whose commands are known by name, and imported when one is called."""

    places: ClassVar[dict[str, Place]]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  the base class's form
        """Name the commands, in the order of the table."""
        return list(self.places)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  the base class's form
        """Return what the help needs to know of a command."""
        place = self.places.get(cmd_name)
        return None if place is None else TyperCommand(cmd_name, help=in_words(place.about))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Import the command that is called."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is None or command is None:
            return name, command, rest
        command = load(self.places[name], name)
        if not rest or any(option in rest for option in ctx.help_option_names):
            translate(command, ctx)
        return name, command, rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show what the group is for, in the language of whoever asks."""
        translate(self, ctx)
        super().format_help(ctx, formatter)


def load(place: Place, name: str) -> Any:
    """Import a command: a Typer app, or a function that becomes one."""
    found = getattr(_imported(place.module), place.name)
    if isinstance(found, typer.Typer):
        command = typer.main.get_command(found)
    else:
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(help=found.__doc__)(found)
        command = typer.main.get_command(alone)
    command.name = name
    return command


def _imported(module: str) -> ModuleType:
    """Import without looking for garbage: code leaves none, and what it brings stays to the end."""
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.freeze()
        gc.enable()
