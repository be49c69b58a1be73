"""Numbers, times and quantities as a person reads them: in the site's zone and the person's language (house rule 9)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS_JA = "月火水木金土日"
DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NONE = "–"


@dataclass(frozen=True, slots=True)
class Formatter:
    """How one person reads values at one moment; `now` decides what "today" and "ago" mean."""

    language: str
    zone: ZoneInfo
    now: datetime

    @property
    def ja(self) -> bool:
        """Whether the person reads Japanese."""
        return self.language == "ja"

    def day(self, at: datetime | None) -> str:
        """Return 11/22(日) or Sun 22 Nov."""
        if at is None:
            return NONE
        local = at.astimezone(self.zone)
        if self.ja:
            return f"{local.month}/{local.day}({DAYS_JA[local.weekday()]})"
        return f"{DAYS_EN[local.weekday()]} {local.day} {MONTHS_EN[local.month - 1]}"

    def clock(self, at: datetime | None, *, seconds: bool = False) -> str:
        """Return 14:05, or 14:05:09."""
        return NONE if at is None else at.astimezone(self.zone).strftime("%H:%M:%S" if seconds else "%H:%M")

    def day_time(self, at: datetime | None, *, seconds: bool = False) -> str:
        """Return 11/22(日) 14:05 or Sun 22 Nov 14:05."""
        return NONE if at is None else f"{self.day(at)} {self.clock(at, seconds=seconds)}"

    def time(self, at: datetime | None) -> str:
        """Return the clock for a time of today, with its day for any other."""
        return self.clock(at) if self.is_today(at) else self.day_time(at)

    def told(self, at: str) -> str:
        """Return the time that a row of data holds as ISO 8601."""
        return self.time(datetime.fromisoformat(at))

    @property
    def today(self) -> date:
        """The site's present day."""
        return self.now.astimezone(self.zone).date()

    def is_today(self, at: datetime | None) -> bool:
        """Say whether a time lies on the site's present day."""
        return at is not None and at.astimezone(self.zone).date() == self.today

    def iso(self, at: datetime | None) -> str:
        """Return an ISO 8601 time with the site's offset, for tables that leave the console."""
        return "" if at is None else at.astimezone(self.zone).isoformat(timespec="seconds")

    def number(self, value: int | None) -> str:
        """Return 1,200."""
        return NONE if value is None else f"{value:,}"

    def pieces(self, value: int | None) -> str:
        """Return 1,200点 or 1,200 pcs."""
        return NONE if value is None else f"{value:,}点" if self.ja else f"{value:,} {'pc' if value == 1 else 'pcs'}"

    def grams(self, value: int | None) -> str:
        """Return 1,200 g."""
        return NONE if value is None else f"{value:,} g"

    def hours(self, seconds: int) -> str:
        """Return 26:05 for hours and minutes."""
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}"

    def watt_hours(self, value: int | None) -> str:
        """Return 1,200 Wh."""
        return NONE if value is None else f"{value:,} Wh"

    def percent(self, value: int | None) -> str:
        """Return 80% or 80 %."""
        return NONE if value is None else f"{value}%" if self.ja else f"{value} %"

    def span(self, length: timedelta) -> str:
        """Return a length of time in its two largest units, seconds only under a minute."""
        seconds = max(0, int(length.total_seconds()))
        if seconds < 60:
            return f"{seconds}秒" if self.ja else f"{seconds} s"
        minutes, hours, days = seconds // 60 % 60, seconds // 3600 % 24, seconds // 86400
        units = ("日", "時間", "分") if self.ja else (" d", " h", " min")
        parts = [f"{n}{unit}" for n, unit in zip((days, hours, minutes), units, strict=True) if n][:2]
        return ("" if self.ja else " ").join(parts)

    def since(self, at: datetime | None) -> str:
        """Return how long something has lasted."""
        return NONE if at is None else self.span(self.now - at)

    def ago(self, at: datetime | None) -> str:
        """Return 3分前 or 3 min ago."""
        if at is None:
            return NONE
        return f"{self.since(at)}前" if self.ja else f"{self.since(at)} ago"
