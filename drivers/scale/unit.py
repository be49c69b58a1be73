"""A scale that is a Modbus unit: its weight is the point `weight`, in grams; whether it rests may be another.

Points: `weight`, and if the unit has them `stable`, `overload` and `negative` (where the weight has no sign).
"""

import asyncio

from drivers.modbus.port import ModbusLost
from drivers.modbus.unit import Unit
from drivers.scale.link import ALIKE, NoCommand, Overload, ScaleLost, Unsettled, Weight

ASK_AGAIN = 0.1
"""Seconds between looks while the load moves."""


class UnitScale:
    """Weighs with a unit that somebody else keeps; `signals` are the names of its points."""

    def __init__(self, name: str, unit: Unit, signals: tuple[str, ...]) -> None:
        self._name, self._unit = name, unit
        self._says_stable = "stable" in signals
        self._turn = asyncio.Lock()

    async def weigh(self, within: float = 5.0) -> Weight:
        """Return the settled weight within so many seconds; raises ScaleLost, Overload or Unsettled.

        Only what was read after the call counts: what the unit showed before may be the parcel before.
        """
        last: int | None = None
        alike = 0
        over = False
        try:
            async with asyncio.timeout(within), self._turn:
                while True:
                    await self._unit.look()
                    over = bool(self._unit.values.get("overload"))
                    grams = None if over else self._grams()
                    alike = alike + 1 if grams is not None and last is not None and abs(grams - last) <= 1 else 1
                    last = grams
                    settled = bool(self._unit.values.get("stable")) if self._says_stable else alike >= ALIKE
                    if settled and grams is not None:
                        return Weight(grams, stable=True)
                    await asyncio.sleep(ASK_AGAIN)
        except ModbusLost as exc:
            raise ScaleLost(f"scale {self._name}: {exc}") from exc
        except TimeoutError:
            if over:
                raise Overload(f"scale {self._name}: the load is outside its range") from None
            raise Unsettled(last) from None

    async def zero(self) -> int:
        """Raise NoCommand: what sets a transmitter to zero is its maker's own, and done at it."""
        raise NoCommand(f"scale {self._name} takes no commands")

    def _grams(self) -> int | None:
        weight = self._unit.values.get("weight")
        if weight is None:
            return None
        return round(-weight if self._unit.values.get("negative") else weight)
