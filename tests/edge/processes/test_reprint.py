"""A reprint voids the label before it: refused at pairing, at the dock and at the gate, with who and why (H65, F48)."""

from typing import Any

import pytest
from sqlalchemy import select

from drivers.codes import epc
from edge.model.reasons import Refusal
from edge.processes import labels
from edge.processes.labels import REPRINT_REASONS, parcel_of, reprint, values_of
from edge.processes.load import gate_passed
from edge.site import Carrier
from edge.store.tables import journal, loads, parcels, void_labels
from edge.store.tx import Reader, Tx
from tests.support.floor import Floor
from tests.support.store import name


async def only_parcel(floor: Floor) -> Any:
    """Return the one parcel of the floor."""
    return await floor.store.read(lambda reader: reader.one(select(parcels)))


async def own_code(floor: Floor) -> str:
    """Return what a scanner sends of the square code of the valid label."""
    parcel = await only_parcel(floor)
    return f"]d200{epc.decode(parcel.epc).sscc}"


async def to_label(floor: Floor) -> None:
    """Pack an order up to the label that is to be scanned."""
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.order("1", ("SKU1", 1))
    floor.clock.pass_(minutes=5)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "PACK-1")
    for _ in range(4):
        answer = await floor._answer("sato", await floor.screen("sato"))
        assert answer["result"]["kind"] in ("right", "done", "info")
    assert (await floor.screen("sato"))["step"] == "label"


async def to_dock(floor: Floor) -> None:
    """Pack an order and stand at the dock where its load begins."""
    await to_label(floor)
    await floor.act("sato", "scan", (await only_parcel(floor)).tracking)
    floor.clock.pass_(minutes=5)
    await floor.plan()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "DOCK-1")


async def events(floor: Floor, kind: str) -> list[Any]:
    """Return the journal rows of a kind."""
    return await floor.store.read(
        lambda reader: list(reader.rows(select(journal).where(journal.c.kind == kind).order_by(journal.c.seq)))
    )


async def test_H65_at_pairing_a_reprint_voids_the_first_print_and_its_number_proves_nothing(floor: Floor) -> None:
    await to_label(floor)
    first, number, tag = await own_code(floor), (await only_parcel(floor)).tracking, (await only_parcel(floor)).epc
    refused = await floor.act("sato", "reprint")
    assert refused["result"]["code"] == "label.no_reason"
    await floor.act("sato", "reprint", reason="unreadable")
    screen = await floor.screen("sato")
    second = await own_code(floor)
    assert second.endswith(screen["target"])
    for old, why in ((number, "label.which"), (first, "label.void"), (tag, "label.void")):
        answer = await floor.act("sato", "scan", old)
        assert (answer["result"]["kind"], answer["result"]["code"]) == ("wrong", why)
    assert (await floor.act("sato", "scan", second))["result"]["kind"] == "done"
    (told,) = await events(floor, "parcel.reprint")
    assert (told.actor, told.reason, told.data["person"]) == ("person:sato", "unreadable", "sato")
    assert (told.data["issue"], told.data["void"], told.data["tracking"]) == (2, tag, number)
    assert (await only_parcel(floor)).tracking == number


async def test_H66_the_first_print_pairs_by_its_number_or_by_its_own_code(floor: Floor) -> None:
    await to_label(floor)
    assert (await floor.act("sato", "scan", await own_code(floor)))["result"]["kind"] == "done"


async def test_H65_at_the_dock_only_the_new_label_is_taken(floor: Floor) -> None:
    await to_dock(floor)
    parcel, first = await only_parcel(floor), await own_code(floor)
    await floor.store.run_as("person:mori", reprint, parcel.id, "damaged", "mori")
    assert (await only_parcel(floor)).load_id is None, "what was scanned of it proves nothing any more"
    floor.clock.pass_(minutes=5)
    await floor.plan()
    assert (await floor.screen("sato"))["process"] == "load"
    for old, why in ((parcel.tracking, "label.which"), (first, "label.void")):
        answer = await floor.act("sato", "scan", old)
        assert (answer["result"]["kind"], answer["result"]["code"]) == ("wrong", why)
    screen = await floor.screen("sato")
    assert (await own_code(floor)).endswith(screen["target"])
    assert (await floor.act("sato", "scan", await own_code(floor)))["result"]["kind"] == "right"
    assert (await floor.screen("sato"))["step"] == "gate"


def passage(tx: Tx, tags: list[str]) -> str:
    """Let tags pass the gate."""
    return gate_passed(tx, "GATE-1", {"direction": "out", "opened_at": tx.now, "closed_at": tx.now, "epcs": tags})


