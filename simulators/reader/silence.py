"""How long a tag keeps silent after an answer: the inventoried flags of EPC Gen2 (§6.3.2.2), asked for A alone (I12).

An answer turns the session's flag from A to B, and a reader that asks for A hears the tag again only when the flag is
back. In S0 it is back as soon as the power goes, which this reader takes away after each antenna's turn.
"""

_FROM_ANSWER = (0.5, 5.0)
"""Seconds that S1 lasts, with power or without."""
_FROM_POWER = (2.0, 10.0)
"""Seconds that S2 and S3 outlast the power; the standard sets no upper end."""


class Silence:
    """Which tags hold a flag at B. `hold` is the chip's place between the shortest and the longest time, 0 to 1."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, int], float] = {}

    def answered(self, epc: str, session: int, hold: float, now: float) -> None:
        """Take an answer."""
        if session:
            self._until[epc, session] = now + _lasts(session, hold)

    def power(self, epc: str, session: int, hold: float, now: float) -> bool:
        """Give a tag power; return whether it may answer. In S2 and S3 power keeps the flag where it is."""
        if self._until.get((epc, session), now) <= now:
            return True
        if session > 1:
            self._until[epc, session] = now + _lasts(session, hold)
        return False

    def next_round(self, epc: str, session: int, now: float) -> float:
        """Return when a round next makes a difference to a tag before the antennas."""
        return now if session > 1 else max(now, self._until.get((epc, session), now))

    def forget(self, now: float) -> None:
        """Drop the flags that are back at A."""
        self._until = {flag: until for flag, until in self._until.items() if until > now}


def _lasts(session: int, hold: float) -> float:
    shortest, longest = _FROM_ANSWER if session == 1 else _FROM_POWER
    return shortest + hold * (longest - shortest)
