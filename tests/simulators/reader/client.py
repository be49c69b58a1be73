"""A plain LLRP client for the tests of the simulated reader; keeps every byte of both directions."""

import asyncio
from typing import Self

from llrpkit.protocol import LLRPMessage, enums, messages, params

from drivers.rfid.llrp import wire
from drivers.rfid.llrp.framing import Cutter, Frame
from drivers.streams import dial
from tests.support.patience import PATIENCE


class Client:
    """Connects, asks, and keeps what comes unasked."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._cutter = Cutter()
        self._number = 0
        self.unasked: list[LLRPMessage] = []
        self._frames: list[Frame] = []

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await dial(self._address)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def receive(self) -> LLRPMessage:
        while not self._frames:
            async with asyncio.timeout(PATIENCE):
                data = await self._reader.read(4096)
            if not data:
                raise EOFError
            self._frames += [p for p in self._cutter.feed(data) if isinstance(p, Frame)]
        return wire.decode(self._frames.pop(0).data)

    def tell(self, message: LLRPMessage) -> int:
        self._number += 1000
        self._writer.write(message.to_bytes(message_id=self._number))
        return self._number

    def raw(self, data: bytes) -> None:
        self._writer.write(data)

    async def ask(self, message: LLRPMessage) -> LLRPMessage:
        number = self.tell(message)
        while (answer := await self.receive()).message_id != number:
            self.unasked.append(answer)
        return answer

    async def reports(self, tags: int) -> list[list[wire.Tag]]:
        """Wait for so many tags in reports."""
        found = [wire.tags(m) for m in self.unasked]
        self.unasked.clear()
        reports = [f for f in found if f is not None]
        while sum(map(len, reports)) < tags:
            report = wire.tags(await self.receive())
            if report is not None:
                reports.append(report)
        return reports


def rospec(
    number: int = 7,
    *,
    start: int = enums.ROSpecStartTriggerType.Immediate,
    period_ms: int = 0,
    duration_ms: int = 0,
    every: int = 1,
    observe: int = 0,
) -> LLRPMessage:
    """An operation as any client would add it; with `observe` its AISpec ends after so many tags, and reports then."""
    stop, at_end = params.AISpecStopTrigger(), enums.ROReportTriggerType.Upon_N_Tags_Or_End_Of_ROSpec
    if observe:
        at_end = enums.ROReportTriggerType.Upon_N_Tags_Or_End_Of_AISpec
        stop = params.AISpecStopTrigger(
            ai_spec_stop_trigger_type=enums.AISpecStopTriggerType.Tag_Observation,
            tag_observation_trigger=params.TagObservationTrigger(number_of_tags=observe),
        )
    begin = params.ROSpecStartTrigger(ro_spec_start_trigger_type=start)
    if period_ms:
        begin.periodic_trigger_value = params.PeriodicTriggerValue(offset=0, period=period_ms)
    return messages.ADD_ROSPEC(
        ro_spec=params.ROSpec(
            ro_spec_id=number,
            ro_boundary_spec=params.ROBoundarySpec(
                ro_spec_start_trigger=begin,
                ro_spec_stop_trigger=params.ROSpecStopTrigger(
                    ro_spec_stop_trigger_type=1 if duration_ms else 0, duration_trigger_value=duration_ms
                ),
            ),
            spec_parameters=[
                params.AISpec(
                    antenna_ids=[0],
                    ai_spec_stop_trigger=stop,
                    inventory_parameter_specs=[
                        params.InventoryParameterSpec(inventory_parameter_spec_id=1, protocol_id=1)
                    ],
                )
            ],
            ro_report_spec=params.ROReportSpec(
                ro_report_trigger=at_end,
                n=every,
                tag_report_content_selector=params.TagReportContentSelector(
                    enable_antenna_id=True, enable_first_seen_timestamp=True, enable_tag_seen_count=True
                ),
            ),
        )
    )
