"""Badges, PINs and API keys that are given out at the console: what is made is in one answer and nowhere else."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from drivers.codes.normalise import normalise
from edge.model.reasons import Refusal
from edge.processes import people, staff
from edge.processes.people import KeyRole
from edge.store.tx import Reader
from edge.web.accounts import Accounts
from edge.web.console.deed import Question, Wish, add_act, back_of, done, wants_json
from edge.web.console.desk import Desk, View
from edge.web.console.people_deeds import ENGINEERS
from edge.web.keys import give_key


def making_routes(router: APIRouter, desk: Desk) -> None:
    """Add /console/do/person-badge, person-pin and key-new."""
    accounts = Accounts(desk.services)

    async def badge(view: View, wish: Wish) -> Response:
        chosen = _chosen_badge(wish)
        text = await accounts.give_badge(view.session, wish.only(), chosen)
        return _shown(view, wish, "badge", text) if chosen is None else done(view, wish, view.t("did.person_badge"))

    async def pin(view: View, wish: Wish) -> Response:
        chosen = _chosen_pin(wish)
        text = await accounts.give_pin(view.session, wish.only(), chosen)
        return _shown(view, wish, "pin", text) if chosen is None else done(view, wish, view.t("did.person_pin"))

    async def key(view: View, wish: Wish) -> Response:
        role = wish.text("role")
        if role not in list(KeyRole):
            raise Refusal("request.not_found")
        text = await give_key(desk.services, view.session, wish.text("name"), KeyRole(role))
        return _shown(view, wish, "key", text)

    add_act(router, desk, "person-badge", badge, roles=staff.MANAGERS, ask=_ask_badge)
    add_act(router, desk, "person-pin", pin, roles=staff.MANAGERS, ask=_ask_pin)
    add_act(router, desk, "key-new", key, roles=ENGINEERS)


def _shown(view: View, wish: Wish, what: str, value: str) -> Response:
    """Show a secret this once."""
    t = view.t
    body = {
        "title": t(f"made.{what}.title"),
        "label": t(f"made.{what}.label"),
        "value": value,
        "lines": [t(f"made.{what}.use"), t("made.once")],
    }
    if wants_json(view.request):
        return JSONResponse({"shown": body}, headers={"Cache-Control": "no-store"})
    return view.page("shown", "settings", shown=body, back=back_of(wish))


def _chosen_badge(wish: Wish) -> str | None:
    """Return the badge that was scanned; None: make one."""
    return None if wish.text("make") else normalise(wish.text("badge")).text


def _chosen_pin(wish: Wish) -> str | None:
    """Return the PIN that was typed twice; None: make one."""
    if wish.text("make"):
        return None
    if wish.text("pin") != wish.text("again"):
        raise Refusal("person.pins_differ")
    chosen = normalise(wish.text("pin")).text
    people.check_pin(chosen)
    return chosen


def _ask_badge(reader: Reader, wish: Wish) -> Question | None:
    """Ask when there is one to be replaced: the old one is worth nothing then."""
    row = people.person_row(reader, wish.only())
    chosen = _chosen_badge(wish)
    if chosen is not None:
        people.check_badge(reader, row.id, chosen)
    return _question("badge", row.id) if row.badge is not None else None


def _ask_pin(reader: Reader, wish: Wish) -> Question | None:
    """Ask when there is one to be replaced."""
    row = people.person_row(reader, wish.only())
    _chosen_pin(wish)
    return _question("pin", row.id) if row.pin_hash is not None else None


def _question(key: str, person_id: str) -> Question:
    return Question(key, [(f"{key}.old", {}), (f"{key}.out", {})], {"person": person_id})
