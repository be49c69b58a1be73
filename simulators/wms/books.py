"""The WMS's books and its judgement of what the site tells: each event once, in order, complete and adding up.

Every promise of the confirmation contract has a violation code here (rules H04, H08-H11): a broken edge is found.
The WMS stock is the sum of what it was told: opening stock, less what was shipped, plus adjustments.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from drivers.ports import Now
from simulators.wms.schema import SCHEMA

OWN_REASON = "wms."
"""Our own stock postings carry a reason that begins so: told back to us they are not booked twice."""


class Status(StrEnum):
    """Our answer to one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Code(StrEnum):
    """What can be wrong with what the site tells."""

    MALFORMED = "malformed"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_ORDER = "unknown_order"
    BAD_ID = "bad_id"
    SAME_NUMBER_OTHER_ID = "same_number_other_id"
    SAME_ID_OTHER_CONTENT = "same_id_other_content"
    OUT_OF_ORDER = "out_of_order"
    GAP = "gap"
    AFTER_FINAL = "after_final"
    SHIPPED_TWICE = "shipped_twice"
    SHIPPED_AND_CANCELLED = "shipped_and_cancelled"
    LINES_INCOMPLETE = "lines_incomplete"
    QUANTITIES = "quantities"
    TRACKING = "tracking"
    ANSWER_DIFFERS = "answer_differs"
    CANCEL_UNANSWERED = "cancel_unanswered"
    CANCEL_BROKEN = "cancel_broken"
    SEQ_TWICE = "seq_twice"
    OLD_INCARNATION = "old_incarnation"
    NOT_ASKED = "not_asked"


class OrderState(StrEnum):
    """Where an order is as far as we know."""

    SENT = "sent"
    ACCEPTED = "accepted"
    PICKING = "picking"
    PACKED = "packed"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


FINAL = {OrderState.SHIPPED: None, OrderState.CANCELLED: None, OrderState.REJECTED: None}

AFTER = {
    "order.accepted": OrderState.ACCEPTED,
    "order.rejected": OrderState.REJECTED,
    "order.picked": OrderState.PICKING,
    "order.short": OrderState.PICKING,
    "order.packed": OrderState.PACKED,
    "order.shipped": OrderState.SHIPPED,
    "order.cancelled": OrderState.CANCELLED,
    "order.cancel_refused": None,
    "order.changed": None,
    "order.relabelled": None,
}
"""The state an order is in after an event; None leaves it."""