async def at_gate_after_reprint(floor: Floor) -> tuple[str, str]:
    """Bring a reprinted parcel to the gate; return the tags of its old and its new label."""
    await to_dock(floor)
    parcel = await only_parcel(floor)
    new = await floor.store.run(reprint, parcel.id, "damaged", "mori")
    floor.clock.pass_(minutes=5)
    await floor.plan()
    await floor.act("sato", "scan", await own_code(floor))
    return parcel.epc, new.epc


async def test_I28_at_the_gate_the_void_tag_stands_for_no_parcel_and_is_named(floor: Floor) -> None:
    old, new = await at_gate_after_reprint(floor)
    number = (await only_parcel(floor)).tracking
    assert await floor.store.run(passage, [old]) == "stop"
    (stop,) = await events(floor, "gate.stop")
    assert (stop.data["missing"], stop.data["extra"], stop.data["old"]) == ([number], [], [number])
    assert (
        f"void label still on: {number}" in (await floor.screen("kim"))["detail"]
        or number in (await floor.screen("sato"))["detail"]
    )
    assert await floor.store.run(passage, [new]) == "pass"


async def test_I28_a_new_label_over_the_old_one_passes(floor: Floor) -> None:
    old, new = await at_gate_after_reprint(floor)
    assert await floor.store.run(passage, sorted([old, new])) == "pass"


async def test_I28_a_void_tag_of_a_parcel_that_is_not_of_the_load_is_one_too_many(floor: Floor) -> None:
    await to_dock(floor)
    parcel = await only_parcel(floor)
    await floor.store.run(reprint, parcel.id, "lost", "mori")
    assert await floor.store.run(passage, [parcel.epc]) == "ask"
    (asked,) = await events(floor, "gate.ask")
    assert (asked.data["extra"], asked.data["old"]) == ([parcel.tracking], [parcel.tracking])


async def test_H65_no_reprint_of_what_stands_at_the_gate_has_left_or_has_no_label(floor: Floor) -> None:
    await to_dock(floor)
    parcel = await only_parcel(floor)
    await floor.act("sato", "scan", parcel.tracking)
    assert await floor.store.read(lambda reader: reader.one(select(loads)).state) == "at_gate"
    for about, reason, why in (
        (parcel.id, "damaged", "label.at_gate"),
        (parcel.id, "for fun", "label.no_reason"),
        ("nobody", "damaged", "label.ended"),
    ):
        with pytest.raises(Refusal) as refused:
            await floor.store.run(reprint, about, reason, "mori")
        assert refused.value.code == why
    assert await floor.gate([]) == "pass"
    with pytest.raises(Refusal, match=r"label\.ended"):
        await floor.store.run(reprint, parcel.id, "damaged", "mori")
    assert await floor.store.read(lambda reader: reader.all(void_labels)) == []


async def test_H65_a_carrier_that_wants_a_new_number_gets_one_and_the_wms_is_told(floor: Floor) -> None:
    carrier = Carrier(id="yamato", name=name("Yamato"), reprint="new_number")
    floor.store.site.__dict__["carrier"] = {"yamato": carrier}
    await to_label(floor)
    first = (await only_parcel(floor)).tracking
    await floor.act("sato", "reprint", reason="lost")
    second = (await only_parcel(floor)).tracking
    assert second != first
    assert await events(floor, "order.relabelled") == [], "the WMS knows no number before the parcel is packed"
    assert (await floor.act("sato", "scan", first))["result"]["code"] == "label.void"
    assert (await floor.screen("sato"))["target"] == second
    assert (await floor.act("sato", "scan", second))["result"]["kind"] == "done"
    third = await floor.store.run(reprint, (await only_parcel(floor)).id, "damaged", "mori")
    (told,) = await events(floor, "order.relabelled")
    assert (told.data["void"], told.data["tracking"], told.number is not None) == (second, third.tracking, True)


async def test_every_print_has_a_tag_and_code_of_its_own_and_says_which_it_is(floor: Floor) -> None:
    await to_label(floor)
    parcel = await only_parcel(floor)
    seen: dict[str, None] = {}
    for issue in range(1, 5):
        label = await floor.store.read(values_of, parcel.id)
        assert label is not None
        row, values = label
        assert values["epc"] == row.epc
        assert (values["reprint"], row.issue) == ("" if issue == 1 else str(issue), issue)
        assert values["pieces"] == "1"
        seen |= {values["epc"]: None, values["sscc"]: None}
        found = await floor.store.read(parcel_of, values["sscc"])
        assert found.id == parcel.id
        await floor.store.run(reprint, parcel.id, REPRINT_REASONS[0], "mori")
    assert len(seen) == 8


async def test_what_is_no_label_of_ours_is_none(floor: Floor) -> None:
    await to_label(floor)

    def found(reader: Reader) -> list[Any]:
        strangers = ("4901234567894", "00349123450000000011", "400000000006", "A-1", "30" * 12)
        return [labels.parcel_of(reader, value) for value in strangers]

    assert await floor.store.read(found) == [None] * 5
