"""Takes what the site tells and judges it: each event once, in order, complete and adding up (H04, H08-H11, H15)."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from drivers.ports import Now
from simulators.wms.contract import (
    AFTER,
    ALWAYS_LEGAL,
    COUNTED,
    FINAL,
    OWN_REASON,
    Code,
    Event,
    OrderState,
    Result,
    Status,
    lines_of,
    quantity,
    read,
    tags_of,
)
from simulators.wms.register import Register


class Judge:
    """Books events into a register; the caller has a transaction open."""

    def __init__(self, register: Register, now: Now, site: str) -> None:
        self._register = register
        self._db = register.db
        self._now = now
        self._site = site

    def receive(self, incarnation: int, raw_events: Iterable[Any]) -> list[Result]:
        """Take a batch of events and answer each."""
        events = list(raw_events)
        if events:
            self._check_incarnation(incarnation)
        return [self._receive_one(incarnation, raw) for raw in events]

    def _check_incarnation(self, incarnation: int) -> None:
        """A site that was restored asks us first, and none comes back from before its restore (H15)."""
        known = self._db.execute("select max(incarnation) from events").fetchone()[0]
        if known is None or incarnation == known:
            return
        detail = f"incarnation {incarnation} after {known}"
        asked = self._db.execute("select value from counters where name = 'asked'").fetchone()
        if incarnation < known:
            self._register.violate(Code.OLD_INCARNATION, "", 0, detail)
        elif asked is None or asked["value"] < incarnation:
            self._register.violate(Code.NOT_ASKED, "", 0, detail)

    def _receive_one(self, incarnation: int, raw: Any) -> Result:
        event = read(raw)
        if isinstance(event, str):
            self._register.violate(Code.MALFORMED, "", 0, event)
            return Result(str(raw.get("id", "")) if isinstance(raw, dict) else "", Status.REFUSED, event)
        data = msgspec.json.encode(event.data, order="deterministic").decode()
        known = self._db.execute("select * from events where id = ?", (event.id,)).fetchone()
        if known is not None:
            self._register.add("duplicates")
            same = (known["subject"], known["number"], known["type"], known["data"])
            if same != (event.subject, event.number, event.type, data):
                self._register.violate_event(Code.SAME_ID_OTHER_CONTENT, event, f"{event.id} came with other content")
                return Result(event.id, Status.REFUSED, Code.SAME_ID_OTHER_CONTENT)
            if known["reason"] is not None:
                return Result(event.id, Status.REFUSED, known["reason"])
            return Result(event.id, Status.DUPLICATE)
        other = self._db.execute(
            "select id from events where subject = ? and number = ?", (event.subject, event.number)
        ).fetchone()
        if other is not None:
            self._register.violate_event(Code.SAME_NUMBER_OTHER_ID, event, f"{event.id} after {other['id']}")
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

    def _check_sequence(self, event: Event) -> None:
        if event.id != f"{self._site}:{event.subject}:{event.number}":
            self._register.violate_event(Code.BAD_ID, event, f"{event.id} is not minted from site, subject and number")
        twice = self._db.execute("select id from events where seq = ?", (event.seq,)).fetchone()
        if twice is not None:
            self._register.violate_event(Code.SEQ_TWICE, event, f"{event.id} has the seq of {twice['id']}")
        last = self._db.execute(
            "select number, seq from events where subject = ? order by number desc limit 1", (event.subject,)
        ).fetchone()
        if last is not None and (event.number < last["number"] or event.seq <= last["seq"]):
            detail = f"number {event.number}, seq {event.seq} after number {last['number']}, seq {last['seq']}"
            self._register.violate_event(Code.OUT_OF_ORDER, event, detail)

    def _apply(self, event: Event) -> str | None:
        """Book an event; return why it is refused, if so."""
        kind, _, rest = event.subject.partition("/")
        owner, _, key = rest.partition("/")
        if kind == "stock" and event.type == "stock.adjusted":
            return self._adjust(event, owner, key)
        if kind == "location" and event.type == "stock.counted":
            return self._counted(event, rest)
        if kind == "point" and event.type == "tags.reported":
            return self._report(event, rest)
        if kind != "order" or event.type not in AFTER:
            self._register.violate_event(Code.UNKNOWN_TYPE, event, f"{event.type} for {event.subject}")
            return Code.UNKNOWN_TYPE
        order = self._db.execute("select * from orders where owner = ? and order_key = ?", (owner, key)).fetchone()
        if order is None:
            self._register.violate_event(Code.UNKNOWN_ORDER, event, "we never sent this order")
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

    def _check_state(self, event: Event, state: OrderState, answer: str | None) -> None:
        if state in FINAL and event.type not in ALWAYS_LEGAL:
            before_and_now = {state.value, event.type.removeprefix("order.")}
            if before_and_now == {"shipped"}:
                self._register.violate_event(Code.SHIPPED_TWICE, event, "this order was shipped before")
            elif before_and_now == {"shipped", "cancelled"}:
                self._register.violate_event(Code.SHIPPED_AND_CANCELLED, event, f"{event.type} after {state}")
            else:
                self._register.violate_event(Code.AFTER_FINAL, event, f"{event.type} after {state}")
        told = event.type.removeprefix("order.")
        if answer is not None and told in {"accepted", "rejected"} and told != answer:
            self._register.violate_event(Code.ANSWER_DIFFERS, event, f"answered {answer}, now told {told}")

    def _book_order(self, event: Event, owner: str, key: str) -> None:
        data = event.data
        match event.type:
            case "order.picked":
                self._db.execute(
                    "update order_lines set picked = picked + ? where owner = ? and order_key = ? and line = ?",
                    (quantity(data, "quantity"), owner, key, str(data.get("line"))),
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

    def _pack(self, event: Event, owner: str, key: str) -> None:
        tracking = str(event.data.get("tracking"))
        old = self._db.execute("select * from parcels where tracking = ?", (tracking,)).fetchone()
        if old is not None and (old["owner"], old["order_key"]) != (owner, key):
            self._register.violate_event(
                Code.TRACKING, event, f"{tracking} is also on {old['owner']}/{old['order_key']}"
            )
        self._db.execute(
            "insert or replace into parcels (tracking, owner, order_key, lines) values (?, ?, ?, ?)",
            (tracking, owner, key, json.dumps(lines_of(event.data))),
        )

    def _relabel(self, event: Event, owner: str, key: str) -> None:
        """Take another number for a parcel in place of the one it was packed under."""
        old, new = str(event.data.get("void")), str(event.data.get("tracking"))
        parcel = self._db.execute("select * from parcels where tracking = ?", (old,)).fetchone()
        if parcel is None or (parcel["owner"], parcel["order_key"]) != (owner, key):
            self._register.violate_event(Code.TRACKING, event, f"{old} is on no parcel of this order")
        elif self._db.execute("select * from parcels where tracking = ?", (new,)).fetchone() is not None:
            self._register.violate_event(Code.TRACKING, event, f"{new} is on a parcel already")
        else:
            self._db.execute("update parcels set tracking = ? where tracking = ?", (new, old))

    def _ship(self, event: Event, owner: str, key: str) -> None:
        self._check_lines(event, owner, key, shipped=True)
        tracking = event.data.get("tracking")
        told = sorted(map(str, tracking)) if isinstance(tracking, list) else []
        parcels = self._db.execute(
            "select * from parcels where owner = ? and order_key = ? order by tracking", (owner, key)
        ).fetchall()
        if told != [parcel["tracking"] for parcel in parcels]:
            packed = [parcel["tracking"] for parcel in parcels]
            self._register.violate_event(Code.TRACKING, event, f"packed as {packed}, shipped as {told}")
        packed_by_sku: dict[str, int] = {}
        for parcel in parcels:
            for line in json.loads(parcel["lines"]):
                sku, units = str(line.get("sku")), quantity(line, "quantity")
                if units:
                    packed_by_sku[sku] = packed_by_sku.get(sku, 0) + units
        shipped_by_sku: dict[str, int] = {}
        for line in lines_of(event.data):
            shipped = quantity(line, "shipped")
            if shipped:
                sku = str(line.get("sku"))
                shipped_by_sku[sku] = shipped_by_sku.get(sku, 0) + shipped
                self._register.book(owner, sku, -shipped)
        if packed_by_sku != shipped_by_sku:
            detail = f"packed {packed_by_sku}, shipped {shipped_by_sku}"
            self._register.violate_event(Code.QUANTITIES, event, detail)

    def _check_lines(self, event: Event, owner: str, key: str, *, shipped: bool) -> None:
        """Compare the lines of a final event with the order (H04) and write them down."""
        ours = {
            row["line"]: row
            for row in self._db.execute("select * from order_lines where owner = ? and order_key = ?", (owner, key))
        }
        theirs = {str(line.get("line")): line for line in lines_of(event.data)}
        if sorted(ours) != sorted(theirs) or len(theirs) != len(lines_of(event.data)):
            detail = f"ordered lines {sorted(ours)}, told {sorted(theirs)}"
            self._register.violate_event(Code.LINES_INCOMPLETE, event, detail)
        for number in sorted(set(ours) & set(theirs)):
            mine, line = ours[number], theirs[number]
            out, short, picked = (quantity(line, name) for name in ("shipped", "short", "picked"))
            wrong = [
                text
                for text, is_wrong in (
                    (f"sku {line.get('sku')} for {mine['sku']}", line.get("sku") != mine["sku"]),
                    (f"requested {line.get('requested')} of {mine['quantity']}",
                     quantity(line, "requested") != mine["quantity"]),
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
                self._register.violate_event(Code.QUANTITIES, event, f"line {number}: {', '.join(wrong)}")
            self._db.execute(
                "update order_lines set shipped = ?, short = ? where owner = ? and order_key = ? and line = ?",
                (out, short, owner, key, number),
            )

    def _adjust(self, event: Event, owner: str, sku: str) -> str | None:
        if "quantity" not in event.data:
            self._register.violate_event(Code.MALFORMED, event, "stock.adjusted without quantity")
            return Code.MALFORMED
        own = self._db.execute(
            "select 1 from requests where request_key = ?", (str(event.data.get("request_key")),)
        ).fetchone()
        if own is None and not str(event.data.get("reason", "")).startswith(OWN_REASON):
            self._register.book(owner, sku, quantity(event.data, "quantity"))
        return None

    def _counted(self, event: Event, location: str) -> str | None:
        """Look at the end of a count: what it changes comes as adjustments, so an agreed one has no difference."""
        outcome = event.data.get("outcome")
        if event.data.get("location") != location or outcome not in COUNTED:
            self._register.violate_event(Code.MALFORMED, event, "stock.counted without location or outcome")
            return Code.MALFORMED
        wrong = [one for one in lines_of(event.data) if quantity(one, "books") != quantity(one, "counted")]
        if wrong and outcome == "agreed":
            self._register.violate_event(Code.QUANTITIES, event, f"an agreed count differs in {len(wrong)} lines")
        return None

    def _report(self, event: Event, point: str) -> str | None:
        """Take additions and deletions one after the other: nobody comes who is there, or goes who is not."""
        lists = tags_of(event.data)
        if isinstance(lists, str):
            self._register.violate_event(Code.MALFORMED, event, lists)
            return Code.MALFORMED
        sets = event.data.get("sets") or []
        if event.data.get("anew"):
            self._db.execute("delete from point_tags where point = ?", (point,))
        known = {row["tag"] for row in self._db.execute("select tag from point_tags where point = ?", (point,))}
        came, went = lists.get("additions", []), lists.get("deletions", [])
        if "additions" in sets and "deletions" in sets:
            wrong = [f"{tag} came twice" for tag in came if tag in known]
            wrong += [f"{tag} went and was not there" for tag in went if tag not in known]
            for detail in wrong:
                self._register.violate_event(Code.TAGS, event, detail)
        there = known.difference(went).union(came)
        if "current" in lists:
            if "additions" in sets and "deletions" in sets and there != set(lists["current"]):
                self._register.violate_event(Code.TAGS, event, "current is not what additions and deletions give")
            there = set(lists["current"])
        self._db.execute("delete from point_tags where point = ?", (point,))
        self._db.executemany("insert into point_tags values (?, ?)", [(point, tag) for tag in sorted(there)])
        return None

    def _answer_cancels(self, owner: str, key: str, outcome: str) -> None:
        self._db.execute(
            "update requests set outcome = ? where kind = 'cancel' and owner = ? and order_key = ? "
            "and (outcome is null or outcome = 'pending')",
            (outcome, owner, key),
        )