ALWAYS_LEGAL = {"order.cancel_refused": None}
"""May still come after the end of an order: the answer to a cancel request that came too late."""


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one event."""

    id: str
    status: Status
    reason: str | None = None

    def as_json(self) -> dict[str, str]:
        """Return the contract's form."""
        base = {"id": self.id, "status": self.status.value}
        return base if self.reason is None else {**base, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Request:
    """Something we asked of the site: a cancel, a change, a stock posting."""

    key: str
    kind: str
    owner: str
    order_key: str
    body: Any


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken."""

    code: Code
    subject: str
    number: int
    detail: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the site's books and ours disagree."""

    what: str
    key: str
    wms: Any
    site: Any


@dataclass(frozen=True, slots=True)
class _Event:
    id: str
    subject: str
    number: int
    seq: int
    type: str
    at: str
    data: dict[str, Any]


class Books:
    """One WMS database; every public method is one transaction."""

    def __init__(self, path: str, now: Now, site: str) -> None:
        self._now = now
        self._site = site
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    # what we ask of the site

    def order_sent(self, owner: str, order: Mapping[str, Any]) -> None:
        """Write an order down before it is sent."""
        with self._transaction():
            self._db.execute(
                "insert or ignore into orders (owner, order_key, payload, sent_at) values (?, ?, ?, ?)",
                (owner, order["order_key"], json.dumps(order, ensure_ascii=False), self._now().isoformat()),
            )
            self._db.executemany(
                "insert or ignore into order_lines (owner, order_key, line, sku, quantity) values (?, ?, ?, ?, ?)",
                [(owner, order["order_key"], str(x["line"]), x["sku"], x["quantity"]) for x in order["lines"]],
            )

    def order_answered(self, owner: str, order_key: str, answer: str, reason: str | None) -> None:
        """Write down the answer to an order; an event may have come first."""
        with self._transaction():
            self._db.execute(
                "update orders set answer = ?, reason = coalesce(reason, ?), "
                "state = case when state = 'sent' then ? else state end where owner = ? and order_key = ?",
                (answer, reason, answer, owner, order_key),
            )

    def requested(self, request_key: str, kind: str, owner: str, order_key: str = "", body: Any = None) -> None:
        """Write a request down before it is sent."""
        with self._transaction():
            self._db.execute(
                "insert or ignore into requests (request_key, kind, owner, order_key, body) values (?, ?, ?, ?, ?)",
                (request_key, kind, owner, order_key, json.dumps(body, ensure_ascii=False)),
            )

    def request_answered(self, request_key: str, outcome: str) -> None:
        """Write the answer to a request down, unless an event already gave the final one."""
        with self._transaction():
            self._answer(request_key, outcome)

    def stock_told(self, lines: Iterable[Mapping[str, Any]], request_key: str | None = None) -> None:
        """Book stock lines that the site has taken from us; those of an answered request only once."""
        with self._transaction():
            if request_key is not None and not self._answer(request_key, "applied"):
                return
            for line in lines:
                self._book(line["owner"], line["sku"], int(line["quantity"]))

    def orders_sent(self) -> int:
        """Return how many orders were written down."""
        count: int = self._db.execute("select count(*) from orders").fetchone()[0]
        return count

    def unanswered(self) -> tuple[list[dict[str, Any]], list[Request]]:
        """Return the orders and the requests that have no answer yet: an earlier life may have died over them."""
        orders = self._db.execute("select payload from orders where answer is null order by owner, order_key")
        requests = self._db.execute("select * from requests where outcome is null order by request_key")
        return (
            [json.loads(row["payload"]) for row in orders],
            [
                Request(row["request_key"], row["kind"], row["owner"], row["order_key"], json.loads(row["body"]))
                for row in requests
            ],
        )

    # what the site tells us

    def receive(self, incarnation: int, raw_events: Iterable[Any]) -> list[Result]:
        """Take a batch of events and answer each: known ids are duplicates, what cannot be understood is refused."""
        with self._transaction():
            events = list(raw_events)
            if events:
                self._check_incarnation(incarnation)
            return [self._receive_one(incarnation, raw) for raw in events]

    def last_known(self, site: str, incarnation: int, after: int, limit: int) -> list[dict[str, Any]]:
        """Return the last event of each subject that has one after `after`, oldest first (H15)."""
        if site != self._site:
            return []
        with self._transaction():
            self._db.execute(
                "insert into counters (name, value) values ('asked', ?) "
                "on conflict (name) do update set value = max(value, excluded.value)",
                (incarnation,),
            )
            rows = self._db.execute(
                "select subject, number, max(seq) as seq, type, reason from events where seq > ? "
                "group by subject order by seq limit ?",
                (after, limit),
            ).fetchall()
        return [
            {
                "subject": row["subject"],
                "number": row["number"],
                "seq": row["seq"],
                "type": row["type"],
                "status": (Status.ACCEPTED if row["reason"] is None else Status.REFUSED).value,
            }
            for row in rows
        ]

    def _check_incarnation(self, incarnation: int) -> None:
        """A site that was restored asks us first, and none comes back from before its restore (H15)."""
        known = self._db.execute("select max(incarnation) from events").fetchone()[0]
        if known is None or incarnation == known:
            return
        detail = f"incarnation {incarnation} after {known}"
        asked = self._db.execute("select value from counters where name = 'asked'").fetchone()
        if incarnation < known:
            self._violate(Code.OLD_INCARNATION, "", 0, detail)
        elif asked is None or asked["value"] < incarnation:
            self._violate(Code.NOT_ASKED, "", 0, detail)

    def _receive_one(self, incarnation: int, raw: Any) -> Result:
        event = _read(raw)
        if isinstance(event, str):
            self._violate(Code.MALFORMED, "", 0, event)
            return Result(str(raw.get("id", "")) if isinstance(raw, dict) else "", Status.REFUSED, event)
        data = msgspec.json.encode(event.data, order="deterministic").decode()
        known = self._db.execute("select * from events where id = ?", (event.id,)).fetchone()
        if known is not None:
            self._add("duplicates")
            same = (known["subject"], known["number"], known["type"], known["data"])
            if same != (event.subject, event.number, event.type, data):
                self._violate_event(Code.SAME_ID_OTHER_CONTENT, event, f"{event.id} came with other content")
                return Result(event.id, Status.REFUSED, Code.SAME_ID_OTHER_CONTENT)
            if known["reason"] is not None:
                return Result(event.id, Status.REFUSED, known["reason"])
            return Result(event.id, Status.DUPLICATE)
        other = self._db.execute(
            "select id from events where subject = ? and number = ?", (event.subject, event.number)
        ).fetchone()
        if other is not None:
            self._violate_event(Code.SAME_NUMBER_OTHER_ID, event, f"{event.id} after {other['id']}")
            return Result(event.id, Status.REFUSED, Code.SAME_NUMBER_OTHER_ID)
        self._check_sequence(event)
        refusal = self._apply(event)
        self._db.execute(
            "insert into events (id, subject, number, seq, incarnation, type, at, data, received_at, reason) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (event.id, event.subject, event.number, event.seq, incarnation, event.type, event.at, data,
             self._now().isoformat(), refusal),
        )  # fmt: skip
        return Result(event.id, Status.ACCEPTED) if refusal is None else Result(event.id, Status.REFUSED, refusal)

    def _check_sequence(self, event: _Event) -> None:
        if event.id != f"{self._site}:{event.subject}:{event.number}":
            self._violate_event(Code.BAD_ID, event, f"{event.id} is not minted from site, subject and number")
        twice = self._db.execute("select id from events where seq = ?", (event.seq,)).fetchone()
        if twice is not None:
            self._violate_event(Code.SEQ_TWICE, event, f"{event.id} has the seq of {twice['id']}")
        last = self._db.execute(
            "select number, seq from events where subject = ? order by number desc limit 1", (event.subject,)
        ).fetchone()
        if last is not None and (event.number < last["number"] or event.seq <= last["seq"]):
            detail = f"number {event.number}, seq {event.seq} after number {last['number']}, seq {last['seq']}"
            self._violate_event(Code.OUT_OF_ORDER, event, detail)

    def _apply(self, event: _Event) -> str | None:
        """Book an event; return why it is refused, if so."""
        kind, _, rest = event.subject.partition("/")
        owner, _, key = rest.partition("/")
        if kind == "stock" and event.type == "stock.adjusted":
            return self._adjust(event, owner, key)
        if kind != "order" or event.type not in AFTER:
            self._violate_event(Code.UNKNOWN_TYPE, event, f"{event.type} for {event.subject}")
            return Code.UNKNOWN_TYPE
        order = self._db.execute("select * from orders where owner = ? and order_key = ?", (owner, key)).fetchone()
        if order is None:
            self._violate_event(Code.UNKNOWN_ORDER, event, "we never sent this order")
            return Code.UNKNOWN_ORDER
        self._check_state(event, OrderState(order["state"]), order["answer"])
        self._book_order(event, owner, key)
        after = AFTER[event.type]
        if after is not None and OrderState(order["state"]) not in FINAL:
            self._db.execute(
                "update orders set state = ?, reason = coalesce(?, reason) where owner = ? and order_key = ?",
                (after, event.data.get("reason"), owner, key),
            )
        return None

    def _check_state(self, event: _Event, state: OrderState, answer: str | None) -> None:
        if state in FINAL and event.type not in ALWAYS_LEGAL:
            before_and_now = {state.value, event.type.removeprefix("order.")}
            if before_and_now == {"shipped"}:
                self._violate_event(Code.SHIPPED_TWICE, event, "this order was shipped before")
            elif before_and_now == {"shipped", "cancelled"}:
                self._violate_event(Code.SHIPPED_AND_CANCELLED, event, f"{event.type} after {state}")
            else:
                self._violate_event(Code.AFTER_FINAL, event, f"{event.type} after {state}")
        told = event.type.removeprefix("order.")
        if answer is not None and told in {"accepted", "rejected"} and told != answer:
            self._violate_event(Code.ANSWER_DIFFERS, event, f"answered {answer}, now told {told}")

    def _book_order(self, event: _Event, owner: str, key: str) -> None:
        data = event.data
        match event.type:
            case "order.picked":
                self._db.execute(
                    "update order_lines set picked = picked + ? where owner = ? and order_key = ? and line = ?",
                    (_int(data, "quantity"), owner, key, str(data.get("line"))),
                )
            case "order.packed":
                self._pack(event, owner, key)
            case "order.relabelled":
                self._relabel(event, owner, key)
            case "order.shipped":
                self._ship(event, owner, key)
            case "order.cancelled":
                self._check_lines(event, owner, key, shipped=False)
                self._answer_cancels(owner, key, "cancelled")
            case "order.cancel_refused":
                self._answer_cancels(owner, key, "too_late")

    def _pack(self, event: _Event, owner: str, key: str) -> None:
        tracking = str(event.data.get("tracking"))
        old = self._db.execute("select * from parcels where tracking = ?", (tracking,)).fetchone()
        if old is not None and (old["owner"], old["order_key"]) != (owner, key):
            self._violate_event(Code.TRACKING, event, f"{tracking} is also on {old['owner']}/{old['order_key']}")
        self._db.execute(
            "insert or replace into parcels (tracking, owner, order_key, lines) values (?, ?, ?, ?)",
            (tracking, owner, key, json.dumps(_lines(event.data))),
        )

    def _relabel(self, event: _Event, owner: str, key: str) -> None:
        """Take another number for a parcel in place of the one it was packed under."""
        old, new = str(event.data.get("void")), str(event.data.get("tracking"))
        parcel = self._db.execute("select * from parcels where tracking = ?", (old,)).fetchone()
        if parcel is None or (parcel["owner"], parcel["order_key"]) != (owner, key):
            self._violate_event(Code.TRACKING, event, f"{old} is on no parcel of this order")
        elif self._db.execute("select * from parcels where tracking = ?", (new,)).fetchone() is not None:
            self._violate_event(Code.TRACKING, event, f"{new} is on a parcel already")
        else:
            self._db.execute("update parcels set tracking = ? where tracking = ?", (new, old))

    def _ship(self, event: _Event, owner: str, key: str) -> None:
        self._check_lines(event, owner, key, shipped=True)
        tracking = event.data.get("tracking")
        told = sorted(map(str, tracking)) if isinstance(tracking, list) else []
        parcels = self._db.execute(
            "select * from parcels where owner = ? and order_key = ? order by tracking", (owner, key)
        ).fetchall()
        if told != [parcel["tracking"] for parcel in parcels]:
            packed = [parcel["tracking"] for parcel in parcels]
            self._violate_event(Code.TRACKING, event, f"packed as {packed}, shipped as {told}")
        packed_by_sku: dict[str, int] = {}
        for parcel in parcels:
            for line in json.loads(parcel["lines"]):
                sku, units = str(line.get("sku")), _int(line, "quantity")
                if units:
                    packed_by_sku[sku] = packed_by_sku.get(sku, 0) + units
        shipped_by_sku: dict[str, int] = {}
        for line in _lines(event.data):
            shipped = _int(line, "shipped")
            if shipped:
                sku = str(line.get("sku"))
                shipped_by_sku[sku] = shipped_by_sku.get(sku, 0) + shipped
                self._book(owner, sku, -shipped)
        if packed_by_sku != shipped_by_sku:
            detail = f"packed {packed_by_sku}, shipped {shipped_by_sku}"
            self._violate_event(Code.QUANTITIES, event, detail)

    def _check_lines(self, event: _Event, owner: str, key: str, *, shipped: bool) -> None:
        """Compare the lines of a final event with the order (H04) and write them down."""
        ours = {
            row["line"]: row
            for row in self._db.execute("select * from order_lines where owner = ? and order_key = ?", (owner, key))
        }
        theirs = {str(line.get("line")): line for line in _lines(event.data)}
        if sorted(ours) != sorted(theirs) or len(theirs) != len(_lines(event.data)):
            detail = f"ordered lines {sorted(ours)}, told {sorted(theirs)}"
            self._violate_event(Code.LINES_INCOMPLETE, event, detail)
        for number in sorted(set(ours) & set(theirs)):
            mine, line = ours[number], theirs[number]
            out, short, picked = (_int(line, name) for name in ("shipped", "short", "picked"))
            wrong = [
                text
                for text, is_wrong in (
                    (f"sku {line.get('sku')} for {mine['sku']}", line.get("sku") != mine["sku"]),
                    (f"requested {line.get('requested')} of {mine['quantity']}",
                     _int(line, "requested") != mine["quantity"]),
                    (f"shipped {out} though cancelled", not shipped and out != 0),
                    (f"shipped {out} + short {short} of {mine['quantity']}",
                     shipped and out + short != mine["quantity"]),
                    (f"shipped {out}, picked {picked}", out > picked),
                    (f"picked {picked}, pick facts say {mine['picked']}",
                     shipped and (picked > mine["picked"] or (picked < mine["picked"] and short == 0))),
                    ("negative quantity", min(out, short, picked) < 0),
                )
                if is_wrong
            ]  # fmt: skip
            if wrong:
                self._violate_event(Code.QUANTITIES, event, f"line {number}: {', '.join(wrong)}")
            self._db.execute(
                "update order_lines set shipped = ?, short = ? where owner = ? and order_key = ? and line = ?",
                (out, short, owner, key, number),
            )

    def _adjust(self, event: _Event, owner: str, sku: str) -> str | None:
        if "quantity" not in event.data:
            self._violate_event(Code.MALFORMED, event, "stock.adjusted without quantity")
            return Code.MALFORMED
        own = self._db.execute(
            "select 1 from requests where request_key = ?", (str(event.data.get("request_key")),)
        ).fetchone()
        if own is None and not str(event.data.get("reason", "")).startswith(OWN_REASON):
            self._book(owner, sku, _int(event.data, "quantity"))
        return None

    def _answer_cancels(self, owner: str, key: str, outcome: str) -> None:
        self._db.execute(
            "update requests set outcome = ? where kind = 'cancel' and owner = ? and order_key = ? "
            "and (outcome is null or outcome = 'pending')",
            (outcome, owner, key),
        )

    # what we know

    def violations(self, *, at_end: bool = False) -> list[Violation]:
        """Return all violations; at the end of a run also gaps and cancel requests without an outcome or a deed."""
        found = [
            Violation(Code(row["code"]), row["subject"], row["number"], row["detail"])
            for row in self._db.execute("select * from violations order by rowid")
        ]
        if at_end:
            found += self._gaps()
            found += self._cancels()
        return found

    def _gaps(self) -> list[Violation]:
        rows = self._db.execute(
            "select subject, max(number) as last, count(*) as held from events group by subject "
            "having last != held order by subject"
        ).fetchall()
        found = []
        for row in rows:
            numbers = {n for (n,) in self._db.execute("select number from events where subject = ?", (row["subject"],))}
            missing = [n for n in range(1, row["last"] + 1) if n not in numbers]
            found.append(Violation(Code.GAP, row["subject"], row["last"], f"missing {missing[:10]}"))
        return found

    def _cancels(self) -> list[Violation]:
        rows = self._db.execute(
            "select r.owner, r.order_key, r.request_key, coalesce(r.outcome, 'pending') as outcome, o.state as state "
            "from requests r join orders o on o.owner = r.owner and o.order_key = r.order_key "
            "where r.kind = 'cancel' order by r.request_key"
        ).fetchall()
        found = []
        for row in rows:
            subject = f"order/{row['owner']}/{row['order_key']}"
            if row["outcome"] == "pending":
                found.append(Violation(Code.CANCEL_UNANSWERED, subject, 0, row["request_key"]))
            elif row["outcome"] == "cancelled" and row["state"] != OrderState.CANCELLED:
                detail = f"answered cancelled, the order is {row['state']}"
                found.append(Violation(Code.CANCEL_BROKEN, subject, 0, detail))
        return found

    def books(self) -> dict[str, Any]:
        """Return orders (state and shipped quantity by line) and stock, in the form that `compare` takes."""
        orders: dict[str, Any] = {}
        for row in self._db.execute("select * from orders order by owner, order_key"):
            orders[f"{row['owner']}/{row['order_key']}"] = {"state": row["state"], "shipped": {}}
        for row in self._db.execute("select * from order_lines order by owner, order_key, line"):
            orders[f"{row['owner']}/{row['order_key']}"]["shipped"][row["line"]] = row["shipped"]
        stock: dict[str, dict[str, int]] = {}
        for row in self._db.execute("select * from stock where quantity != 0 order by owner, sku"):
            stock.setdefault(row["owner"], {})[row["sku"]] = row["quantity"]
        return {"orders": orders, "stock": stock}

    def compare(self, site_books: Mapping[str, Any]) -> list[Difference]:
        """List where the site's books differ from ours (H14); both in the form of `books`, a missing part is skipped.

        Of orders only the end counts (shipped, cancelled, rejected): on the way there the site is always ahead.
        """
        ours = self.books()
        found = []
        if "stock" in site_books:
            mine = {f"{o}/{sku}": n for o, skus in ours["stock"].items() for sku, n in skus.items()}
            theirs = {f"{o}/{sku}": n for o, skus in site_books["stock"].items() for sku, n in skus.items() if n}
            found += [
                Difference("stock", key, mine.get(key, 0), theirs.get(key, 0))
                for key in sorted(mine | theirs)
                if mine.get(key, 0) != theirs.get(key, 0)
            ]
        if "orders" in site_books:
            for key in sorted(ours["orders"] | site_books["orders"]):
                mine_is, theirs_is = (_end(side.get(key)) for side in (ours["orders"], site_books["orders"]))
                if mine_is != theirs_is:
                    found.append(Difference("order", key, mine_is, theirs_is))
        return found

    def report(self, *, at_end: bool = False) -> dict[str, Any]:
        """Return figures for people and judges; at the end of a run also what is missing."""
        states = dict(self._db.execute("select state, count(*) from orders group by state order by state").fetchall())
        totals = self._db.execute(
            "select coalesce(sum(quantity), 0) as ordered, coalesce(sum(shipped), 0) as shipped, "
            "coalesce(sum(short), 0) as short from order_lines"
        ).fetchone()
        outcomes = self._db.execute(
            "select kind || '.' || coalesce(outcome, 'waiting'), count(*) from requests group by 1 order by 1"
        ).fetchall()
        counters = dict(self._db.execute("select name, value from counters").fetchall())
        events = dict(self._db.execute("select type, count(*) from events group by type order by type").fetchall())
        return {
            "site": self._site,
            "orders": {"sent": sum(states.values()), **states},
            "units": dict(totals),
            "requests": dict(outcomes),
            "events": events,
            "duplicates": counters.get("duplicates", 0),
            "violations": [
                {"code": v.code, "subject": v.subject, "number": v.number, "detail": v.detail}
                for v in self.violations(at_end=at_end)
            ],
        }

    def last_events(self, limit: int = 50) -> list[dict[str, Any]]:
        """Return the newest events, newest first."""
        rows = self._db.execute("select * from events order by rowid desc limit ?", (limit,))
        return [dict(row) for row in rows]

    def open_orders(self) -> list[str]:
        """Return `owner/key` of the orders that have not ended."""
        rows = self._db.execute(
            "select owner || '/' || order_key from orders where state not in ('shipped', 'cancelled', 'rejected') "
            "order by 1"
        )
        return [key for (key,) in rows]

    def _answer(self, request_key: str, outcome: str) -> bool:
        """Note the outcome of a request that has no final one; return whether it had none."""
        updated = self._db.execute(
            "update requests set outcome = ? where request_key = ? and (outcome is null or outcome = 'pending')",
            (outcome, request_key),
        )
        return updated.rowcount > 0

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db)

    def _book(self, owner: str, sku: str, delta: int) -> None:
        self._db.execute(
            "insert into stock (owner, sku, quantity) values (?, ?, ?) "
            "on conflict (owner, sku) do update set quantity = quantity + excluded.quantity",
            (owner, sku, delta),
        )

    def _violate_event(self, code: Code, event: _Event, detail: str) -> None:
        self._violate(code, event.subject, event.number, detail)

    def _violate(self, code: Code, subject: str, number: int, detail: str) -> None:
        self._db.execute("insert into violations values (?, ?, ?, ?)", (code, subject, number, detail))

    def _add(self, counter: str) -> None:
        self._db.execute(
            "insert into counters values (?, 1) on conflict (name) do update set value = value + 1", (counter,)
        )


class _Transaction:
    """All or nothing."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("begin immediate")

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        self._db.execute("commit" if kind is None else "rollback")


def _read(raw: Any) -> _Event | str:
    """Read an event or say what is wrong with it."""
    if not isinstance(raw, dict):
        return "an event is not an object"
    for name, kind in (("id", str), ("subject", str), ("number", int), ("seq", int), ("type", str), ("at", str)):
        if not isinstance(raw.get(name), kind) or isinstance(raw.get(name), bool):
            return f"{name} is missing or of the wrong type"
    if raw["number"] < 1:
        return "number is below 1"
    data = raw.get("data", {})
    if not isinstance(data, dict):
        return "data is not an object"
    return _Event(raw["id"], raw["subject"], raw["number"], raw["seq"], raw["type"], raw["at"], data)


def _lines(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of an event that has some; early events tell their number only."""
    lines = data.get("lines")
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def _int(data: Mapping[str, Any], name: str) -> int:
    """Read a quantity: an integer or its text; what is missing counts 0."""
    value = data.get(name) or 0
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _end(order: Mapping[str, Any] | None) -> Any:
    if order is None or order["state"] not in FINAL:
        return "open"
    return order["state"], {line: n for line, n in sorted(order.get("shipped", {}).items()) if n}
