"""What is told in EPCIS has a name of its own."""

from edge.model.faults import Fault
from edge.sitecheck.check import Check


def check_epcis(check: Check) -> None:
    """What is told in EPCIS has a name, and no two places have one name."""
    told = check.site.epcis
    if told is None:
        return
    if not told.gln and not told.base:
        check.add(("epcis",), Fault.EPCIS_NAMELESS)
    if "company_prefix" not in check.site.rules.model_fields_set:
        check.add(("epcis",), Fault.EPCIS_NO_PREFIX, prefix=check.site.rules.company_prefix)
    points = dict.fromkeys(point.id for point in check.site.read_points)
    seen: dict[str, None] = {}
    for place in (*check.site.gate, *check.site.station, *points, *check.site.location):
        if told.gln and place in seen:
            check.add(("epcis", "gln"), Fault.EPCIS_ONE_NAME, id=place)
        seen.setdefault(place)
