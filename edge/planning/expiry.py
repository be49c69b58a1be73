"""The one place that decides whether goods are too old to ship (F18, F85, F97i)."""

from datetime import date


def expired(expiry: str, today: date) -> bool:
    """Tell whether goods may no longer be shipped: their date has passed; on the day itself they may.

    `expiry` is YYYY-MM-DD or empty when the item has none; `today` is the site's day.
    """
    return bool(expiry) and date.fromisoformat(expiry) < today
