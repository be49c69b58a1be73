"""Now: answers in five seconds whether a supervisor may walk away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.live import Live, RobotView
from edge.site import Site
from edge.web.console.desk import Desk, View
from edge.web.console.links import link
from edge.web.console.pages import Who
from edge.web.console.queries.now import CutOffState, Now, read_now
from edge.web.console.stream import devices_down, robot_state
from edge.web.console.words import Words

WMS_PATIENCE = timedelta(seconds=30)
"""A link that comes back by itself within this long was no trouble."""
STOPPED = timedelta(minutes=20)
"""A floor that stands still this long is no lunch break."""
TROUBLED = ("dead", "error", "silent", "blocked", "paused", "out")
"""Robots that do not do their work, worst first."""
ROBOT_ORDER = ("working", "driving", "charging", "idle", *TROUBLED)
ONE_BY_ONE = 2
"""More things of a kind in the same trouble are told in one line."""
NAMES_SHOWN = 6
LEVELS = ("red", "amber", "green")


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that stands still: how bad, what, why, what next, where to go."""

    level: str
    what: str
    why: str
    next: str
    href: str
    since: datetime | None = None


def add(router: APIRouter, desk: Desk) -> None:
    """Add the first view."""

    @router.get("/console")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        facts = await desk.read(read_now)
        live, site, words = desk.services.live, desk.services.site, view.words(facts.names)
        stuck = stuck_things(facts, live, site, view, words)
        level, sentence = headline(facts, stuck, view)
        return view.page(
            "now",
            "now",
            names=facts.names,
            facts=facts,
            bars=[Bar.of(cutoff) for cutoff in facts.cutoffs],
            stuck=stuck,
            level=level,
            sentence=sentence,
            robots=robot_counts(live),
            devices_down=devices_down(live, site),
            now=view.f.now,
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """A cut-off as a bar of 1000 units: (state, start, length, count) of each part that is not empty."""

    cutoff: CutOffState
    parts: Sequence[tuple[str, int, int, int]]

    @classmethod
    def of(cls, cutoff: CutOffState) -> "Bar":
        """Measure the parts; they fill the bar exactly."""
        start, parts, seen = 0, [], 0
        for name in ("shipped", "packed", "picking", "todo"):
            n = getattr(cutoff, name)
            seen += n
            end = seen * 1000 // max(1, cutoff.total)
            if n:
                parts.append((name, start, end - start, n))
            start = end
        return cls(cutoff, parts)


def headline(facts: Now, stuck: Sequence[Stuck], view: View) -> tuple[str, str]:
    """Return the colour and the one sentence on top: the worst thing first, calm when there is nothing."""
    halted = view.halts and any(cutoff.left for cutoff in facts.cutoffs)
    sentences = (
        ("red", _endangered(facts, ("late", "missed"), view)),
        ("red", _standing(facts, stuck, "red", view)),
        ("amber", view.t("now.headline.halted") if halted else ""),
        ("amber", _endangered(facts, ("tight", "unknown"), view)),
        ("amber", _standing(facts, stuck, "amber", view)),
    )
    for level, sentence in sentences:
        if sentence:
            return level, sentence
    if not facts.cutoffs:
        return "green", view.t("now.headline.nothing")
    last = max((cutoff.finish for cutoff in facts.cutoffs if cutoff.finish), default=None)
    if last is None:
        done = all(not cutoff.left for cutoff in facts.cutoffs)
        return "green", view.t("now.headline.done" if done else "now.headline.good")
    return "green", view.t("now.headline.finish", finish=view.f.time(last))


def _endangered(facts: Now, verdicts: Sequence[str], view: View) -> str:
    """Return a sentence about the first cut-off with one of these verdicts, the worse verdict first; empty for none."""
    for verdict in verdicts:
        for cutoff in facts.cutoffs:
            if cutoff.verdict(view.f.now) == verdict:
                at, finish = view.f.time(cutoff.at), view.f.time(cutoff.finish)
                carrier = view.words().carrier(cutoff.carrier)
                return view.t(f"now.headline.{verdict}", at=at, carrier=carrier, finish=finish, n=cutoff.left)
    return ""


def _standing(facts: Now, stuck: Sequence[Stuck], level: str, view: View) -> str:
    """Return a sentence about what stands still at a level; empty for nothing."""
    n = sum(1 for thing in stuck if thing.level == level)
    if n and facts.still_since and _still_level(facts, view) == level:
        return view.t("now.headline.still", span=view.f.since(facts.still_since))
    return view.t.count(f"now.headline.stuck_{level}", n) if n else ""


def stuck_things(facts: Now, live: Live, site: Site, view: View, words: Words) -> list[Stuck]:
    """Return everything that stands still, the most important first."""
    found = _still(facts, view) + [_trouble(row, words) for row in facts.exceptions]
    found += _wms(facts, live, view)
    found += _groups(facts, view, words)
    found += _orders(facts, view, words)
    found += _robots(live, facts, view, words)
    found += _devices(live, site, facts.exceptions, view)
    return sorted(found, key=lambda thing: LEVELS.index(thing.level))


def robot_counts(live: Live) -> list[tuple[str, int]]:
    """Return how many robots are in each state, in a fixed order."""
    states = [robot_state(view) for view in live.robots.values()]
    return [(state, states.count(state)) for state in ROBOT_ORDER if state in states]


def _trouble(row: Any, words: Words) -> Stuck:
    said = words.trouble(row)
    level = "amber" if row.state == "taken" or row.code == "exception.short" else "red"
    who = words.person(row.owner) if row.owner else ""
    taken = words.texts("now.taken_by", person=who) if who else ""
    return Stuck(level, said.text, taken, said.next, "/console/exceptions", row.since)


def _still(facts: Now, view: View) -> list[Stuck]:
    """Return that the whole floor stands still, if it does."""
    if facts.still_since is None:
        return []
    what = view.t("now.stuck.still", span=view.f.since(facts.still_since))
    why = view.t.count("now.stuck.still_why", facts.in_work)
    return [Stuck(_still_level(facts, view), what, why, view.t("now.stuck.still_next"), "/console/floor")]


def _still_level(facts: Now, view: View) -> str:
    return "red" if facts.still_since and view.f.now - facts.still_since > STOPPED else "amber"


def _wms(facts: Now, live: Live, view: View) -> list[Stuck]:
    found = []
    if facts.parked:
        what = view.t.count("now.stuck.parked", facts.parked)
        found.append(Stuck("amber", what, "", view.t("now.stuck.parked_next"), "/console/exceptions"))
    long = live.wms_since is None or view.f.now - live.wms_since > WMS_PATIENCE
    if not live.wms_up and long and not any(row.code == "exception.wms_down" for row in facts.exceptions):
        since = view.f.since(live.wms_since)
        key = "now.stuck.wms" if live.wms_since else "now.stuck.wms_never"
        what, step = view.t(key, since=since), view.t("now.stuck.wms_next")
        found.append(Stuck("amber", what, "", step, "/console/devices", live.wms_since))
    return found


def _groups(facts: Now, view: View, words: Words) -> list[Stuck]:
    """Return waiting work that will soon be late; work that merely has its turn later is no trouble."""
    found = []
    for group in facts.waiting:
        left = group.due_at - view.f.now
        if left > timedelta(minutes=60):
            continue
        code, details = group.wait
        said = words.say(code, details)
        what = view.t.count(f"now.stuck.{group.kind}", group.count, place=words.place(group.place))
        level = "red" if left < timedelta(0) else "amber"
        href = f"/console/work?state=waiting&kind={group.kind}&place={group.place}"
        found.append(Stuck(level, what, said.text, said.next, href))
    return found


def _orders(facts: Now, view: View, words: Words) -> list[Stuck]:
    found = []
    if facts.no_stock:
        said = words.say("wait.no_stock")
        what = view.t.count("now.stuck.no_stock", facts.no_stock)
        found.append(Stuck("amber", what, said.text, said.next, "/console/orders?why=wait.no_stock"))
    if facts.on_hold:
        said = words.say("wait.hold")
        what = view.t.count("now.stuck.hold", facts.on_hold)
        found.append(Stuck("green", what, said.text, said.next, "/console/orders?hold=1"))
    return found


def _robots(live: Live, facts: Now, view: View, words: Words) -> list[Stuck]:
    told = {row.subject for row in facts.exceptions}
    groups: dict[str, list[RobotView]] = {}
    for robot in sorted(live.robots.values(), key=lambda robot: robot.id):
        state = robot_state(robot)
        held_up = state == "blocked" and facts.still_since is None  # traffic, while the floor moves
        if state in TROUBLED and not held_up and f"robot/{robot.id}" not in told:
            groups.setdefault(state, []).append(robot)
    found = []
    for state, robots in sorted(groups.items(), key=lambda group: TROUBLED.index(group[0])):
        level = {"dead": "red", "error": "red", "silent": "amber", "blocked": "amber"}.get(state, "green")
        if state == "silent" and len(robots) > ONE_BY_ONE and _all_silent(live):
            found.append(
                Stuck("red", view.t("now.stuck.all_silent"), "", view.t("now.stuck.all_silent_next"), "/console/floor")
            )
            continue
        if len(robots) > ONE_BY_ONE:
            what = view.t("now.stuck.robots", n=len(robots), state=words.state("robot", state))
            names = view.t("common.comma").join(robot.id for robot in robots[:NAMES_SHOWN])
            names += view.t("common.and_more") if len(robots) > NAMES_SHOWN else ""
            found.append(Stuck(level, what, names, words.say(robots[0].code).next, "/console/floor"))
            continue
        for robot in robots:
            said = words.say(robot.code, robot.details)
            why = ", ".join(robot.errors) if state == "error" else said.text
            what = view.t("now.stuck.robot", robot=robot.id, state=words.state("robot", state))
            found.append(Stuck(level, what, why, said.next, link(f"robot/{robot.id}"), robot.seen_at))
    return found


def _all_silent(live: Live) -> bool:
    return all(robot_state(robot) in ("silent", "dead", "out") for robot in live.robots.values())


def _devices(live: Live, site: Site, known: Sequence[Any], view: View) -> list[Stuck]:
    told = {row.subject for row in known}
    kinds: Mapping[str, str] = {shown.id: shown.kind for shown in live.devices.values()} | {
        device.id: device.kind for device in site.devices
    }
    down = [device for device in devices_down(live, site) if f"device/{device}" not in told]
    if len(down) > ONE_BY_ONE:
        names = view.t("common.comma").join(down[:NAMES_SHOWN])
        names += view.t("common.and_more") if len(down) > NAMES_SHOWN else ""
        what, step = view.t("now.stuck.devices", n=len(down)), view.t("now.stuck.devices_next")
        return [Stuck("amber", what, names, step, "/console/devices")]
    found = []
    for device in down:
        what = view.t("now.stuck.device", device=device, kind=view.t(f"device.{kinds[device]}"))
        step = view.t(f"hint.{kinds[device]}")
        shown = live.devices.get(device)
        found.append(Stuck("amber", what, "", step, f"/console/devices#{device}", shown.since if shown else None))
    return found
