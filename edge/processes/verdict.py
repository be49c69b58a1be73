"""What a passage through a gate means for the load that stands there: expected tags against read ones (I28). Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Word:
    """A gate's word on a passage: when it began, which tells passages apart, and the tags read (upper-case hex)."""

    opened_at: datetime
    tags: Sequence[str]
    stayed: Sequence[str] = ()
    """Tags that it proved to stand where they stood before (I27)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`pass` or `stop`; the tags read so far, and the parcels that are missing and that belong elsewhere."""

    verdict: str
    read: list[str]
    missing: list[str]
    extra: list[str]


def judge(
    expected: Mapping[str, str],
    word: Word,
    direction: str,
    *,
    earlier: Sequence[Word],
    others: Callable[[list[str]], list[str]],
) -> Verdict:
    """Judge a word on a passage of a load whose tags stand in `expected` with the names of their parcels.

    `earlier` are the words on it that were judged `stop`, in their order, with all read until then: their reads of
    expected tags count too, for a re-read completes and does not start again; not of what stayed behind since: it was
    read where it stood. `others` names the parcels of other loads among tags.
    """
    seen: set[str] = set()
    for told in (*earlier, word):
        seen = seen.difference(told.stayed) | {tag for tag in told.tags if tag in expected}
    seen |= set(word.tags)
    missing = sorted(name for tag, name in expected.items() if tag not in seen)
    before = {tag for told in earlier if told.opened_at == word.opened_at for tag in told.tags}
    extra = others(sorted(before | set(word.tags)))  # a later word about this passage takes no parcel back
    passes = not missing and not extra and direction == "out"  # read is not gone: a cage may have been drawn back (I24)
    return Verdict("pass" if passes else "stop", sorted(seen), missing, extra)
