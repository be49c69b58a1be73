"""The fuzzer itself: it finds what is planted, the same by the same seed, and stops what does not end."""

import sys

import pytest

from tests.fuzz.guide import Endless, Fuzzer, Lines, Target

HERE = ("tests/fuzz/test_guide.py",)


class Planted(Exception):
    """What the fuzzer shall find."""


def nested(data: bytes) -> None:
    """Four bytes in a row: one chance in four thousand million without guidance."""
    if data[:1] == b"!":
        raise ValueError("declared")
    if data[:1] != b"\x8d":
        return
    if data[1:2] != b"\x01":
        return
    if data[2:3] != b"\xfe":
        return
    if data[3:4] == b"\x7f":
        raise Planted


def endless(data: bytes) -> None:
    while data.startswith(b"\x01"):
        try:
            nested(data)
        except Exception:  # noqa: BLE001, S112  as careless code does it
            continue


def target(run: object = nested, **more: object) -> Target:
    return Target("planted", run, (ValueError,), HERE, (b"....",), **more)  # type: ignore[arg-type]


def test_what_no_chance_finds_is_found_by_following_the_lines() -> None:
    fall = Fuzzer(target(), 1).go(10_000)
    assert fall is not None
    assert isinstance(fall.error, Planted)
    assert fall.data == b"\x8d\x01\xfe\x7f"


def test_without_lines_to_follow_it_is_not_found() -> None:
    blind = Target("blind", nested, (ValueError,), ("no such file",), (b"....",))
    assert Fuzzer(blind, 1).go(10_000) is None


def test_the_same_seed_draws_the_same() -> None:
    one, two, other = (Fuzzer(target(), seed) for seed in (7, 7, 8))
    for fuzzer in (one, two, other):
        fuzzer.go(3000)
    assert one.corpus == two.corpus != other.corpus
    assert one.lines.known == two.lines.known


def test_what_does_not_end_is_ended_and_nobody_can_swallow_that() -> None:
    fall = Fuzzer(target(endless, steps=2000), 3).go(5000)
    assert fall is not None
    assert isinstance(fall.error, Endless)


def test_declared_errors_are_no_find() -> None:
    assert Fuzzer(Target("declared", nested, (ValueError,), HERE, (b"!",)), 1).go(0) is None
    fall = Fuzzer(Target("declared", nested, (), HERE, (b"!",)), 1).go(0)
    assert fall is not None
    assert isinstance(fall.error, ValueError)


def test_a_tracer_gets_its_place_back() -> None:
    before = sys.gettrace()
    with pytest.raises(Planted):
        Lines(HERE, 100).new(lambda: nested(b"\x8d\x01\xfe\x7f"))
    assert sys.gettrace() is before
