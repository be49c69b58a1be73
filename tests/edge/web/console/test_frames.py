"""What is sent to consoles, and what happens to those that read slowly (P47)."""

import json

from edge.web.console.frames import NOTES_KEPT, Frame, Subscriber, changes


def frames(chunk: bytes | None) -> list[tuple[str, dict[str, object]]]:
    events = []
    for part in (chunk or b"").decode().strip().split("\n\n"):
        name, data = part.split("\n")
        events.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return events


def test_changes_hold_only_the_fields_that_differ() -> None:
    before = {"R1": {"x": 1, "y": 2}, "R2": {"x": 5}, "R3": {"x": 0}}
    now = {"R1": {"x": 9, "y": 2}, "R2": {"x": 5}, "R4": {"x": 7}}
    assert changes(before, now) == {"R1": {"x": 9}, "R4": {"x": 7}, "R3": {"gone": True}}


async def test_P47_a_slow_reader_keeps_two_frames_and_loses_no_robot() -> None:
    slow = Subscriber(Frame(robots={"R1": {"x": 0, "s": "idle"}, "R9": {"x": 4}}))
    for step in range(1, 50):
        slow.offer(Frame(robots={f"R{step % 3}": {"x": step}}, topics={"order": None}, at=step))
    assert slow.dropped == 48
    events = frames(await slow.next())
    assert len(events) == 2
    seen: dict[str, dict[str, object]] = {}
    for _, body in events:
        for robot, fields in body["robots"].items():  # type: ignore[attr-defined]
            seen[robot] = seen.get(robot, {}) | fields
    assert seen == {"R0": {"x": 48}, "R1": {"x": 49, "s": "idle"}, "R2": {"x": 47}, "R9": {"x": 4}}


async def test_P47_exceptions_are_never_dropped_and_come_first() -> None:
    slow = Subscriber(Frame(at=1))
    for number in range(20):
        slow.offer(Frame(at=number))
        slow.note("exception", {"number": number})
    events = frames(await slow.next())
    assert [body["number"] for name, body in events if name == "exception"] == list(range(20))
    assert events[0][0] == "exception"


async def test_a_reader_hopelessly_behind_is_cut_off_rather_than_misled() -> None:
    lost = Subscriber(Frame())
    for number in range(NOTES_KEPT + 1):
        lost.note("exception", {"number": number})
    assert lost.closed
    assert len(frames(await lost.next())) == NOTES_KEPT + 1
    assert await lost.next() is None


def test_what_came_back_after_it_was_gone_is_whole_again() -> None:
    older, newer = Frame(robots={"R1": {"gone": True}}), Frame(robots={"R1": {"x": 3, "y": 4}})
    assert newer.after(older).robots == {"R1": {"x": 3, "y": 4}}
    assert older.after(newer).robots == {"R1": {"gone": True}}
