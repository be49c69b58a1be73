"""How often somebody may do something: a bucket that fills slowly and is emptied by each time."""


class Pace:
    """`rate` times a second, and `burst` at once after a pause."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = float(burst)
        self._at = now

    def take(self, now: float) -> float:
        """Count one; return for how many seconds it came too early, 0 when it did not."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate) - 1
        self._at = now
        return max(0.0, -self._left / self._rate)
