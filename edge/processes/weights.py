"""What an item weighs, learnt from accepted parcels: pure arithmetic in whole milligrams, the same everywhere (F10).

A parcel is off by `weighed - expected`. Each of its items takes a share of that, the larger the less its weight is sure
and the more units of it are inside; a parcel of one item teaches that item alone. How far parcels are off on average
teaches the spread in the same shares. What learning can do is bounded: a single parcel counts for `CLIP` deviations at
most, old parcels fade, and a tolerance is never wider than the site allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isqrt

GRAM = 1000
TARE = 1200
"""mg: how much carton, tape, label and a scale's last digit differ from parcel to parcel (standard deviation)."""
UNSURE = (8 * GRAM, 10)
"""How far a weight that the WMS tells is thought to be wrong: so many mg, or percent of it if that is more."""
SPREAD = (2 * GRAM, 2)
"""How far units of one item are thought to differ before any was weighed, likewise."""
LEAST_SPREAD = 100
"""mg: a spread of nothing could never be unlearnt."""
DEVIATIONS = 3
"""A parcel may be off by so many standard deviations: three in a thousand honest parcels are more."""
CLIP = 2
"""Deviations that one parcel may count for: what is just within the tolerance may be a thing that is missing."""
MEMORY = 50
"""Parcels of an item after which the first fades: a new production may weigh otherwise."""
EASY = 4
"""Parcels that the first spread counts for, so that two parcels that fit by chance do not make it small."""
ENOUGH = 5
"""Parcels after which a weight counts as learnt: a supervisor's word then is not about this item."""
AGREE = 3
"""Parcels in a row that a supervisor must accept with the same unit weight before that weight is believed."""
ALIKE = 5
"""Percent by which such unit weights may differ."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of one unit of an item: mg, and variances in mg²."""

    weight: int
    unsure: int
    """Variance of `weight` itself: shrinks with every parcel."""
    spread: int
    """Variance between units: what is left when the weight is known."""
    parcels: int = 0
    odd: int = 0
    """The unit weight that parcels accepted by a supervisor speak for, mg."""
    odd_parcels: int = 0

    @property
    def learnt(self) -> bool:
        """Tell whether it rests on parcels more than on what the WMS told."""
        return self.parcels >= ENOUGH


@dataclass(frozen=True, slots=True)
class Part:
    """So many units of one item in a parcel."""

    units: int
    belief: Belief


def told(grams: int) -> Belief:
    """Return what is believed when only the WMS has spoken."""
    return _fresh(grams * GRAM)


def expected(tare_g: int, parts: Sequence[Part]) -> int:
    """Return what a parcel should weigh, in grams."""
    return tare_g + (sum(part.units * part.belief.weight for part in parts) + GRAM // 2) // GRAM


def tolerance(parts: Sequence[Part], most_g: int) -> int:
    """Return by how many grams it may differ: three deviations, and never more than the site allows."""
    return min(most_g, -(-DEVIATIONS * isqrt(_variance(parts)) // GRAM))


def learn(tare_g: int, parts: Sequence[Part], weighed_g: int) -> list[Belief]:
    """Return the beliefs after a parcel that was within its tolerance, one for each part."""
    variance = _variance(parts)
    most = CLIP * isqrt(variance)
    off = max(-most, min(most, _off(tare_g, parts, weighed_g)))
    after = []
    for part in parts:
        spread = _spread(part, off, parts, variance)
        belief = _taught(part, off, variance)
        after.append(replace(belief, spread=spread, unsure=max(belief.unsure, spread // MEMORY)))
    return after


def doubt(tare_g: int, parts: Sequence[Part], weighed_g: int) -> list[Belief]:
    """Return the beliefs after a parcel that was off and that a supervisor accepted, one for each part.

    One such parcel may be a mistake and changes no weight. Only where a single item can be to blame is its unit weight
    remembered, and when `AGREE` in a row say the same, it takes the place of what was believed.
    """
    blamed = _blamed(parts)
    if blamed is None:
        return [part.belief for part in parts]
    belief = blamed.belief
    odd = belief.weight + _off(tare_g, parts, weighed_g) // blamed.units
    if odd <= 0:
        return [part.belief for part in parts]
    alike = abs(odd - belief.odd) * 100 <= ALIKE * max(odd, belief.odd)
    seen = belief.odd_parcels if alike else 0
    mean = (belief.odd * seen + odd) // (seen + 1)
    after = _fresh(mean) if seen + 1 >= AGREE else replace(belief, odd=mean, odd_parcels=seen + 1)
    return [after if part is blamed else part.belief for part in parts]


def _fresh(weight: int) -> Belief:
    """Return a first belief in a unit weight."""
    unsure, spread = (max(least, weight * percent // 100) for least, percent in (UNSURE, SPREAD))
    return Belief(weight, unsure**2, spread**2)


def _variance(parts: Sequence[Part]) -> int:
    """Return the variance of a parcel: a wrong belief counts for every unit at once, a unit only for itself."""
    return TARE**2 + sum(part.units**2 * part.belief.unsure + part.units * part.belief.spread for part in parts)


def _off(tare_g: int, parts: Sequence[Part], weighed_g: int) -> int:
    return (weighed_g - tare_g) * GRAM - sum(part.units * part.belief.weight for part in parts)


def _taught(part: Part, off: int, variance: int) -> Belief:
    """Return an item's belief after its share of what a parcel was off by."""
    old, units = part.belief, part.units
    weight = old.weight + _nearest(off * units * old.unsure, variance)
    unsure = old.unsure - units**2 * old.unsure**2 // variance
    return replace(old, weight=max(weight, 0), unsure=unsure, parcels=old.parcels + 1, odd=0, odd_parcels=0)


def _spread(part: Part, off: int, parts: Sequence[Part], variance: int) -> int:
    """Return an item's spread after a parcel: a running mean of its share of what unsure weights do not explain.

    A parcel whose weights are still unsure says little of spread, so that it moves the mean less.
    """
    old, own = part.belief.spread, part.units * part.belief.spread
    every = sum(one.units * one.belief.spread for one in parts)
    unsure = sum(one.units**2 * one.belief.unsure for one in parts)
    unexplained = max(0, off**2 - TARE**2 - unsure)
    change = unexplained * part.belief.spread // every - old
    slowness = min(part.belief.parcels + 1, MEMORY) + EASY
    return max(LEAST_SPREAD**2, old + _nearest(change * own * (variance - unsure), slowness * every * variance))


def _blamed(parts: Sequence[Part]) -> Part | None:
    """Return the only item that can be to blame: the only one inside, or the only one that is not learnt yet."""
    possible = parts if len(parts) == 1 else [part for part in parts if not part.belief.learnt]
    return possible[0] if len(possible) == 1 else None


def _nearest(value: int, by: int) -> int:
    """Divide to the nearest whole number, so that rounding pulls to neither side."""
    return (2 * value + by) // (2 * by)
