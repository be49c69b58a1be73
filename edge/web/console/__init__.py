"""The supervisor's console: nine views, one stream, deeds that ask before they hurt. See docs/console.md."""

from edge.web.console.router import console_router

__all__ = ["console_router"]
