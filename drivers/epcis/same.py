"""Whether two events say the same, in whatever order their lists are (I52)."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

OF_THE_RECORD = frozenset(("recordTime", "@context"))
"""What a repository or a document adds to an event: no part of what it says."""
TIMES = frozenset(("eventTime", "declarationTime"))


def fingerprint(event: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what an event says: the same for other orders of lists and other offsets of one moment.

    It is not the event hash of the CBV, and compares events of one maker only.
    """
    said = {name: value for name, value in event.items() if name not in OF_THE_RECORD}
    return hashlib.sha256(_canonical(said).encode()).hexdigest()


def _canonical(value: object) -> str:
    """Return JSON with sorted keys and, at every depth, sorted lists: no list of EPCIS says anything by its order."""
    if isinstance(value, Mapping):
        parts = (f"{json.dumps(key)}:{_canonical(_moment(key, value[key]))}" for key in sorted(value))
        return "{" + ",".join(parts) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(sorted(map(_canonical, value))) + "]"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def _moment(key: str, value: object) -> object:
    if key not in TIMES or not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    except ValueError:
        return value
