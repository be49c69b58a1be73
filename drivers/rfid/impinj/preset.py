"""The inventory that an Impinj reader is asked to run: its own preset, with our antennas, session and report fields.

Power, RF mode and search mode stay as they were set at the reader: they belong to the radio region and the door.
"""

from typing import Any

REPORTED = ("epcHex", "antennaPort", "peakRssiCdbm", "lastSeenTime")
QUIET = ("epc", "tid", "tidHex", "xpcHex", "transmitPowerCdbm", "frequency", "pc", "phaseAngle")


def ours(preset: dict[str, Any], *, antennas: tuple[int, ...], session: int) -> dict[str, Any]:
    """Return the request that starts our inventory; ValueError when the preset names no antenna to copy."""
    configs = [config for config in preset.get("antennaConfigs", ()) if isinstance(config, dict)]
    if not configs:
        raise ValueError("the preset of the reader has no antennaConfigs")
    by_port = {config.get("antennaPort"): config for config in configs}
    wanted = antennas or tuple(port for port in by_port if isinstance(port, int))
    return {
        **preset,
        "antennaConfigs": [
            {**by_port.get(port, configs[0]), "antennaPort": port, "inventorySession": session} for port in wanted
        ],
        "eventConfig": {
            "common": {"hostname": "disabled"},
            "tagInventory": {
                **dict.fromkeys(REPORTED, "enabled"),
                **dict.fromkeys(QUIET, "disabled"),
                "tagReporting": {
                    "reportingIntervalSeconds": 0,
                    "tagCacheSize": 2048,
                    "antennaIdentifier": "antennaPort",
                    "tagIdentifier": "epc",
                },
            },
        },
    }
