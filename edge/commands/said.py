"""Tells mistakes of the person at the keyboard, of files and of databases from bugs of ours."""

from edge.commands.failed import Failed
from edge.model.reasons import Refusal
from edge.sitefile import SiteError
from edge.store.database import StoreError


def said(error: Exception, language: str) -> str | None:
    """Return the words of an error that a person can act on, in `ja` or `en` where it has both; None for a bug."""
    if isinstance(error, Refusal):
        return str(error.words(language))
    if isinstance(error, SiteError):
        return error.told(language)
    if isinstance(error, StoreError):
        return error.words(language)
    return str(error) if isinstance(error, Failed) else None
