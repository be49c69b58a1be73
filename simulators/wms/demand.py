"""What people buy: a seeded range of goods, opening stock and a stream of e-commerce orders.

The shape follows what small-parcel warehouses see: most orders have one line of one piece, few goods sell most.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from simulators.sitefile import SiteFile
from simulators.wms.contract import OWN_REASON

LINES_PER_ORDER = ((1, 55), (2, 22), (3, 11), (4, 6), (5, 3), (6, 2), (8, 1))
"""Lines and their share in percent."""
PIECES_PER_LINE = ((1, 86), (2, 10), (3, 4))
"""Pieces and their share in percent."""
POPULARITY = 0.9
"""Exponent of the rank: 1.0 would be Zipf's law, 0.0 no favourites."""
GTIN_PREFIX = "4912345"
"""A Japanese company prefix; the item number and check digit follow."""

THINGS = (
    ("緑茶", "Green tea", 210), ("ほうじ茶", "Roasted tea", 180), ("海苔", "Nori", 60), ("味噌", "Miso", 520),
    ("だしパック", "Soup stock", 160), ("せんべい", "Rice crackers", 240), ("手ぬぐい", "Hand towel", 70),
    ("マグカップ", "Mug", 380), ("箸", "Chopsticks", 40), ("ノート", "Notebook", 190), ("石けん", "Soap", 110),
    ("シャンプー", "Shampoo", 480), ("化粧水", "Lotion", 230), ("靴下", "Socks", 65),
    ("エコバッグ", "Shopping bag", 90), ("弁当箱", "Lunch box", 260),
)  # fmt: skip
FLAVOURS = (
    ("赤", "red"), ("青", "blue"), ("白", "white"), ("黒", "black"), ("小", "small"), ("大", "large"),
    ("詰替", "refill"), ("限定", "limited"),
)  # fmt: skip
FOOD = 6
"""The first things of the list are food and carry an expiry date."""
FAMILY = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤")
GIVEN = ("陽菜", "葵", "蓮", "湊", "結衣", "大翔", "美咲", "健一", "由美", "誠")
TOWNS = (
    ("530-0001", "大阪府大阪市北区梅田"),
    ("150-0002", "東京都渋谷区渋谷"),
    ("220-0012", "神奈川県横浜市西区みなとみらい"),
    ("460-0008", "愛知県名古屋市中区栄"),
    ("810-0001", "福岡県福岡市中央区天神"),
    ("060-0001", "北海道札幌市中央区北一条西"),
    ("980-0811", "宮城県仙台市青葉区一番町"),
    ("730-0031", "広島県広島市中区紙屋町"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an owner's range; millimetres and grams."""

    owner: str
    sku: str
    gtin: str
    name_ja: str
    name_en: str
    weight_g: int
    length: int
    width: int
    height: int
    expiry_tracked: bool

    def as_json(self) -> dict[str, Any]:
        """Return the body of `PUT /host/v1/items/{owner}/{sku}`."""
        return {
            "name": {"ja": self.name_ja, "en": self.name_en},
            "codes": [self.gtin],
            "weight_g": self.weight_g,
            "length": self.length,
            "width": self.width,
            "height": self.height,
            "expiry_tracked": self.expiry_tracked,
        }


@dataclass(frozen=True, slots=True)
class StockLine:
    """Opening stock of one item in one location."""

    item: Item
    location: str
    quantity: int
    lot: str | None
    expiry: date | None

    def as_json(self) -> dict[str, Any]:
        """Return a line of `POST /host/v1/stock`."""
        line: dict[str, Any] = {
            "owner": self.item.owner,
            "sku": self.item.sku,
            "location": self.location,
            "quantity": self.quantity,
            "reason": f"{OWN_REASON}opening",
        }
        if self.lot is not None:
            line["lot"] = self.lot
        if self.expiry is not None:
            line["expiry"] = self.expiry.isoformat()
        return line


@dataclass(frozen=True, slots=True)
class Demand:
    """How much is ordered and how restless the customers are (shares from 0 to 1)."""

    per_hour: float = 60.0
    cancel: float = 0.03
    change: float = 0.03
    change_of_mind_s: tuple[float, float] = (30.0, 3600.0)


@dataclass(frozen=True, slots=True)
class Wish:
    """An order, `after` seconds of the one before, and what the customer does later: cancel, change or nothing."""

    after: float
    owner: str
    order: dict[str, Any]
    then: str | None
    then_after: float
    change: dict[str, Any]


def catalogue(site: SiteFile, seed: int, per_owner: int = 40) -> list[Item]:
    """Make each owner's range; the same for the same site, seed and number."""
    dice = random.Random(f"{site.id} catalogue {seed}")
    items = []
    for owner_number, owner in enumerate(site.owners):
        for n in range(per_owner):
            ja, en, weight = THINGS[n % len(THINGS)]
            extra_ja, extra_en = FLAVOURS[(n // len(THINGS)) % len(FLAVOURS)]
            side = max(30, round((weight * 900) ** (1 / 3)))
            items.append(
                Item(
                    owner=owner,
                    sku=f"{owner}-{n + 1:04}",
                    gtin=gtin13(f"{GTIN_PREFIX}{owner_number % 10}{n:04}"),
                    name_ja=f"{ja} {extra_ja}",
                    name_en=f"{en}, {extra_en}",
                    weight_g=weight + dice.randrange(0, 20),
                    length=side + dice.randrange(0, 30),
                    width=side,
                    height=max(20, side // 2),
                    expiry_tracked=n % len(THINGS) < FOOD,
                )
            )
    return items


def opening_stock(
    site: SiteFile, items: list[Item], seed: int, today: date, quantity: tuple[int, int] = (20, 60)
) -> list[StockLine]:
    """Spread the goods over all locations in turn, at least one location for each item, food in lots with expiry."""
    dice = random.Random(f"{site.id} stock {seed}")
    places = sorted(site.locations)
    dice.shuffle(places)
    lines = []
    for number in range(max(len(items), len(places))):
        item, place = items[number % len(items)], places[number % len(places)]
        lot, expiry = None, None
        if item.expiry_tracked:
            expiry = today + timedelta(days=dice.randrange(60, 400))
            lot = f"L{expiry:%y%m%d}"
        lines.append(StockLine(item, place, dice.randint(*quantity), lot, expiry))
    return lines


def wishes(
    site: SiteFile, items: list[Item], demand: Demand, dice: random.Random, now: datetime, *, sent: int = 0
) -> Iterator[Wish]:
    """Give orders without end, numbered on from those already sent; times between them are exponential."""
    by_owner = {owner: [item for item in items if item.owner == owner] for owner in site.owners}
    scales = {
        owner: list(accumulate(1 / (n + 1) ** POPULARITY for n in range(len(by_owner[owner])))) for owner in by_owner
    }
    number, clock = 10_000 + sent, now
    while True:
        number += 1
        after = dice.expovariate(demand.per_hour / 3600)
        clock += timedelta(seconds=after)
        owner = dice.choice(site.owners)
        count = min(_draw(dice, LINES_PER_ORDER), len(by_owner[owner]))
        chosen: dict[str, Item] = {}
        while len(chosen) < count:
            (item,) = dice.choices(by_owner[owner], cum_weights=scales[owner])
            chosen[item.sku] = item
        order: dict[str, Any] = {
            "order_key": str(number),
            "owner": owner,
            "priority": 9 if dice.random() < 0.05 else 5,
            **_carrier(site, dice, clock),
            "ship_to": _address(dice),
            "lines": [
                {"line": n, "sku": sku, "quantity": _draw(dice, PIECES_PER_LINE)} for n, sku in enumerate(chosen, 1)
            ],
        }
        mood = dice.random()
        then = "cancel" if mood < demand.cancel else "change" if mood < demand.cancel + demand.change else None
        change: dict[str, Any] = {"priority": 9} if dice.random() < 0.5 else {"ship_to": _address(dice)}
        yield Wish(after, owner, order, then, dice.uniform(*demand.change_of_mind_s), change)


def gtin13(body: str) -> str:
    """Add the check digit to twelve digits (GS1 General Specifications §7.9)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _carrier(site: SiteFile, dice: random.Random, clock: datetime) -> dict[str, Any]:
    """Choose a carrier and its next cut-off at least an hour away."""
    carrier = dice.choice(site.carriers)
    zone = ZoneInfo(site.timezone)
    local = (clock + timedelta(hours=1)).astimezone(zone)
    times = [time.fromisoformat(cutoff.at) for cutoff in site.cutoffs if cutoff.carrier == carrier]
    leaving = sorted(
        datetime.combine(local.date() + timedelta(days=day), at, tzinfo=zone) for at in times for day in (0, 1)
    )
    soonest = next((at for at in leaving if at > local), None)
    return {"carrier": carrier} if soonest is None else {"carrier": carrier, "cutoff_at": soonest.isoformat()}


def _address(dice: random.Random) -> dict[str, str]:
    postcode, town = dice.choice(TOWNS)
    return {
        "name": f"{dice.choice(FAMILY)} {dice.choice(GIVEN)}",
        "postcode": postcode,
        "address": f"{town}{dice.randint(1, 5)}-{dice.randint(1, 30)}-{dice.randint(1, 20)}",
        "phone": f"090-{dice.randint(1000, 9999)}-{dice.randint(1000, 9999)}",
    }


def _draw(dice: random.Random, shares: tuple[tuple[int, int], ...]) -> int:
    (value,) = dice.choices([value for value, _ in shares], [share for _, share in shares])
    return value
