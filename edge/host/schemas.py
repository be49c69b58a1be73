"""What the WMS sends, field by field. Unknown fields are ignored, unknown values refused by the field's name (H18)."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

MOST_LINES = 1000
MOST_ORDERS = 500
MOST_STOCK_LINES = 5000
MOST_COUNTS = 500
MOST_UNITS = 1_000_000


def _plausible(value: datetime) -> datetime:
    if not 2000 <= value.year <= 2100:
        raise ValueError("the year must lie between 2000 and 2100")
    return value.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
"""An instant with its offset; kept as UTC."""
_ENDS, _MIDDLE = r"[^\x00-\x20/?#%]", r"[^\x00-\x1f/?#%]"
Key = Annotated[str, Field(min_length=1, max_length=60, pattern=f"^{_ENDS}({_MIDDLE}*{_ENDS})?$")]
"""A key of the WMS's own: it is part of addresses and journal subjects, so no slash and no control characters."""
Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Code = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$")]
Priority = Annotated[int, Field(ge=0, le=9, description="0 to 9, the highest first")]
Units = Annotated[int, Field(ge=1, le=MOST_UNITS, description="In the item's base unit")]
LineNumber = Annotated[int, Field(ge=1, le=100_000)]
Grams = Annotated[int, Field(ge=0, le=1_000_000)]
Millimetres = Annotated[int, Field(ge=0, le=100_000)]


class Told(BaseModel):
    """Something the WMS sends."""

    model_config = ConfigDict(extra="ignore")


class ShipTo(Told):
    """Where an order goes."""

    name: Annotated[Word, Field(min_length=1)]
    postcode: Word = ""
    address: Annotated[Word, Field(min_length=1)]
    phone: Word = ""


class OrderLine(Told):
    """One line of an order."""

    line: LineNumber
    sku: Code
    quantity: Units


class Order(Told):
    """An order to fulfil."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "example": {
                "order_key": "10001",
                "owner": "ACME",
                "priority": 5,
                "carrier": "yamato",
                "cutoff_at": "2026-11-24T14:30:00+09:00",
                "ship_to": {
                    "name": "山田 太郎",
                    "postcode": "530-0001",
                    "address": "大阪市北区梅田1-1",
                    "phone": "06-0000-0000",
                },
                "lines": [{"line": 1, "sku": "SKU1", "quantity": 2}],
            }
        },
    )

    order_key: Key
    owner: Key
    priority: Priority = 5
    carrier: Code
    cutoff_at: Moment | None = Field(default=None, description="Without it: the carrier's next cut-off")
    ship_to: ShipTo
    lines: list[OrderLine] = Field(max_length=MOST_LINES)
    hold: bool = False


class OrderBatch(Told):
    """Many orders at once; each is answered by itself, also one that cannot be read."""

    orders: list[dict[str, object]] = Field(max_length=MOST_ORDERS)


class CancelRequest(Told):
    """A wish to stop an order."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"example": {"request_key": "cancel-10001", "reason": "customer"}}
    )

    request_key: Key
    reason: Word


class ChangeRequest(Told):
    """A wish to change an order; what is left out stays."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"example": {"request_key": "change-10001-1", "priority": 9}}
    )

    request_key: Key
    priority: Priority | None = None
    cutoff_at: Moment | None = None
    carrier: Code | None = None
    ship_to: ShipTo | None = None
    hold: bool | None = None


class Names(Told):
    """A name in both languages."""

    ja: Annotated[Word, Field(min_length=1)]
    en: Annotated[Word, Field(min_length=1)]


class PackCode(Told):
    """A bar code that stands for several units."""

    code: Code
    quantity: Units = 1


class Item(Told):
    """Master data of an item; a code is a GTIN, or an object when one scan means several units."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "example": {
                "name": {"ja": "マグカップ", "en": "Mug"},
                "codes": ["4901234567894", {"code": "14901234567891", "quantity": 12}],
                "weight_g": 350,
                "length": 120,
                "width": 90,
                "height": 100,
            }
        },
    )

    name: Names
    codes: list[Code | PackCode] = Field(default=[], max_length=50)
    weight_g: Grams = 0
    length: Millimetres = 0
    width: Millimetres = 0
    height: Millimetres = 0
    expiry_tracked: bool = False
    discontinued: bool = False


class StockLine(Told):
    """Units that the WMS books at a location, or off it."""

    owner: Key
    sku: Code
    location: Code
    lot: Annotated[Word, Field(max_length=60)] = ""
    expiry: date | None = Field(default=None, description="YYYY-MM-DD")
    quantity: int = Field(ge=-MOST_UNITS, le=MOST_UNITS, description="Positive or negative")
    reason: Word


class StockRequest(Told):
    """Opening stock or adjustments that the WMS has decided: all lines are booked, or none."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "example": {
                "request_key": "opening-1",
                "lines": [{"owner": "ACME", "sku": "SKU1", "location": "A-01-1", "quantity": 40, "reason": "opening"}],
            }
        },
    )

    request_key: Key
    lines: list[StockLine] = Field(min_length=1, max_length=MOST_STOCK_LINES)


class CountRequest(Told):
    """Locations to be counted: all are asked for, or none."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"example": {"request_key": "count-2026-11-24", "locations": ["A-01-1"]}}
    )

    request_key: Key
    locations: list[Code] = Field(min_length=1, max_length=MOST_COUNTS)


class WithdrawRequest(Told):
    """A wish to have the counts of an earlier request no more."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"example": {"request_key": "withdraw-2026-11-24", "reason": "not_needed"}}
    )

    request_key: Key
    reason: Word = "wms"


class NoticeLine(Told):
    """One line of goods to come."""

    line: LineNumber
    sku: Code
    quantity: Units
    lot: Annotated[Word, Field(max_length=60)] = ""
    expiry: date | None = None


class Notice(Told):
    """Goods that will arrive."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "example": {
                "notice_key": "ASN-1",
                "owner": "ACME",
                "expected_at": "2026-11-25T09:00:00+09:00",
                "lines": [{"line": 1, "sku": "SKU1", "quantity": 100}],
            }
        },
    )

    notice_key: Key
    owner: Key
    expected_at: Moment | None = None
    lines: list[NoticeLine] = Field(min_length=1, max_length=MOST_LINES)
