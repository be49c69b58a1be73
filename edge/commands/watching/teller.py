"""Says what a device says: one line each, with the site's local time, in one language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from drivers.ports import Now
from drivers.supervisor import Link
from edge.model.causes import cause_of
from edge.model.reasons import say
from edge.site import Site


def visible(text: str) -> str:
    """Return a text with control characters written as `<1D>`, so that a terminal shows and obeys none."""
    return "".join(sign if sign.isprintable() else f"<{ord(sign):02X}>" for sign in text)


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes lines in `language` on the site's clock."""

    site: Site
    language: str
    now: Now
    write: Callable[[str], None]

    def words(self, code: str, details: Mapping[str, Any] | None = None) -> str:
        """Return the words for a code."""
        return str(say(code, self.language, details))

    def speak(self, ja: str, en: str) -> str:
        """Return the one of two texts that is in our language."""
        return ja if self.language == "ja" else en

    def say(self, code: str, details: Mapping[str, Any] | None = None, at: datetime | None = None) -> None:
        """Write the words for a code as one line; `at` is when it happened, now if left out."""
        self.line(self.words(code, details), at)

    def line(self, text: str, at: datetime | None = None) -> None:
        """Write one line; `at` is when it happened, now if left out."""
        local = self.site.local(at or self.now())
        self.write(f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}  {text}")

    def link(self, link: Link) -> None:
        """Say that the link is up, or down and why."""
        if link.up:
            self.say("link.up")
        elif link.error is not None:
            self.say("link.down", {"why": self.words(cause_of(link.error)), "error": visible(link.error)})
