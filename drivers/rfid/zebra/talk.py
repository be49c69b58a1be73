"""Commands to one Zebra reader over MQTT, each paired with its response by `command_id`."""

import asyncio
from typing import Any

from drivers.mqtt.port import Session
from drivers.rfid import told
from drivers.rfid.zebra import messages
from drivers.rfid.zebra.messages import Topics

_TOLD = 200
"""Characters of a refusal that are passed on."""


class Refused(ConnectionError):
    """The reader refused a command."""


class Talk:
    """Asks one reader in one session with the broker; numbers go on from `asked`."""

    def __init__(self, mqtt: Session, topics: Topics, *, name: str, asked: int, answer_s: float) -> None:
        self.asked = asked
        self._mqtt = mqtt
        self._topics = topics
        self._name = name
        self._answer_s = answer_s
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def ask(self, interface: str, command: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the payload of the answer; raises TimeoutError without one, Refused, and MqttLost."""
        self.asked += 1
        number = f"{self._name}-{self.asked}"
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            async with asyncio.timeout(self._answer_s):
                data = messages.command(command, number, payload or {})
                await self._mqtt.publish(self._topics.command(interface), data, 1)
                response = await answer
        except TimeoutError:
            raise TimeoutError(f"no answer to {command}") from None
        finally:
            del self._answers[number]
        if response.get("response") != "success":
            raise Refused(f"{command}: {str(response.get('payload') or response)[:_TOLD]}")
        payload = response.get("payload")
        return payload if isinstance(payload, dict) else {}

    def hear(self, response: dict[str, Any]) -> None:
        """Take a response; one that nobody waits for is of an earlier try."""
        answer = self._answers.get(str(told.an_object(response).get("command_id")))
        if answer is not None and not answer.done():
            answer.set_result(response)
