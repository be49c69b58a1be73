"""What a robot's use is counted in: the basis of what its lessor is paid (RaaS)."""

from dataclasses import dataclass


@dataclass(slots=True)
class Amounts:
    """What a robot used of one day, as far as it is measured and not counted from the journal."""

    powered_ms: int = 0
    """Time in which it was heard."""
    worked_ms: int = 0
    """Of that, time in which it had a tour."""
    drove_mm: int = 0
    """By its own odometer."""
    drained: int = 0
    """Percentage points taken out of its battery."""
    charged: int = 0
    """Percentage points put in."""
    charges: int = 0
    """How often it was charged."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where a robot's battery and odometer are counted."""

    percent: int | None = None
    charging: bool = False
    """It is in a charge that has been counted."""
    odometer_mm: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a robot says now; None for what it does not tell."""

    online: bool
    working: bool
    percent: int | None
    charging: bool
    odometer_mm: int | None = None
