"""What pydantic finds wrong with the keys and values of a site file, in codes of the house."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from edge.model.faults import Fault, Finding, Path
from edge.site.forms import ADDRESS, CLOCK, COMPANY_PREFIX, ID, UUID_FORM

OF_TYPE: Mapping[str, Fault] = {
    "string_type": Fault.NOT_TEXT,
    "int_type": Fault.NOT_WHOLE,
    "int_parsing": Fault.NOT_WHOLE,
    "int_parsing_size": Fault.NOT_WHOLE,
    "int_from_float": Fault.NOT_WHOLE,
    "finite_number": Fault.NOT_WHOLE,
    "float_type": Fault.NOT_NUMBER,
    "float_parsing": Fault.NOT_NUMBER,
    "bool_type": Fault.NOT_TRUE_FALSE,
    "bool_parsing": Fault.NOT_TRUE_FALSE,
    "list_type": Fault.NOT_LIST,
    "dict_type": Fault.NOT_KEYS,
    "model_type": Fault.NOT_KEYS,
    "tuple_type": Fault.NOT_POINT,
    "too_long": Fault.NOT_POINT,
}
"""Types of pydantic that say all there is to say; of the tuples only points are in a site file."""
LIMITS: Mapping[str, tuple[Fault, str]] = {
    "greater_than_equal": (Fault.TOO_SMALL, "ge"),
    "less_than_equal": (Fault.TOO_LARGE, "le"),
    "greater_than": (Fault.NOT_ABOVE, "gt"),
    "string_too_long": (Fault.TOO_LONG, "max_length"),
    "too_short": (Fault.TOO_FEW, "min_length"),
}
"""Types of pydantic with a limit, and what pydantic calls it."""
PATTERNS: Mapping[str, Fault] = {
    ID: Fault.BAD_ID,
    CLOCK: Fault.BAD_TIME,
    ADDRESS: Fault.BAD_ADDRESS,
    COMPANY_PREFIX: Fault.BAD_PREFIX,
    UUID_FORM: Fault.BAD_UUID,
}
OWN = frozenset(Fault)
"""Types of the errors that edge/site/ raises itself."""
OF_KEY = "[key]"
"""What pydantic appends to the place of a key that is wrong itself."""


def shape_faults(error: ValidationError) -> list[Finding]:
    """Return what a validation error of a site says, one finding for each place."""
    return [_finding(told["type"], told["loc"], told.get("ctx", {})) for told in error.errors(include_url=False)]


def _finding(kind: str, where: Path, context: Mapping[str, Any]) -> Finding:
    if kind in OWN:
        return Finding(where, Fault(kind), context)
    if kind == "invalid_key" or OF_KEY in where:
        where = tuple(step for step in where if step != OF_KEY)
        return Finding(where, Fault.KEY_NOT_TEXT, {"key": where[-1]})
    if kind == "missing":
        of_point = isinstance(where[-1], int)
        return Finding(where[:-1], Fault.NOT_POINT) if of_point else Finding(where, Fault.MISSING, {"key": where[-1]})
    if kind == "extra_forbidden":
        return Finding(where, Fault.UNKNOWN_KEY, {"key": where[-1]})
    if kind in ("literal_error", "enum"):
        return Finding(where, Fault.NOT_ONE_OF, {"choices": str(context["expected"]).replace(" or ", ", ")})
    if kind == "string_pattern_mismatch":
        return Finding(where, PATTERNS.get(context["pattern"], Fault.UNUSABLE))
    if kind in LIMITS:
        fault, limit = LIMITS[kind]
        return Finding(where, fault, {"limit": f"{context[limit]:.15g}"})  # 0, not 0.0
    return Finding(where, OF_TYPE.get(kind, Fault.UNUSABLE))
