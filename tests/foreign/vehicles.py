"""Robots of vda5050-sdk: its VehicleClient and its reference OrderExecutor; the JSON in the first argument says which.

The SDK leaves it to its user to drive, to stop for a cancel and to connect again. Robots here keep their
state and connect their transport alone, without a will and an ONLINE; where it is asked for, every second one uses the
SDK's own `connect`, which forgets the order.
"""

import asyncio
import contextlib
import json
import math
import sys
from typing import Any

from aiomqtt import MqttError
from vda5050 import Action, Load, Node, Order, VehicleClient, VehicleConfig
from vda5050.adapters.mqtt.transport import AiomqttTransport
from vda5050.client.agv.executor import OrderExecutor
from vda5050.errors import TransportError
from vda5050.model.instant_actions import InstantActions

STEP = 0.1
"""Seconds between positions while driving."""
REPORT_EVERY = 0.5
"""Seconds between states without news, by which it also notices that the broker is gone."""
AGAIN_AFTER = 0.2
HANDLING = 0.2
"""Seconds for an action."""


class Vehicle:
    """One robot, connected until its process ends."""

    def __init__(self, own: dict[str, Any], broker: str, speed: float, keepalive: int, *, forgetful: bool) -> None:
        self.speed = speed
        self.loads: list[Load] = []
        self.x, self.y = own["x"], own["y"]
        self._map, self._node = own["map"], own["node"]
        self._forgetful = forgetful
        self._transport = AiomqttTransport(broker, keepalive=keepalive)
        names = {"manufacturer": own["manufacturer"], "serial_number": own["serial"]}
        self.client = VehicleClient(VehicleConfig(broker_url=broker, **names), transport=self._transport)
        self.client.on_order(self._orders_come)
        self.client.on_instant_actions(self._actions_come)
        self._orders: asyncio.Queue[Order] = asyncio.Queue()
        self._driving: asyncio.Task[Any] | None = None

    async def start(self) -> None:
        """Connect and say where it is."""
        await self.client.connect()
        self.stand(self.x, self.y)
        self.client.mark_node_traversed(self._node, 0)
        self.client.set_loads(self.loads)

    def stand(self, x: float, y: float) -> None:
        """Be somewhere."""
        self.x, self.y = x, y
        self.client.update_position(x=x, y=y, theta=0.0, map_id=self._map)

    async def run(self) -> None:
        """Report, and connect again whenever that fails."""
        working = asyncio.create_task(self._work())
        while not working.done():
            try:
                await self.client.publish_state()
                await asyncio.sleep(REPORT_EVERY)
            except (MqttError, TransportError):
                await self._connect_again()

    async def _connect_again(self) -> None:
        if self._forgetful:
            self._node = self.client.publisher.last_node_id
            self._stop()
        while True:
            try:
                if self._forgetful:
                    await self.client.disconnect()
                    return await self.start()
                await self._transport.disconnect()
                return await self._transport.connect()
            except (MqttError, TransportError):
                await asyncio.sleep(AGAIN_AFTER)

    def _orders_come(self, order: Order) -> None:
        self._orders.put_nowait(order)

    def _actions_come(self, message: InstantActions) -> None:
        if any(action.action_type == "cancelOrder" for action in message.actions):
            self._stop()

    def _stop(self) -> None:
        while not self._orders.empty():
            self._orders.get_nowait()
        if self._driving is not None:
            self._driving.cancel()

    async def _work(self) -> None:
        while True:
            order = await self._orders.get()
            self._driving = asyncio.create_task(Driver(self).run(order))
            await asyncio.wait([self._driving])


class Driver(OrderExecutor):
    """What the SDK asks a vehicle's maker to write: how it moves and what it carries."""

    def __init__(self, vehicle: Vehicle) -> None:
        super().__init__(vehicle.client.publisher, action_delay=HANDLING)
        self._vehicle = vehicle

    async def visit_node(self, node: Node) -> None:
        """Drive straight to a node, unless paused."""
        vehicle, goal = self._vehicle, node.node_position
        assert goal is not None, "the master gives every node a position"
        here = complex(vehicle.x, vehicle.y)
        way = complex(goal.x, goal.y) - here
        steps = math.ceil(abs(way) / vehicle.speed / STEP)
        for step in range(1, steps):
            await self._step()
            point = here + way * step / steps
            vehicle.stand(point.real, point.imag)
        await self._step()
        vehicle.stand(goal.x, goal.y)

    async def _step(self) -> None:
        await asyncio.sleep(STEP)
        while self._publisher.paused:  # noqa: ASYNC110  the SDK has nothing to wait for
            await asyncio.sleep(STEP)

    async def run_action(self, action: Action, **where: Any) -> None:
        """Pick or drop a tote, or do nothing for a while."""
        await super().run_action(action, **where)
        given = {parameter.key: parameter.value for parameter in action.action_parameters or []}
        loads, load_id = self._vehicle.loads, given.get("loadId")
        if action.action_type == "pick":
            loads.append(Load(load_id=load_id, load_type=given.get("loadType")))
        elif action.action_type == "drop":
            loads[:] = [load for load in loads if load.load_id != load_id]
        self._publisher.set_loads(list(loads))


async def main(broker: str, robots: list[dict[str, Any]], speed: float, keepalive: int, *, forgetful: bool) -> None:
    """Play all robots until the process is ended."""
    vehicles = [
        Vehicle(own, broker, speed, keepalive, forgetful=forgetful and number % 2 == 1)
        for number, own in enumerate(robots)
    ]
    for vehicle in vehicles:
        await vehicle.start()
    print("ready", flush=True)  # noqa: T201  read by the test
    await asyncio.gather(*[vehicle.run() for vehicle in vehicles])


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(**json.loads(sys.argv[1])))
