"""The WMS's books: what it asked of the site, what it was told, and where the two do not agree.

Every promise of the confirmation contract has a violation code (contract.py): a broken edge is found. The WMS stock is
the sum of what it was told: opening stock, less what was shipped, plus adjustments.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from drivers.ports import Now
from simulators.wms.contract import FINAL, Code, Difference, OrderState, Request, Result, Status, Violation
from simulators.wms.judge import Judge
from simulators.wms.register import Register


class Books:
    """One WMS database; every public method is one transaction."""

    def __init__(self, path: str, now: Now, site: str) -> None:
        self._now = now
        self._site = site
        self._register = Register(path)
        self._db = self._register.db
        self._judge = Judge(self._register, now, site)

    def close(self) -> None:
        """Close the database."""
        self._register.close()

    # what we ask of the site

    def order_sent(self, owner: str, order: Mapping[str, Any]) -> None:
        """Write an order down before it is sent."""
        with self._register.transaction():
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
        with self._register.transaction():
            self._db.execute(
                "update orders set answer = ?, reason = coalesce(reason, ?), "
                "state = case when state = 'sent' then ? else state end where owner = ? and order_key = ?",
                (answer, reason, answer, owner, order_key),
            )

    def requested(self, request_key: str, kind: str, owner: str, order_key: str = "", body: Any = None) -> None:
        """Write a request down before it is sent."""
        with self._register.transaction():
            self._db.execute(
                "insert or ignore into requests (request_key, kind, owner, order_key, body) values (?, ?, ?, ?, ?)",
                (request_key, kind, owner, order_key, json.dumps(body, ensure_ascii=False)),
            )

    def request_answered(self, request_key: str, outcome: str) -> None:
        """Write the answer to a request down, unless an event already gave the final one."""
        with self._register.transaction():
            self._register.answer(request_key, outcome)

    def stock_told(self, lines: Iterable[Mapping[str, Any]], request_key: str | None = None) -> None:
        """Book stock lines that the site has taken from us; those of an answered request only once."""
        with self._register.transaction():
            if request_key is not None and not self._register.answer(request_key, "applied"):
                return
            for line in lines:
                self._register.book(line["owner"], line["sku"], int(line["quantity"]))

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
        with self._register.transaction():
            return self._judge.receive(incarnation, raw_events)

    def last_known(self, site: str, incarnation: int, after: int, limit: int) -> list[dict[str, Any]]:
        """Return the last event of each subject that has one after `after`, oldest first (H15)."""
        if site != self._site:
            return []
        with self._register.transaction():
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

    def tags_at(self, point: str) -> list[str]:
        """Return the tags that stand at a read point as far as we were told."""
        rows = self._db.execute("select tag from point_tags where point = ? order by tag", (point,))
        return [row["tag"] for row in rows]

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


def _end(order: Mapping[str, Any] | None) -> Any:
    if order is None or order["state"] not in FINAL:
        return "open"
    return order["state"], {line: n for line, n in sorted(order.get("shipped", {}).items()) if n}
