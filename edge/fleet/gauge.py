"""Counts the use of one robot from what it says now and then: nothing twice, nothing that cannot be.

A reading is a level, never a step: the same one again adds nothing, whoever repeats it and after whatever restart.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from edge.model.usage import Amounts, Mark, Reading

BATTERY_LEAP = 5
"""Percentage points. No robot uses that much between two readings, so the next one must agree. A rise of less without
a charger is noise; of more, a battery that was changed, or charged while nobody looked."""
ODOMETER_LEAP = 1_000_000
"""Millimetres; as with the battery. A fall is a leap of any size: a late word, or an odometer that began anew."""
FULL = 100


class Gauge:
    """Adds up one robot's use by day, starting from a mark."""

    def __init__(self, mark: Mark) -> None:
        self.mark = mark
        self._amounts: dict[str, Amounts] = {}
        self._at: datetime | None = None
        self._percent: int | None = None
        self._odometer: int | None = None

    def take(self, reading: Reading, moment: datetime, day: str) -> None:
        """Count a reading; `moment` is of a clock that nobody sets, `day` the site's (ISO 8601).

        The time since the reading before counts with what holds now.
        """
        before, self._at = self._at, moment
        if not reading.online:
            return
        amounts = self._amounts.get(day)
        if amounts is None:
            amounts = self._amounts[day] = Amounts()
        if before is not None:
            passed = (moment - before) // timedelta(milliseconds=1)
            amounts.powered_ms += passed
            amounts.worked_ms += passed * reading.working
        if reading.percent is not None and 0 <= reading.percent <= FULL:
            self._battery(reading.percent, reading.charging, amounts)
        if reading.odometer_mm is not None and reading.odometer_mm >= 0:
            self._drive(reading.odometer_mm, amounts)

    def cut(self) -> dict[str, Amounts]:
        """Return what was added up by day since the last cut, and begin anew."""
        amounts, self._amounts = self._amounts, {}
        return {day: amount for day, amount in amounts.items() if amount != Amounts()}

    def _battery(self, percent: int, charging: bool, amounts: Amounts) -> None:  # noqa: FBT001  a state
        last, self._percent = self._percent, percent
        mark = self.mark.percent
        if last is None or abs(percent - last) >= BATTERY_LEAP:
            return
        if mark is None:
            self.mark = replace(self.mark, percent=percent)
            return
        rise = percent - mark
        if rise > 0 and (charging or rise >= BATTERY_LEAP):
            amounts.charged += rise
            amounts.charges += not self.mark.charging
            self.mark = replace(self.mark, percent=percent, charging=charging)
        elif rise < 0 and not charging:
            amounts.drained -= rise
            self.mark = replace(self.mark, percent=percent)
        if not charging and self.mark.charging:
            self.mark = replace(self.mark, charging=False)

    def _drive(self, odometer: int, amounts: Amounts) -> None:
        last, self._odometer = self._odometer, odometer
        if last is None or not 0 <= odometer - last < ODOMETER_LEAP:
            return
        mark = self.mark.odometer_mm
        if mark is None or odometer < mark:
            self.mark = replace(self.mark, odometer_mm=odometer)
        elif odometer > mark:
            amounts.drove_mm += odometer - mark
            self.mark = replace(self.mark, odometer_mm=odometer)
