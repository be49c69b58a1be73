"""What a deed at the console is: a form that somebody sends, a question where it hurts, and an answer in words.

Dangerous deeds are sent twice: the first answer says what will happen, the second request carries `confirmed`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from edge.model.reasons import Refusal
from edge.model.states import Role
from edge.processes.people import Session
from edge.store.tx import Reader, Tx
from edge.web.console.desk import Desk, View
from edge.web.security import person

MOST_IDS = 500
"""Orders or tasks changed by one deed: ten pages of a list, and one transaction of well under a second."""

Outcome = tuple[str, dict[str, int]]
"""What was done: a text's name and its figures."""


class Wish:
    """The form that somebody sent."""

    def __init__(self, form: FormData) -> None:
        self._form = form

    def ids(self) -> list[str]:
        """Return what it is about, each once; raises Refusal for nothing or too much."""
        found = list(dict.fromkeys(str(value) for value in self._form.getlist("id") if value))
        if not found:
            raise Refusal("console.nothing_chosen")
        if len(found) > MOST_IDS:
            raise Refusal("console.too_many", most=MOST_IDS)
        return found

    def id(self) -> str:
        """Return the one thing it is about."""
        return self.ids()[0]

    def only(self) -> str:
        """Return the one thing it is about; raises Refusal for more."""
        ids = self.ids()
        if len(ids) > 1:
            raise Refusal("console.one_only")
        return ids[0]

    def text(self, name: str) -> str:
        """Return a field."""
        return str(self._form.get(name, "")).strip()

    def fields(self) -> list[tuple[str, str]]:
        """Return everything that was sent, to be sent again."""
        return [(name, str(value)) for name, value in self._form.multi_items()]

    def priority(self) -> int:
        """Return a priority from 0 to 9."""
        text = self.text("priority")
        if text not in "0123456789" or len(text) != 1:
            raise Refusal("console.priority")
        return int(text)


@dataclass(frozen=True, slots=True)
class Question:
    """What will happen: a title and sentences (text names with their figures), and the word on the button."""

    key: str
    lines: list[tuple[str, dict[str, Any]]]
    values: dict[str, Any]


Ask = Callable[[Reader, Wish], Question | None]
"""What somebody is asked before it is done; None: nothing hurts this time."""
Act = Callable[[View, Wish], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing a person may do."""

    decide: Callable[[Tx, Wish, str], Outcome]
    """Takes the decision in the name of a person id."""
    roles: tuple[Role, ...] = (Role.SUPERVISOR,)
    ask: Ask | None = None


def add_deed(router: APIRouter, desk: Desk, name: str, deed: Deed) -> None:
    """Give a deed its address."""

    async def act(view: View, wish: Wish) -> Response:
        who = view.session
        key, figures = await desk.services.store.run_as(who.actor, deed.decide, wish, who.person_id)
        return done(view, wish, _said(view, key, figures))

    add_act(router, desk, name, act, roles=deed.roles, ask=deed.ask)


def add_act(
    router: APIRouter, desk: Desk, name: str, act: Act, *, roles: tuple[Role, ...], ask: Ask | None = None
) -> None:
    """Give the last part of an address, below /console/do/, to what is done when nothing is left to ask."""

    async def do(request: Request, session: Annotated[Session, Depends(person(*roles))]) -> Response:
        wish = Wish(await request.form())
        view = await desk.view(request, session)
        question = None if ask is None or wish.text("confirmed") else await desk.read(ask, wish)
        return await act(view, wish) if question is None else _asked(view, wish, question)

    router.post(f"/console/do/{name}")(do)


def done(view: View, wish: Wish, text: str) -> Response:
    """Say what was done: in JSON, or by leading back to the page it was sent from."""
    if wants_json(view.request):
        return JSONResponse({"text": text})
    return RedirectResponse(back_of(wish), status_code=303)


def back_of(wish: Wish) -> str:
    """Return the console's page that a form was sent from."""
    back = wish.text("back")
    return back if back.startswith("/console") else "/console"


def wants_json(request: Request) -> bool:
    """Return whether a script asks, and no browser."""
    return "application/json" in request.headers.get("accept", "")


def _asked(view: View, wish: Wish, question: Question) -> Response:
    values = {
        name: view.words().person(value) if name == "person" else value for name, value in question.values.items()
    }
    body = {
        "title": view.t(f"ask.{question.key}.title", **values),
        "lines": [view.t(f"ask.{key}", **values) for key, values in question.lines],
        "button": view.t(f"ask.{question.key}.button"),
    }
    if wants_json(view.request):
        return JSONResponse({"ask": body})
    return view.page("ask", "", question=body, back=back_of(wish), action=view.request.url.path, fields=wish.fields())


def _said(view: View, key: str, figures: Mapping[str, int]) -> str:
    parts = [view.t.count(f"did.{key}.{name}", n) for name, n in figures.items() if n]
    return view.t("common.stop").join(parts) if parts else view.t(f"did.{key}")
