"""What a simulated robot says it can do (VDA 5050 2.1 §6.15)."""

from typing import Any

from drivers.vda5050.messages import Factsheet, ProtocolLimits, Timing
from simulators.robots.config import RobotConfig

ARRAYS = {"order.nodes": 1000, "order.edges": 999, "node.actions": 50, "edge.actions": 10, "instantActions": 50}
STRINGS = {"msgLen": 500_000, "idLen": 128, "loadIdLen": 64}
SCOPES: dict[str, list[str]] = {
    "pick": ["NODE"],
    "drop": ["NODE"],
    "wait": ["NODE", "EDGE"],
    "waitForTrigger": ["NODE"],
    "startCharging": ["NODE", "INSTANT"],
    "stopCharging": ["NODE", "INSTANT"],
    "cancelOrder": ["INSTANT"],
    "startPause": ["INSTANT"],
    "stopPause": ["INSTANT"],
    "stateRequest": ["INSTANT"],
    "factsheetRequest": ["INSTANT"],
    "initPosition": ["INSTANT"],
}
MAPS: dict[str, list[str]] = {"downloadMap": ["INSTANT"], "enableMap": ["INSTANT"], "deleteMap": ["INSTANT"]}
"""Since 2.1."""


def factsheet(config: RobotConfig) -> Factsheet:
    """Return the factsheet of a robot."""
    known = SCOPES if config.vda5050 == "2.0" else SCOPES | MAPS
    actions: list[dict[str, Any]] = [{"actionType": name, "actionScopes": scopes} for name, scopes in known.items()]
    return Factsheet(
        type_specification={
            "seriesName": "genba-sim",
            "agvKinematic": "DIFF",
            "agvClass": "CARRIER",
            "maxLoadMass": 30 * len(config.slots),
            "localizationTypes": ["NATURAL"],
            "navigationTypes": ["VIRTUAL_LINE_GUIDED"],
        },
        physical_parameters={
            "speedMin": 0.05,
            "speedMax": config.speed / 1000,
            "accelerationMax": config.acceleration / 1000,
            "decelerationMax": config.acceleration / 1000,
            "heightMax": 1.5,
            "width": config.width / 1000,
            "length": config.length / 1000,
        },
        protocol_limits=ProtocolLimits(
            max_string_lens=dict(STRINGS),
            max_array_lens=dict(ARRAYS),
            timing=Timing(
                min_order_interval=0.0,
                min_state_interval=config.min_state_interval,
                default_state_interval=config.state_interval,
            ),
        ),
        protocol_features={"optionalParameters": [], "agvActions": actions},
        agv_geometry={},
        load_specification={"loadPositions": list(config.slots)},
    )
