"""Decoders of foreign bytes end, stay small and raise only what they declare (I01, I04, I14, I47, I57).

A sample by default; `make fuzz` tries more. A fall that was found stands in the tests of its decoder from then on.
"""

import os

import pytest

from tests.fuzz.guide import Fuzzer, Target
from tests.fuzz.targets import TARGETS

TRIALS = int(os.environ.get("GENBA_FUZZ", "500"))
SEED = int(os.environ.get("GENBA_FUZZ_SEED", "1"))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_whatever_comes_is_read_or_refused(target: Target) -> None:
    fall = Fuzzer(target, SEED).go(TRIALS)
    assert fall is None, f"GENBA_FUZZ_SEED={SEED}: {fall.error!r} by {len(fall.data)} bytes: {fall.data[:400]!r}"
