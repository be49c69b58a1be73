"""A load that its gate cannot judge: labels prove its parcels and a supervisor releases it (I25, F37, U22).

Allowed while the gate's devices are down, or after a passage that missed tags of the load. What the gate read counts as
proof too. A parcel that does not belong to the load stays a stop.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import LoadState, ParcelState
from edge.processes.sendoff import BY_HAND, close_task, parcels_of, send_off
from edge.processes.trouble import GATE_TROUBLES, OPEN, raise_trouble
from edge.store.tables import exceptions, loads, parcels, passages
from edge.store.tx import Reader, Tx


def begin(tx: Tx, load: Any) -> None:
    """Say that labels are scanned from now on; raises Refusal when the gate can judge or saw a parcel too many."""
    why = _why(tx, load)
    if why is None:
        raise Refusal("gate.hand_not_needed", gate=load.gate)
    _no_extra(tx, load)
    tx.journal("load.by_hand", f"load/{load.id}", reason=why, gate=load.gate)


def proved(reader: Reader, load: Any, scanned: Sequence[str]) -> list[str]:
    """Return the parcels of a load that are proved: scanned now, or read by the gate on the way out."""
    ways_out = [row for row in reader.all(passages, load_id=load.id, verdict="stop") if row.direction != "in"]
    tags = {tag for row in ways_out for tag in row.detail["read"]}
    return [row.tracking for row in parcels_of(reader, load.id) if row.tracking in scanned or row.epc in tags]


def unproved(reader: Reader, load: Any, scanned: Sequence[str]) -> list[str]:
    """Return the parcels of a load whose labels are still to be scanned."""
    done = proved(reader, load, scanned)
    return [row.tracking for row in parcels_of(reader, load.id) if row.tracking not in done]


def ask(tx: Tx, load: Any, scanned: Sequence[str], person: str) -> None:
    """Ask supervisors to release a load whose parcels are all proved."""
    facts = {"gate": load.gate, "parcels": len(parcels_of(tx, load.id)), "scanned": list(scanned), "person": person}
    raise_trouble(tx, BY_HAND, f"load/{load.id}", **facts)


def asked(reader: Reader, load_id: str) -> Any:
    """Return what supervisors are asked about a load, or None."""
    here = (exceptions.c.code == BY_HAND, exceptions.c.subject == f"load/{load_id}", exceptions.c.state.in_(OPEN))
    return reader.one(select(exceptions).where(*here))


def release(tx: Tx, load: Any, person: str) -> int:
    """Ship a load by a supervisor's word; return its parcels. Raises Refusal for one that is not proved (any more)."""
    question = asked(tx, load.id)
    if question is None or load.state != LoadState.AT_GATE:
        raise Refusal("gate.hand_over")
    _no_extra(tx, load)
    scanned = question.detail["scanned"]
    left = unproved(tx, load, scanned)
    if left:
        raise Refusal("load.not_all", parcels=len(left), next=left[0])
    facts = {"gate": load.gate, "person": question.detail["person"], "by": person, "scanned": scanned}
    tx.journal("load.released", f"load/{load.id}", reason=_why(tx, load) or "gate.works_again", **facts)
    return send_off(tx, load)


def release_asked(tx: Tx, load_id: str, person: str) -> int:
    """Release a load from the console, and tell whoever stands at its gate; return its parcels."""
    load = tx.get(loads, id=load_id)
    if load is None:
        raise Refusal("gate.hand_over")
    count = release(tx, load, person)
    close_task(tx, load, count)
    return count


def _why(reader: Reader, load: Any) -> str | None:
    """Return why the gate cannot judge a load, or None."""
    gate = reader.site.gate[load.gate]
    down = (exceptions.c.code == "exception.device_lost") & exceptions.c.subject.in_(
        [f"device/{gate.reader}", f"device/{gate.io}"]
    )
    odd = exceptions.c.code.in_(GATE_TROUBLES) & (exceptions.c.subject == f"gate/{gate.id}")
    if reader.one(select(exceptions.c.id).where(exceptions.c.state.in_(OPEN), down | odd).limit(1)) is not None:
        return "gate.device_down"
    last = _last_passage(reader, load.id)
    return "gate.tags_missed" if last is not None and last.detail["missing"] else None


def _no_extra(reader: Reader, load: Any) -> None:
    """Raise Refusal while a parcel that the gate last saw with the load belongs elsewhere and is still here."""
    last = _last_passage(reader, load.id)
    seen = [] if last is None else [reader.get(parcels, tracking=number) for number in last.detail["extra"]]
    extra = [row.tracking for row in seen if row.load_id != load.id and row.state != ParcelState.SHIPPED]
    if extra:
        raise Refusal("gate.hand_extra", parcels=", ".join(extra))


def _last_passage(reader: Reader, load_id: str) -> Any:
    here = select(passages).where(passages.c.load_id == load_id)
    return reader.one(here.order_by(passages.c.closed_at.desc(), passages.c.id.desc()).limit(1))
