"""Draws keys that schemes can carry."""

from hypothesis import strategies as st

from drivers.codes.digits import mod10
from drivers.codes.epc.keys import JAPAN, JAPAN_LENGTHS, Identity, checked
from drivers.codes.epc.schemes import PREFIX_BITS, Classic, Plus, Style
from drivers.codes.epc.signs import GS1, PART

DIGITS = "0123456789"


def digits(size: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=size, max_size=size)


def signs(most: int, allowed: frozenset[str] = GS1) -> st.SearchStrategy[str]:
    return st.text(sorted(allowed), min_size=1, max_size=most)


@st.composite
def prefixes(draw: st.DrawFn) -> str:
    """A company prefix; half of them Japanese, of the lengths that Japan gives."""
    if draw(st.booleans()):
        size = draw(st.sampled_from([size for size in JAPAN_LENGTHS if size <= 10]))
        return draw(st.sampled_from(JAPAN)) + draw(digits(size - 2))
    return draw(st.integers(6, 12).flatmap(digits).filter(lambda text: not text.startswith(JAPAN)))


@st.composite
def fields(draw: st.DrawFn, scheme: Classic) -> Identity:
    """A key that this classic scheme can hold, edges included."""
    key, prefix = scheme.key, draw(prefixes())
    room = scheme.room - PREFIX_BITS[len(prefix)]
    serial = draw(_styled(scheme.serial, scheme.serial_bits, key.serial)) if key.serial else ""
    if not key.digits:
        allowed = PART if scheme.reference is Style.SIX_BIT else GS1
        most = scheme.digits - len(prefix)
        reference = draw(_styled(scheme.reference, room, most, allowed))
        return checked(key, prefix + reference, serial, len(prefix))
    free = draw(digits(key.digits - 1 - len(prefix)))
    lead = 1 if key.lead else 0
    body = free[:lead] + prefix + free[lead:]
    tail = draw(digits(4)) if key.pieces else ""
    return checked(key, body + mod10(body) + tail, serial, len(prefix))


def _styled(style: Style, bits: int, most: int, allowed: frozenset[str] = GS1) -> st.SearchStrategy[str]:
    if style is Style.INTEGER:
        highest = min((1 << bits), 10**most) - 1
        return st.sampled_from([0, highest]).map(str) | st.integers(0, highest).map(str)
    if style is Style.NUMERIC:
        return st.integers(1, most).flatmap(digits)
    return signs(most, allowed)


@st.composite
def printed(draw: st.DrawFn, scheme: Plus) -> Identity:
    """A key as a "+" scheme holds it."""
    key = scheme.key
    serial = ""
    if key.serial:
        serial = draw(st.integers(1, key.serial).flatmap(digits) if key.counted else signs(key.serial))
    if not key.digits:
        number = draw(st.integers(4, 12).flatmap(digits))
        number += draw(st.text(sorted(key.signs), min_size=1, max_size=key.most - len(number)))
        return checked(key, number, serial)
    body = draw(digits(key.digits - 1))
    tail = draw(digits(4)) if key.pieces else ""
    return checked(key, body + mod10(body) + tail, serial)
