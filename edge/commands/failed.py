"""What a command says when it cannot go on: one line naming thing, place and remedy. No traceback, exit code 1."""

from pathlib import Path

from edge.commands.language import told


class Failed(Exception):
    """The command cannot do its work; the text names thing, place and remedy."""


def not_written(file: Path, error: OSError) -> Failed:
    """Return what is said of a file that cannot be written."""
    return Failed(
        told(
            f"{file}: 書けません（{error.strerror}）。フォルダーとその所有者を確認してください。",
            f"{file}: it cannot be written ({error.strerror}). Check the folder and its owner.",
        )
    )
