"""A person's seat: where they are in their work. All that a handheld shows is made from it, so it survives anything.

Every process is a `Process`: it shows the screen of a step and takes scans and buttons.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import select

from edge.model.phrases import phrase
from edge.model.reasons import Refusal, say
from edge.model.states import TaskKind
from edge.store.queue import Claim, finish
from edge.store.statement import Query, param
from edge.store.tables import people, seats, tasks
from edge.store.tx import Reader, Tx

AWAY = "away"
"""The step of a seat whose person walked off: its work was taken back, and it gets none until they show up."""

BUTTON = "button"
"""The source of a scan that is the press of a button at a slot or shelf; no handheld can say that of its own."""

_SEAT = Query(
    select(
        people.c.language,
        people.c.roles,
        people.c.name_ja,
        people.c.name_en,
        seats.c.device,
        seats.c.place,
        seats.c.task_id,
        seats.c.epoch,
        seats.c.step,
        seats.c.counted,
        seats.c.detail,
        seats.c.screen,
        seats.c.last,
    )
    .outerjoin(seats, seats.c.person_id == people.c.id)
    .where(people.c.id == param("person"), people.c.active)
)


@dataclass(slots=True)
class Seat:
    """A row of `seats` in hand; `save` writes it back."""

    person_id: str
    language: str
    roles: Sequence[str]
    name: str
    device: str = ""
    place: str | None = None
    task_id: str | None = None
    epoch: int = 0
    step: str = "place"
    counted: int = 0
    detail: dict[str, Any] = field(default_factory=dict)
    screen: int = 0
    last: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    """What it is done by now: `scan`, `manual`, `camera`, or the `button` of a slot or shelf; not kept."""

    @property
    def claim(self) -> Claim:
        """The claim on the task in hand."""
        return Claim(self.task_id or "", self.epoch)

    def say(self, phrase_id: str, **values: Any) -> str:
        """Return a phrase in the person's language."""
        return phrase(phrase_id, self.language, **values)

    def go(self, step: str, *, counted: int = 0) -> None:
        """Go to a step of the task in hand."""
        self.step = step
        self.counted = counted


@dataclass(frozen=True, slots=True)
class Result:
    """What a scan or button led to: kind is right, wrong, done or info; the code has words in edge/model/words/."""

    kind: str
    code: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def told(self, language: str) -> dict[str, str]:
        """Return it as the handheld shows it."""
        return {"kind": self.kind, "code": self.code, "text": str(say(self.code, language, self.details))}


def right() -> Result:
    """Return the answer to a right scan."""
    return Result("right", "work.right")


def wrong(code: str, **details: Any) -> Result:
    """Return the answer to a wrong scan: nothing has changed (F57)."""
    return Result("wrong", code, details)


class Button(NamedTuple):
    """Something to press."""

    id: str
    reasons: tuple[str, ...] = ()
    quantity: bool = False
    danger: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    """(id, label) of what is chosen from where the labels are no phrases: lots, owners; the id comes as the reason."""

    def told(self, seat: Seat) -> dict[str, Any]:
        """Return it as the handheld shows it."""
        told = _button(self._replace(choices=()), seat.language)
        chosen = [{"id": one, "label": label} for one, label in self.choices]
        return {**told, "reasons": chosen} if chosen else told


@dataclass(slots=True)
class Screen:
    """What the handheld asks; see docs/handheld.md for the fields."""

    ask: str
    target: str = ""
    detail: str = ""
    item: dict[str, Any] | None = None
    want: int | None = None
    done: int = 0
    blind: bool = False
    """Say how many were done though nothing says how many are wanted."""
    to: str = ""
    robot: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)
    buttons: Sequence[Button] = ()
    progress: tuple[int, int] | None = None
    wave: str = ""
    cutoff: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed."""

    button: str
    value: str = ""
    quantity: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """How one kind of task is worked on at a handheld."""

    kind: TaskKind
    name: str
    begin: Callable[[Tx, Seat, Any], None]
    find: Callable[[Reader, Seat, Any], Any]
    """What there is to work on now, nothing (falsy) when the task is over; the others are given what it found."""
    show: Callable[[Reader, Seat, Any, Any], Screen]
    scan: Callable[[Tx, Seat, Any, Any, str], Result]
    press: Callable[[Tx, Seat, Any, Any, Press], Result]


@cache
def _button(button: Button, language: str) -> dict[str, Any]:
    told: dict[str, Any] = {"id": button.id, "label": phrase(f"button.{button.id}", language)}
    if button.reasons:
        told["reasons"] = [{"id": reason, "label": phrase(f"reason.{reason}", language)} for reason in button.reasons]
    return told | ({"quantity": True} if button.quantity else {}) | ({"danger": True} if button.danger else {})


def load_seat(tx: Tx, person_id: str, device: str = "") -> Seat:
    """Return a person's seat, made on first use; raises Refusal when the person is unknown."""
    row = tx.one(_SEAT, person=person_id)
    if row is None:
        raise Refusal("login.ended")
    name = row.name_ja if row.language == "ja" else row.name_en
    if row.step is None:
        tx.insert(seats, person_id=person_id, device=device, step="place")
        return Seat(person_id, row.language, row.roles, name, device)
    return Seat(
        person_id,
        row.language,
        row.roles,
        name,
        device or row.device,
        row.place,
        row.task_id,
        row.epoch,
        row.step,
        row.counted,
        dict(row.detail),
        row.screen,
        dict(row.last),
    )


def save_seat(tx: Tx, seat: Seat) -> None:
    """Write a seat back as a new screen."""
    seat.screen += 1
    tx.change(
        seats,
        {"person_id": seat.person_id},
        device=seat.device,
        place=seat.place,
        task_id=seat.task_id,
        epoch=seat.epoch,
        step=seat.step,
        counted=seat.counted,
        detail=seat.detail,
        screen=seat.screen,
        last=seat.last,
    )


def leave_task(seat: Seat) -> None:
    """Let go of the task in hand; the next screen finds the next work. What stays is the colour one works in there."""
    seat.task_id = None
    seat.epoch = 0
    seat.detail = {"colour": seat.detail["colour"]} if seat.detail.get("colour") else {}
    seat.go("wait")


def finish_task(tx: Tx, seat: Seat) -> Result:
    """End the task in hand as done."""
    finish(tx, seat.claim)
    leave_task(seat)
    return Result("done", "work.done")


def cancelled(task: Any) -> Result:
    """Say that a task was cancelled; of a load the parcels may be outside already, and nobody else brings them back."""
    if task.kind == TaskKind.COUNT:
        return Result("info", "count.withdrawn", {"place": task.subject.removeprefix("location/")})
    return wrong("load.cancelled") if task.kind == TaskKind.LOAD else Result("info", "work.cancelled")


def tell_seat(tx: Tx, task_id: str, result: Result) -> None:
    """Put a result on the screen of whoever works on a task: something happened elsewhere."""
    task = tx.get(tasks, id=task_id)
    row = None if task is None else tx.get(seats, task_id=task_id, epoch=task.epoch)
    if row is None:
        return
    seat = load_seat(tx, row.person_id)
    seat.last = result.told(seat.language)
    save_seat(tx, seat)
    tx.journal("seat.told", f"person/{seat.person_id}", reason=result.code, task=task_id)
