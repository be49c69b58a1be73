"""Judged by another make: epcpy reads and writes the classic schemes as we do."""

from epcpy.epc_schemes.base_scheme import GS1Element
from epcpy.utils.parsers import hex_to_tag_encodable
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from drivers.codes import epc
from drivers.codes.epc.keys import Identity
from drivers.codes.epc.schemes import CLASSIC, Classic
from tests.drivers.codes.epc.made import fields

JUDGED = [scheme for scheme in CLASSIC if scheme.name != "gdti-113"]
"""epcpy left out what TDS 1.9 deprecated."""

STUMBLES = frozenset('"#%&/<>?:')
"""epcpy counts an escape as three characters and splits an asset's reference at a colon; the standard's own examples
have escapes."""


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(JUDGED).flatmap(lambda scheme: st.tuples(st.just(scheme), fields(scheme))), st.integers(0, 7))
def test_I30_another_make_reads_what_we_write(made: tuple[Classic, Identity], filter_value: int) -> None:
    scheme, key = made
    assume(STUMBLES.isdisjoint(key.number + key.serial))
    found = hex_to_tag_encodable(epc.encode(key, scheme.name, filter_value=filter_value))
    assert found.epc_uri == key.uri
    assert isinstance(found, GS1Element)
    assert found.gs1_element_string().removesuffix("(254)0") == key.element  # TDS §7.5 keeps the extension 0 out
