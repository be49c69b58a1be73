"""A small edge for the operators' tests: speaks the handheld contract, keeps its own books, and is easy to break."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

from simulators.world.physics import Warehouse

BOUNCE_S = 0.15


@dataclass
class Pick:
    location: str
    sku: str
    want: int
    tote: str
    robot: str | None = None
    done: int = 0


@dataclass
class Desk:
    """One person's session: where they are in their work."""

    badge: str
    place: str | None = None
    step: tuple[str, str] = ("start", "place")
    number: int = 0
    last: str | None = None
    counted: Counter[str] = field(default_factory=Counter)
    tote: str | None = None
    tracking: str | None = None
    last_scan: tuple[str, float] = ("", -1.0)


class FakeEdge:
    def __init__(self, world: Warehouse, gtins: dict[str, str]) -> None:
        self.world = world
        self.sku_of = {gtin: sku for sku, gtin in gtins.items()}
        self.picks: list[Pick] = []
        self.totes: dict[str, Counter[str]] = {}
        self.ready: list[str] = []
        self.desks: dict[str, Desk] = {}
        self.tokens: dict[str, str] = {}
        self.answers: dict[str, Any] = {}
        self.logins = 0
        self.replays = 0
        self.shorts: list[tuple[str, int, str]] = []
        self.missing: list[tuple[str, int]] = []
        self.packed: dict[str, Counter[str]] = {}
        self.load: dict[str, bool] = {}
        self.expected_at_gate: list[str] = []
        self.verdicts: list[bool] = []
        self.extra_steps: list[tuple[str, str]] = []
        self.prints = True
        self.streams = True
        self.weighs = 0
        self.weigh_refusals = 0
        self.app = FastAPI()
        self.app.post("/api/handheld/login")(self.login)
        self.app.get("/api/handheld/screen")(self.screen)
        self.app.get("/api/handheld/stream")(self.stream)
        self.app.post("/api/handheld/act")(self.act)

    async def login(self, request: Request) -> Any:
        body = await request.json()
        if body["pin"] != "1234":
            return JSONResponse({"error": {"code": "bad_pin", "text": "", "next": ""}}, 401)
        self.logins += 1
        token = f"token-{self.logins}"
        self.tokens[token] = body["badge"]
        desk = self.desks.setdefault(body["badge"], Desk(body["badge"]))
        return {"token": token, "person": {"id": desk.badge}, "screen": self.draw(desk)}

    def log_everybody_out(self) -> None:
        self.tokens.clear()

    async def screen(self, request: Request) -> Any:
        desk = self.desk(request)
        if desk is None:
            return JSONResponse({}, 401)
        self.next_work(desk)
        return {"screen": self.draw(desk)}

    async def stream(self, request: Request) -> Any:
        desk = self.desk(request)
        if desk is None:
            return JSONResponse({}, 401)
        return StreamingResponse(self.events(request, desk) if self.streams else self.silence())

    async def silence(self) -> AsyncIterator[str]:
        await asyncio.Event().wait()
        yield ""

    async def events(self, request: Request, desk: Desk) -> AsyncIterator[str]:
        told = ""
        while self.desk(request) is not None:
            self.next_work(desk)
            screen = self.draw(desk)
            yield ": beat\n\n" if screen["id"] == told else f"event: screen\ndata: {json.dumps(screen)}\n\n"
            told = screen["id"]
            await asyncio.sleep(1)
        yield "event: ended\ndata: {}\n\n"

    async def act(self, request: Request) -> Any:
        desk = self.desk(request)
        if desk is None:
            return JSONResponse({}, 401)
        body = await request.json()
        assert body["contract"] == 1
        if body["key"] in self.answers:
            self.replays += 1
            stored, answer = self.answers[body["key"]]
            assert stored == body
            return answer
        if body["screen"] != f"{desk.badge}-{desk.number}":
            return JSONResponse({"error": {}, "screen": self.draw(desk)}, 409)
        now = asyncio.get_running_loop().time()
        bounce = (
            body["action"] == "scan" and desk.last_scan[0] == body.get("value") and now - desk.last_scan[1] < BOUNCE_S
        )
        desk.last_scan = (body.get("value", ""), now)
        kind = "info" if bounce else self.decide(desk, body)
        desk.last = kind
        answer = {"result": {"kind": kind, "code": kind, "text": kind}, "screen": self.draw(desk)}
        self.answers[body["key"]] = (body, answer)
        return answer

    def desk(self, request: Request) -> Desk | None:
        badge = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        return None if badge is None else self.desks[badge]

    def go(self, desk: Desk, process: str, step: str) -> None:
        desk.step = (process, step)
        desk.number += 1

    def next_work(self, desk: Desk) -> None:
        if desk.step != ("idle", "wait"):
            return
        place = desk.place or ""
        if self.extra_steps:
            self.go(desk, *self.extra_steps.pop(0))
        elif place.startswith("ZONE:") and self.picks:
            self.go(desk, "pick", "location")
        elif place.startswith("PACK") and self.ready:
            self.go(desk, "pack", "tote")
        elif place.startswith("DOCK") and self.load:
            self.go(desk, "load", "parcel")

    def decide(self, desk: Desk, body: dict[str, Any]) -> str:
        rules: dict[tuple[str, str], Callable[[Desk, dict[str, Any]], str]] = {
            ("start", "place"): self.on_place,
            ("pick", "location"): self.on_location,
            ("pick", "item"): self.on_item,
            ("pick", "tote"): self.on_tote,
            ("pack", "tote"): self.on_open,
            ("pack", "verify"): self.on_verify,
            ("pack", "carton"): self.on_carton,
            ("pack", "weigh"): self.on_weigh,
            ("pack", "label"): self.on_label,
            ("load", "parcel"): self.on_parcel,
            ("load", "gate"): lambda *_: "wrong",
        }
        return rules[desk.step](desk, body)

    def on_place(self, desk: Desk, body: dict[str, Any]) -> str:
        desk.place = body["value"]
        self.go(desk, "idle", "wait")
        self.next_work(desk)
        return "right"

    def on_location(self, desk: Desk, body: dict[str, Any]) -> str:
        if body["action"] == "skip":
            self.picks.append(self.picks.pop(0))
            self.go(desk, "pick", "location")
            return "info"
        if body.get("value") != self.picks[0].location:
            return "wrong"
        self.go(desk, "pick", "item")
        return "right"

    def on_item(self, desk: Desk, body: dict[str, Any]) -> str:
        pick = self.picks[0]
        if body["action"] == "short":
            self.shorts.append((pick.sku, pick.want - pick.done, body["reason"]))
            assert body["quantity"] == pick.done
            pick.want = pick.done
        elif body["action"] == "undo":
            pick.done -= 1
            return "info"
        elif body["action"] == "quantity":
            pick.done = body["quantity"]
        elif self.sku_of.get(body["value"]) != pick.sku:
            return "wrong"
        else:
            pick.done += 1
        if pick.done >= pick.want:
            if pick.done:
                self.go(desk, "pick", "tote")
            else:
                self.picks.pop(0)
                self.finish(desk)
        return "right"

    def on_tote(self, desk: Desk, body: dict[str, Any]) -> str:
        pick = self.picks[0]
        if body["value"] != pick.tote:
            return "wrong"
        self.totes.setdefault(pick.tote, Counter())[pick.sku] += pick.done
        self.picks.pop(0)
        if not any(other.tote == pick.tote for other in self.picks):
            self.ready.append(pick.tote)
        self.finish(desk)
        return "done"

    def finish(self, desk: Desk) -> None:
        desk.counted.clear()
        self.go(desk, "idle", "wait")
        self.next_work(desk)

    def on_open(self, desk: Desk, body: dict[str, Any]) -> str:
        if body.get("value") != self.ready[0]:
            return "wrong"
        desk.tote = self.ready.pop(0)
        self.go(desk, "pack", "verify")
        return "right"

    def on_verify(self, desk: Desk, body: dict[str, Any]) -> str:
        wanted = self.totes[desk.tote or ""]
        if body["action"] == "missing":
            self.missing.append((body["value"], body["quantity"]))
            wanted[body["value"]] -= body["quantity"]
        else:
            sku = self.sku_of.get(body["value"], "")
            if desk.counted[sku] >= wanted[sku]:
                return "wrong"
            desk.counted[sku] += 1
        if all(desk.counted[sku] >= n for sku, n in wanted.items()):
            self.go(desk, "pack", "carton")
        return "right"

    def on_carton(self, desk: Desk, body: dict[str, Any]) -> str:
        if body["value"] != "C60":
            return "wrong"
        self.go(desk, "pack", "weigh")
        return "right"

    def on_weigh(self, desk: Desk, body: dict[str, Any]) -> str:
        if body["action"] == "recount":
            desk.counted.clear()
            self.go(desk, "pack", "verify")
            return "info"
        if self.weigh_refusals:
            self.weigh_refusals -= 1
            return "wrong"
        self.weighs += 1
        self.print(desk)
        self.go(desk, "pack", "label")
        return "right"

    def print(self, desk: Desk) -> None:
        desk.tracking = f"{len(self.answers):012}"
        if self.prints:
            self.world.printed("printer-1", desk.tracking, f"EPC{desk.tracking}")

    def on_label(self, desk: Desk, body: dict[str, Any]) -> str:
        if body["action"] == "reprint":
            self.prints = True
            self.print(desk)
            return "info"
        if body["value"] != desk.tracking:
            return "wrong"
        self.packed[desk.tracking or ""] = +self.totes[desk.tote or ""]
        self.load[desk.tracking or ""] = False
        self.finish(desk)
        return "done"

    def on_parcel(self, desk: Desk, body: dict[str, Any]) -> str:
        if body["action"] == "go":
            self.expected_at_gate = [tracking for tracking, loaded in self.load.items() if loaded]
            self.go(desk, "load", "gate")
            return "info"
        if body["value"] not in self.load or self.load[body["value"]]:
            return "wrong"
        self.load[body["value"]] = True
        return "right"

    def seen_at_gate(self, _gate: str, epcs: list[str], _seconds: float, _inward: bool) -> None:
        """What the reader saw; decides as the edge would, and shows the verdict."""
        desk = next((desk for desk in self.desks.values() if desk.step == ("load", "gate")), None)
        if desk is None:
            return
        good = sorted(epcs) == sorted(f"EPC{tracking}" for tracking in self.expected_at_gate)
        self.verdicts.append(good)
        desk.last = "done" if good else "wrong"
        if good:
            for tracking in self.expected_at_gate:
                del self.load[tracking]
            self.go(desk, "idle", "wait")
        else:
            self.go(desk, "load", "gate")

    def draw(self, desk: Desk) -> dict[str, Any]:
        screen: dict[str, Any] = {
            "id": f"{desk.badge}-{desk.number}", "contract": 1, "process": desk.step[0], "step": desk.step[1],
            "target": None, "item": None, "quantity": None, "to": None, "robot": None, "lines": [], "buttons": [],
            "last": None if desk.last is None else {"kind": desk.last, "text": ""}, "manual": False,
        }  # fmt: skip
        match desk.step:
            case ("pick", step):
                pick = self.picks[0]
                reasons = [{"id": "damaged", "label": ""}, {"id": "empty", "label": ""}]
                screen |= {
                    "target": {"location": pick.location, "item": pick.sku, "tote": pick.tote}[step],
                    "item": {"sku": pick.sku, "name": pick.sku, "code_hint": ""},
                    "quantity": {"want": pick.want, "done": pick.done},
                    "robot": pick.robot,
                    "buttons": [
                        {"id": "short", "label": "", "reasons": reasons, "quantity": True},
                        {"id": "skip", "label": "", "reasons": reasons},
                        {"id": "undo", "label": ""},
                        {"id": "quantity", "label": "", "quantity": True},
                    ],
                }
            case ("pack", "tote"):
                screen["target"] = self.ready[0] if self.ready else None
            case ("pack", "verify"):
                screen["lines"] = [
                    {"sku": sku, "name": sku, "want": want, "done": desk.counted[sku]}
                    for sku, want in sorted(self.totes[desk.tote or ""].items())
                ]
                screen["buttons"] = [{"id": "missing", "label": "", "quantity": True}]
            case ("pack", "carton"):
                screen["target"] = "C60"
            case ("pack", "weigh"):
                screen["buttons"] = [{"id": "weigh", "label": ""}, {"id": "recount", "label": ""}]
            case ("pack", "label"):
                screen["buttons"] = [{"id": "reprint", "label": ""}]
            case ("load", step):
                screen["target"] = "GATE-1" if step == "gate" else None
                screen["lines"] = [{"sku": t, "name": t, "want": 1, "done": int(on)} for t, on in self.load.items()]
                if step == "gate":
                    screen["lines"] = [{"sku": t, "name": t, "want": 1, "done": 0} for t in self.expected_at_gate]
                screen["buttons"] = [{"id": "go", "label": ""}, {"id": "back", "label": ""}]
        return screen
