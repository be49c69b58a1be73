"""What has lasted, and what began anew."""

from edge.fleet.lasting import Lasting


def test_what_is_so_lasts_from_when_it_was_first_noted() -> None:
    lasting = Lasting()
    lasting.note(10.0, so=True)
    lasting.note(14.0, so=True)
    assert (lasting.so, lasting.has_lasted(14.9, 5), lasting.has_lasted(15.0, 5)) == (True, False, True)


def test_what_was_not_so_for_a_moment_begins_anew() -> None:
    lasting = Lasting(since=10.0)
    lasting.note(14.0, so=False)
    assert (lasting.so, lasting.has_lasted(100.0, 0)) == (False, False)
    lasting.note(14.0, so=True)
    assert (lasting.has_lasted(18.9, 5), lasting.has_lasted(19.0, 5)) == (False, True)
