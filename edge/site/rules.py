"""The site's own choices."""

from pydantic import Field

from edge.site.forms import COMPANY_PREFIX, Part


class Rules(Part):
    """Choices of the site's own; the defaults suit a small e-commerce site."""

    totes: int = Field(default=60, ge=1, le=9999)
    """How many totes there are, T-0001 and on."""
    wave_minutes: int = Field(default=240, ge=1)
    """Orders are released this long before their cut-off."""
    batch_wait_seconds: int = Field(default=20, ge=0)
    """How long an order may wait for companions before a robot starts, part-filled or not."""
    batch_choice: int = Field(default=1, ge=1, le=10)
    """Full tours' worth of orders that must wait before a full tour goes at once: the more, the shorter the ways."""
    weight_tolerance_g: int = Field(default=15, ge=0)
    weight_tolerance_percent: int = Field(default=3, ge=0, le=50)
    load_parcels: int = Field(default=8, ge=1, le=100)
    load_wait_seconds: int = Field(default=120, ge=0)
    lease_seconds: int = Field(default=180, ge=30)
    """Without a sign of life for this long a person's work goes to others, and a robot that waits for nobody is told.
    The longest honest pause between two scans is a walk for a ladder or for labels, about two minutes; each minute more
    is one in which a robot may stand in a one-way aisle with others behind it."""
    session_hours: int = Field(default=12, ge=1, le=24)
    short_count_hours: int = Field(default=8, ge=0, le=168)
    """A picker's short has its location counted, unless a count of it ended within so many hours: a shift, so that a
    place that is short all day is counted once. 0: no count begins by itself."""
    robot_silent_seconds: int = Field(default=35, ge=5)
    """A robot that says nothing for this long is called silent (VDA 5050: at the latest every 30 s)."""
    robot_dead_seconds: int = Field(default=120, ge=10)
    company_prefix: str = Field(default="4912345", pattern=COMPANY_PREFIX)
    """GS1 company prefix for the SSCC of parcels: 7 to 10 digits, one of Japan (45, 49) not 8."""
