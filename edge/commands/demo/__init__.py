"""`genba demo`: a whole site without any set-up, each part a process of its own."""

from edge.commands.demo.cli import demo

__all__ = ["demo"]
