"""Keeps Python's collector of cycles out of the way: an edge makes millions of objects and hardly any cycles.

Looking through all of them took 0.3 s on a site of 1,000 robots, in which nobody was answered.
"""

import gc

SELDOM = (50_000, 20, 100)
"""How often the collector looks, see `gc.set_threshold`: 7 % of a virtual day went into it as Python has it."""


def settle() -> None:
    """Look seldom from now on, and never again at what there is now: call it when a site is built up."""
    gc.freeze()
    gc.set_threshold(*SELDOM)
