"""Screens by a script instead of by processes: the web's own rules are tested without any warehouse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from edge.model.reasons import Refusal, say
from edge.store.tables import people, seats
from edge.store.tx import Tx

ITEM = {"sku": "TS-WH-M", "name": "Tシャツ 白 M", "code_hint": "…4567"}
SHORT = [
    {"id": "empty", "label": "棚が空"},
    {"id": "damaged", "label": "破損"},
    {"id": "wrong_item", "label": "別の商品"},
]
PICK_BUTTONS = [
    {"id": "quantity", "label": "数量", "quantity": True},
    {"id": "short", "label": "欠品", "reasons": SHORT, "quantity": True},
    {"id": "skip", "label": "スキップ", "reasons": [{"id": "blocked", "label": "通れない"}]},
    {"id": "undo", "label": "戻す"},
]


@dataclass(frozen=True, slots=True)
class Step:
    """One screen and the scan it waits for."""

    name: str
    expects: str
    wants: int = 1
    parts: dict[str, Any] = field(default_factory=dict)


SCRIPT = (
    Step("pick/location", "A-01-1", parts={"ask": "棚をスキャン", "target": "A-01-1", "buttons": PICK_BUTTONS[2:]}),
    Step("pick/item", "4901234567894", 3, {"ask": "商品をスキャン", "item": ITEM, "buttons": PICK_BUTTONS}),
    Step("pick/tote", "T-0007", parts={"ask": "トートに入れてスキャン", "target": "T-0007", "robot": "R1"}),
)


class ScriptedScreens:
    """Leads each person through a script, round and round; keeps its place in the seat."""

    def __init__(self, script: Sequence[Step] = SCRIPT) -> None:
        self.script = script
        self.acts: list[dict[str, Any]] = []
        self.made: list[str] = []
        self.fault: Exception | None = None
        self.refuse = ""
        """A value that is refused after all was written."""

    def screen_of(self, tx: Tx, person_id: str, _device: str = "", /) -> dict[str, Any]:
        """Return the screen of the seat."""
        self.made.append(person_id)
        seat = self._seat(tx, person_id)
        step = self.script[int(seat.step)]
        person = tx.one(select(people).where(people.c.id == person_id))
        assert person is not None
        process, _, name = step.name.partition("/")
        header = {"person": person.name_ja, "wave": "B", "cutoff": "14:30", "done": seat.counted, "total": step.wants}
        screen: dict[str, Any] = {
            "id": f"{person_id}.{seat.screen}",
            "contract": 1,
            "process": process,
            "step": name,
            "header": header,
            "ask": "",
            "target": "",
            "detail": "",
            "item": None,
            "quantity": {"want": step.wants, "done": seat.counted} if step.wants > 1 else None,
            "to": "",
            "robot": "",
            "lines": [],
            "buttons": [],
            "last": seat.last or None,
            "manual": "supervisor" in person.roles,
        }
        return screen | step.parts

    def act(self, tx: Tx, person_id: str, act: Mapping[str, Any], /) -> dict[str, Any]:
        """Judge a scan or button against the script."""
        result = self.take(tx, person_id, act)
        return {"result": result, "screen": self.screen_of(tx, person_id)}

    def take(self, tx: Tx, person_id: str, act: Mapping[str, Any], /) -> dict[str, str]:
        """Judge one of several."""
        seat = self._seat(tx, person_id)
        if act["action"] != "scan" and act["screen"] != f"{person_id}.{seat.screen}":
            raise Refusal("work.stale_screen")
        self.acts.append(dict(act))
        index, counted = int(seat.step), seat.counted
        step = self.script[index]
        kind, code = "right", "work.right"
        if act["action"] != "scan":
            kind, code = "info", "work.skipped"
            if act["action"] == "quantity":
                counted = act["quantity"]
        elif act["value"] != step.expects:
            kind, code = "wrong", "scan.not_here"
        else:
            counted += 1
        if counted >= step.wants:
            index, counted = (index + 1) % len(self.script), 0
            kind = "done" if index == 0 else kind
        words = say(code, "ja", {"scanned": act["value"], "ask": step.parts.get("ask", "")})
        last = {"kind": kind, "code": code, "text": str(words)}
        where = seats.c.person_id == person_id
        tx.update(seats, where, step=str(index), counted=counted, screen=seat.screen + 1, last=last)
        tx.journal("scan", f"person/{person_id}", value=act["value"], source=act["source"], result=kind)
        if self.refuse and act["value"] == self.refuse:
            raise Refusal("work.quantity", most=3)
        if self.fault is not None:
            raise self.fault
        return last

    def _seat(self, tx: Tx, person_id: str) -> Any:
        seat = tx.one(select(seats).where(seats.c.person_id == person_id))
        if seat is None:
            tx.insert(seats, person_id=person_id, device="", step="0")
            seat = tx.one(select(seats).where(seats.c.person_id == person_id))
        return seat
