"""The `genba` command."""

import sys
from importlib import import_module

import typer

from edge.commands.language import spoken
from edge.commands.lazy import Lazy, Place

COMMANDS = {
    "demo": Place("edge.commands.demo", "demo", "See a whole site at work, without any set-up."),
    "run": Place("edge.commands.run", "run", "Run a site."),
    "check": Place("edge.commands.check", "check", "Find mistakes in a site file."),
    "watch": Place("edge.commands.watch", "watch", "Show live what one device says."),
    "label": Place("edge.commands.label", "label", "Draw a label template with sample data."),
    "new": Place("edge.commands.new", "new", "Draw a first site file."),
    "lif": Place("edge.commands.lif", "lif", "Roadmaps from and for robot makers' layout files."),
    "backup": Place("edge.commands.backup", "backup", "Copy a running site's database."),
    "restore": Place("edge.commands.backup", "restore", "Put a backup back in place."),
    "user": Place("edge.commands.users", "users", "People: badges, PINs, sessions, blocks."),
    "robot": Place("edge.commands.robots", "robots", "The fleet's places: who has one, who wants one."),
    "key": Place("edge.commands.keys", "keys", "API keys of machines."),
    "usage": Place("edge.commands.usage", "usage", "What each robot used by day, for the lessor's bill."),
    "epcis": Place("edge.commands.epcis", "epcis", "What happened as EPCIS 2.0 events, and checks of such."),
    "sim": Place("edge.commands.sim", "sim", "Simulated robots, readers, PLCs, people and a WMS on real ports."),
    "simulate": Place("edge.commands.simulate.cli", "simulate", "Whole days in virtual time, judged."),
    "bench": Place("edge.commands.bench", "bench", "Measure this machine."),
    "decode": Place("edge.commands.decode", "decode", "Say what a scanned code means."),
}


class Commands(Lazy):
    """All of them."""

    places = COMMANDS


app = typer.Typer(
    cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, help="Genba runs one warehouse site.",
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


@app.callback()
def _root() -> None:
    """Genba runs one warehouse site."""


def main() -> None:
    """Run the command; what cannot work is said in one line, with exit code 1."""
    try:
        app()
    except Exception as error:
        text = import_module("edge.commands.said").said(error, spoken())
        if text is None:
            raise
        sys.stderr.write(f"{text}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
