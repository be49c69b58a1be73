"""What came of a demo: the WMS's figures, the site's own answers, and where the two differ."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from edge.commands.language import told

ENDED = ("shipped", "cancelled", "rejected")
"""How an order can end."""
SHORT = "short"
"""The site's own word for an order that was cancelled for want of goods."""

ORDERS = (
    "注文 {sent} 件: 出荷 {shipped} 件（うち欠品あり {short} 件）、取消 {cancelled} 件、拒否 {rejected} 件",
    "{sent} orders: {shipped} shipped ({short} of them short), {cancelled} cancelled, {rejected} rejected",
)
TIMES = (
    "注文から出荷まで: 中央値 {middle:.0f} 秒、95 パーセンタイル {late:.0f} 秒",
    "from order to shipped: median {middle:.0f} s, p95 {late:.0f} s",
)
DOUBTS = (
    "念のため送り直したイベント: {again} 件。誤り: {wrong} 件",
    "events told again after a doubt: {again}; things wrong: {wrong}",
)
AGREE = ("WMS の帳簿と一致しています。", "The WMS's books agree.")
DIFFER = ("WMS の帳簿と一致していません:", "The WMS's books do NOT agree:")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a run; `wrong` is empty when all is right."""

    orders: Mapping[str, int]
    short: int
    """Shipped, but not whole."""
    seconds: Sequence[float] = ()
    """From order to shipped."""
    duplicates: int = 0
    wrong: Sequence[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Say it."""
        count = {state: self.orders.get(state, 0) for state in ENDED}
        figures = {"sent": self.orders.get("sent", 0), "short": self.short, **count}
        said = [told(*ORDERS).format(**figures)]
        if self.seconds:
            said.append(told(*TIMES).format(middle=middle(self.seconds), late=late(self.seconds)))
        said.append(told(*DOUBTS).format(again=self.duplicates, wrong=len(self.wrong)))
        said.append(told(*DIFFER) if self.wrong else told(*AGREE))
        return said + [f"  {line}" for line in self.wrong]


def middle(seconds: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(seconds)


def late(seconds: Sequence[float]) -> float:
    """Return the 95th percentile: the smallest figure that 95 % do not exceed."""
    ordered = sorted(seconds)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def open_orders(books: Mapping[str, Any]) -> list[str]:
    """Return the orders that have not ended, by the WMS's books."""
    return [key for key, order in books["orders"].items() if order["state"] not in ENDED]


async def judge(edge: httpx.AsyncClient, wms: httpx.AsyncClient) -> Verdict:
    """Ask both sides and compare; raises httpx.HTTPError when one does not answer."""
    report = await _ask(wms, "/report?at_end=true")
    books = await _ask(wms, "/books")
    ours = {key: await _ask(edge, f"/host/v1/orders/{key}", missing={}) for key in books["orders"]}
    snapshot = await _ask(edge, "/host/v1/stock")
    wrong = [f"{v['code']}: {v['subject']} no. {v['number']}: {v['detail']}" for v in report["violations"]]
    wrong += _orders(books["orders"], ours) + _stock(books["stock"], snapshot)
    return Verdict(
        orders=report["orders"],
        short=sum(any(line["short"] for line in order["lines"]) for order in ours.values() if _is(order, "shipped")),
        seconds=[_seconds(order) for order in ours.values() if _is(order, "shipped")],
        duplicates=report["duplicates"],
        wrong=wrong,
    )


def _is(order: Mapping[str, Any], state: str) -> bool:
    return bool(order) and order["state"] == state


def _seconds(order: Mapping[str, Any]) -> float:
    received, closed = (datetime.fromisoformat(order[name]) for name in ("received_at", "closed_at"))
    return (closed - received).total_seconds()


def _orders(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    found = []
    for key, order in theirs.items():
        mine = ours[key]
        if not mine:
            if order["state"] != "rejected":
                found.append(f"order {key}: {order['state']} at the WMS, unknown at the site")
            continue
        state = "cancelled" if mine["state"] == SHORT else mine["state"]
        shipped = {str(line["line"]): line["shipped"] for line in mine["lines"]}
        if (state, shipped) != (order["state"], order["shipped"]) or state not in ENDED:
            why = (mine.get("waits") or {}).get("text", "")
            found.append(f"order {key}: {order['state']} {order['shipped']} at the WMS, {state} {shipped} here. {why}")
    return found


def _stock(theirs: Mapping[str, Mapping[str, int]], snapshot: Mapping[str, Any]) -> list[str]:
    wms = {(owner, sku): units for owner, skus in theirs.items() for sku, units in skus.items()}
    site = {(row["owner"], row["sku"]): row["on_hand"] for row in snapshot["totals"]}
    return [
        f"stock {owner} {sku}: {wms.get((owner, sku), 0)} at the WMS, {site.get((owner, sku), 0)} here"
        for owner, sku in sorted({**wms, **site})
        if wms.get((owner, sku), 0) != site.get((owner, sku), 0)
    ]


async def _ask(client: httpx.AsyncClient, path: str, *, missing: Any = None) -> Any:
    answer = await client.get(path)
    if answer.status_code == httpx.codes.NOT_FOUND and missing is not None:
        return missing
    answer.raise_for_status()
    return answer.json()
