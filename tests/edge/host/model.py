"""A receiver that judges: every number of a subject once and in order, or it says what was wrong."""

from collections.abc import Iterable

from edge.store.tx import Entry, Tx


class Judge:
    """Keeps what it was told first, and tolerates repetitions only."""

    def __init__(self) -> None:
        self.told: dict[str, list[int]] = {}
        self.given_up: dict[str, list[int]] = {}
        self.repeated = 0

    def hear(self, subject: str, number: int) -> str:
        """Take one event; raises AssertionError when it comes before its time."""
        told = self.told.setdefault(subject, [])
        if number in told:
            self.repeated += 1
            return "duplicate"
        done = len(told) + len(self.given_up.get(subject, []))
        assert number == done + 1, f"{subject}: number {number} after {told}, given up {self.given_up.get(subject)}"
        told.append(number)
        return "accepted"

    def give_up(self, subject: str, number: int) -> None:
        """A person discarded it: it counts as told, should it have been heard or not."""
        if number not in self.told.get(subject, []):
            self.given_up.setdefault(subject, []).append(number)

    def complete(self, expected: dict[str, int]) -> bool:
        """Return whether every number of every subject was told or given up."""
        return all(
            sorted(self.told.get(subject, []) + self.given_up.get(subject, [])) == list(range(1, count + 1))
            for subject, count in expected.items()
        )


def happen(tx: Tx, subjects: Iterable[str]) -> list[Entry]:
    """Let something happen that the WMS is to be told, with something inward in between."""
    entries = []
    for subject in subjects:
        entries.append(tx.journal("stock.adjusted", subject, outward=True, quantity=1))
        tx.journal("stock.moved", subject, quantity=1)
    return entries
