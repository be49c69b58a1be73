"""What a simulated robot says it can do, in the words of 3.0 (VDA 5050 3.0 §7.10)."""

from typing import Any

from simulators.robots.atlas import KNOWN_ZONES
from simulators.robots.config import RobotConfig

OPTIONAL = (
    "order.nodes.nodePosition",
    "order.nodes.nodePosition.theta",
    "order.nodes.nodePosition.allowedDeviationXY",
    "order.edges.maximumSpeed",
    "order.edges.length",
    "order.nodes.actions.actionParameters",
)
SCOPES: dict[str, tuple[str, ...]] = {
    "pick": ("NODE",),
    "drop": ("NODE",),
    "wait": ("NODE", "EDGE"),
    "waitForTrigger": ("NODE",),
    "startCharging": ("NODE", "INSTANT"),
    "stopCharging": ("NODE", "INSTANT"),
    "cancelOrder": ("INSTANT",),
    "startPause": ("INSTANT",),
    "stopPause": ("INSTANT",),
    "stateRequest": ("INSTANT",),
    "factsheetRequest": ("INSTANT",),
    "initializePosition": ("INSTANT",),
    "clearInstantActions": ("INSTANT",),
    "retry": ("INSTANT",),
    "skipRetry": ("INSTANT",),
    "downloadMap": ("INSTANT",),
    "enableMap": ("INSTANT",),
    "deleteMap": ("INSTANT",),
    "enableZoneSet": ("INSTANT",),
    "deleteZoneSet": ("INSTANT",),
}
CANCELLED = ("wait", "waitForTrigger")
"""What a cancel ends half way."""


def factsheet(config: RobotConfig) -> dict[str, Any]:
    """Return the factsheet of a robot."""
    return {
        "typeSpecification": {
            "seriesName": "genba-sim",
            "mobileRobotKinematics": "DIFFERENTIAL",
            "mobileRobotClass": "CARRIER",
            "maximumLoadMass": 30 * len(config.slots),
            "localizationTypes": ["NATURAL"],
            "navigationTypes": ["VIRTUAL_LINE_GUIDED"],
            "supportedZones": list(KNOWN_ZONES),
        },
        "physicalParameters": {
            "minimumSpeed": 0.05,
            "maximumSpeed": config.speed / 1000,
            "maximumAcceleration": config.acceleration / 1000,
            "maximumDeceleration": config.acceleration / 1000,
            "minimumHeight": 1.5,
            "maximumHeight": 1.5,
            "width": config.width / 1000,
            "length": config.length / 1000,
        },
        "protocolLimits": {
            "maximumStringLengths": {
                "maximumMessageLength": 500_000,
                "maximumIdLength": 128,
                "maximumLoadIdLength": 64,
            },
            "maximumArrayLengths": {"order.nodes": 1000, "order.edges": 999, "node.actions": 50, "edge.actions": 10},
            "timing": {
                "minimumOrderInterval": 0.0,
                "minimumStateInterval": config.min_state_interval,
                "defaultStateInterval": config.state_interval,
            },
        },
        "protocolFeatures": {
            "optionalParameters": [{"parameter": name, "support": "SUPPORTED"} for name in OPTIONAL],
            "mobileRobotActions": [
                {
                    "actionType": name,
                    "actionScopes": list(scopes),
                    "blockingTypes": ["NONE"] if scopes == ("INSTANT",) else ["NONE", "SINGLE", "SOFT", "HARD"],
                    "pauseAllowed": False,
                    "cancelAllowed": name in CANCELLED,
                }
                for name, scopes in SCOPES.items()
            ],
        },
        "mobileRobotGeometry": {},
        "loadSpecification": {"loadPositions": list(config.slots)},
    }
