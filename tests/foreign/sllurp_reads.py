"""Reads tags with sllurp, a process of its own as its licence (GPL) is not ours: `sllurp_reads.py PORT TAGS`.

Writes one line of JSON for each tag and antenna when so many tags were read, or after ten seconds.
"""

import json
import sys
import threading
from typing import Any

from sllurp.llrp import LLRPReaderClient, LLRPReaderConfig

WITHIN = 10.0
TRIES = 5
WANTED = (
    "EnableAntennaID",
    "EnablePeakRSSI",
    "EnableFirstSeenTimestamp",
    "EnableLastSeenTimestamp",
    "EnableTagSeenCount",
)
OTHERS = ("ROSpecID", "SpecIndex", "InventoryParameterSpecID", "ChannelIndex", "AccessSpecID")
TOLD = dict.fromkeys(WANTED, True) | dict.fromkeys((f"Enable{name}" for name in OTHERS), False)


def main(port: int, wanted: int) -> None:
    """Read until `wanted` tags were seen by two antennas."""
    seen: dict[tuple[str, int], dict[str, Any]] = {}
    done = threading.Event()

    def take(_reader: object, reports: list[dict[str, Any]]) -> None:
        for report in reports:
            seen[report["EPC"].decode().upper(), report["AntennaID"]] = report
        if len(seen) >= 2 * wanted:
            done.set()

    use = {"antennas": [1, 2], "report_every_n_tags": 1, "session": 0, "tx_power": 0, "tag_content_selector": TOLD}
    client = LLRPReaderClient("127.0.0.1", port, LLRPReaderConfig(use))
    client.add_tag_report_callback(take)
    client.connect()
    done.wait(WITHIN)
    for _ in range(
        TRIES
    ):  # sllurp asks before it listens for the answer; a fast answer is missed and it waits for ever
        if client.is_alive():
            client.disconnect(timeout=WITHIN / TRIES)
    if client.is_alive():
        client.hard_disconnect()
    for (epc, antenna), report in sorted(seen.items()):
        line = {
            "epc": epc,
            "antenna": antenna,
            "rssi": report.get("PeakRSSI"),
            "seen": report.get("LastSeenTimestampUTC"),
        }
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
