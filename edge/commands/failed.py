"""What a command says when it cannot go on: one line naming thing, place and remedy. No traceback, exit code 1."""


class Failed(Exception):
    """The command cannot do its work; the text names thing, place and remedy."""
