"""An attribute that is asked more than once while its object changes."""

from typing import TypeVar

T = TypeVar("T")


def just_now(value: T) -> T:
    """Return what was given; of an attribute itself mypy believes that it stays as compared, past every await."""
    return value
