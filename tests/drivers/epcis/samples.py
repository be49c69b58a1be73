"""A sound document of our own making, for tests that break it."""

import copy
from typing import Any

SSCC = "https://id.gs1.org/00/049123450000000019"
GTIN = "https://id.gs1.org/01/04901234567894"
HERE = "https://id.gs1.org/414/4912345000002/254/GATE-1"


def document() -> dict[str, Any]:
    """Return a packing, a shipping, a count, and the packing declared wrong and told anew."""
    packing = {
        "type": "AggregationEvent",
        "eventID": "urn:uuid:0b3f3a1e-6f62-5b5a-8a53-1df6f9e9f001",
        "eventTime": "2026-11-25T09:00:00.000+09:00",
        "eventTimeZoneOffset": "+09:00",
        "action": "ADD",
        "bizStep": "packing",
        "disposition": "in_progress",
        "parentID": SSCC,
        "childQuantityList": [
            {"epcClass": GTIN, "quantity": 2},
            {"epcClass": f"{GTIN}/10/L1", "quantity": 1},
            {"epcClass": "https://shop.example/wms/item/ACME/SKU1", "quantity": 3},
        ],
        "readPoint": {"id": "https://id.gs1.org/414/4912345000002/254/PACK-1"},
        "bizLocation": {"id": "https://id.gs1.org/414/4912345000002"},
        "bizTransactionList": [{"type": "po", "bizTransaction": "https://shop.example/wms/order/ACME/1"}],
    }
    shipping = {
        "type": "ObjectEvent",
        "eventID": "urn:uuid:0b3f3a1e-6f62-5b5a-8a53-1df6f9e9f002",
        "eventTime": "2026-11-25T00:30:00.000Z",
        "eventTimeZoneOffset": "+09:00",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "epcList": [SSCC, "urn:epc:id:sgtin:4912345.012345.17"],
        "readPoint": {"id": HERE},
    }
    count = {
        "type": "ObjectEvent",
        "eventID": "urn:uuid:0b3f3a1e-6f62-5b5a-8a53-1df6f9e9f003",
        "eventTime": "2026-11-25T10:00:00+09:00",
        "eventTimeZoneOffset": "+09:00",
        "action": "OBSERVE",
        "bizStep": "cycle_counting",
        "quantityList": [{"epcClass": "urn:epc:class:lgtin:4912345.012345.L1", "quantity": 1.5, "uom": "KGM"}],
        "readPoint": {"id": HERE},
    }
    wrong = {
        "declarationTime": "2026-11-25T11:00:00+09:00",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:0b3f3a1e-6f62-5b5a-8a53-1df6f9e9f004"],
    }
    anew = {**copy.deepcopy(packing), "eventID": wrong["correctiveEventIDs"][0]}
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-25T12:00:00.000+09:00",
        "epcisBody": {
            "eventList": [packing, shipping, count, {**copy.deepcopy(packing), "errorDeclaration": wrong}, anew]
        },
    }
