"""Roadmaps from and for LIF: nothing changes on the way there and back; what cannot be taken over is named."""

import json
import re
from datetime import UTC, datetime
from math import pi, sqrt
from typing import Any

import pytest

from edge.commands.bench.site import checked, sketched
from edge.fleet.lif import layout_of, roads_of
from edge.model.reasons import Refusal
from edge.sketch import Plan

AT = datetime(2026, 11, 28, 9, tzinfo=UTC)


def use(name: str = "agv", **more: Any) -> dict[str, Any]:
    return {"vehicleTypeId": name, **more}


def node(name: str, x: float, y: float, *uses: dict[str, Any], **more: Any) -> dict[str, Any]:
    position = {"x": x, "y": y}
    return {
        "nodeId": name,
        "mapId": "hall",
        "nodePosition": position,
        "vehicleTypeNodeProperties": uses or [use()],
        **more,
    }


def edge(start: str, end: str, *uses: dict[str, Any]) -> dict[str, Any]:
    ends = {"edgeId": f"{start}-{end}", "startNodeId": start, "endNodeId": end}
    return {**ends, "vehicleTypeEdgeProperties": uses or [use()]}


def lif(*edges: dict[str, Any], nodes: list[dict[str, Any]] | None = None, **more: Any) -> bytes:
    nodes = [node("A", 0, 0), node("B", 2, 0), node("C", 2, 1.5)] if nodes is None else nodes
    return json.dumps({"layouts": [{"layoutId": "L1", "nodes": nodes, "edges": edges, **more}]}).encode()


def lanes(content: bytes, **chosen: str) -> list[dict[str, Any]]:
    return [lane.model_dump(exclude_unset=True, by_alias=True) for lane in roads_of(content, **chosen).roads.lanes]


@pytest.mark.parametrize("plan", [Plan(), Plan(zones=1, robots=20, aisles=2)])
def test_a_roadmap_comes_back_as_it_went(plan: Plan) -> None:
    site = checked(sketched(plan))
    told = layout_of(site, AT)
    back = roads_of(json.dumps(told).encode())
    assert back.notes == []
    assert back.roads.map == site.roadmap.map
    assert back.roads.nodes == site.roadmap.nodes
    assert {(lane.start, lane.end, lane.both, lane.speed) for lane in back.roads.lanes} == {
        (lane.start, lane.end, lane.both, lane.speed) for lane in site.roadmap.lanes
    }
    assert back.stations == {one.id: [one.node] for one in site.stations}
    assert told["metaInformation"]["exportTimestamp"] == "2026-11-28T09:00:00Z"


def test_metres_become_millimetres_and_both_directions_one_lane() -> None:
    slow = use(maxSpeed=0.8)
    content = lif(edge("A", "B", slow), edge("B", "A", slow), edge("B", "C"), edge("C", "B", slow))
    assert [(one.x, one.y) for one in roads_of(content).roads.nodes] == [(0, 0), (2000, 0), (2000, 1500)]
    assert lanes(content) == [
        {"from": "A", "to": "B", "speed": 800, "both": True},
        {"from": "B", "to": "C"},
        {"from": "C", "to": "B", "speed": 800},
    ]


def test_a_curve_is_as_long_as_it_is_driven() -> None:
    quarter = {
        "degree": 2,
        "knotVector": [0, 0, 0, 1, 1, 1],
        "controlPoints": [{"x": 1, "y": 0}, {"x": 1, "y": 1, "weight": sqrt(2) / 2}, {"x": 0, "y": 1}],
    }
    straight = {"knotVector": [0, 0, 1, 1], "controlPoints": [{"x": 0, "y": 1}, {"x": 1, "y": 0}]}
    guided = {"length": 1.75}
    nodes = [node("A", 1, 0), node("B", 0, 1)]
    assert lanes(lif(edge("A", "B", use(trajectory=quarter)), nodes=nodes))[0]["length"] == round(pi / 2 * 1000)
    assert "length" not in lanes(lif(edge("B", "A", use(trajectory=straight)), nodes=nodes))[0]
    assert lanes(lif(edge("A", "B", use(physicalLineGuidedProperty=guided)), nodes=nodes))[0]["length"] == 1750


def test_each_vehicle_type_has_its_own_ways() -> None:
    nodes = [
        node("A", 0, 0, use("agv"), use("amr")),
        node("B", 2, 0, use("agv"), use("amr")),
        node("C", 2, 1, use("amr")),
    ]
    content = lif(
        edge("A", "B", use("agv", maxSpeed=1), use("amr", maxSpeed=2)), edge("B", "C", use("amr")), nodes=nodes
    )
    assert lanes(content, vehicle="agv") == [{"from": "A", "to": "B", "speed": 1000}]
    assert lanes(content, vehicle="amr") == [{"from": "A", "to": "B", "speed": 2000}, {"from": "B", "to": "C"}]
    with pytest.raises(Refusal) as several:
        roads_of(content)
    assert str(several.value.words("en")) == "The file has 2 vehicle types (agv, amr). Say which one with --vehicle."
    with pytest.raises(Refusal) as none:
        roads_of(content, vehicle="tug")
    assert none.value.words("ja").text == "車両の型 tug はありません。あるのは: agv, amr"


def test_what_is_left_out_is_told() -> None:
    empty_only = use(loadRestriction={"unloaded": True, "loaded": False})
    found = roads_of(lif(edge("A", "B"), edge("B", "C", empty_only), edge("C", "lift2")))
    assert [lane.end for lane in found.roads.lanes] == ["B"]
    assert found.notes == [("lif.empty_only", {"edge": "B-C"}), ("lif.outside", {"edge": "C-lift2", "node": "lift2"})]


def test_version_2_names_types_together_and_layouts_by_origin() -> None:
    both = {"vehicleTypeIds": ["agv", "amr"], "maxSpeed": 1.5}
    layout = {
        "layoutId": "L1",
        "nodes": [node("A", 0, 0, both), node("B", 1, 0, both)],
        "edges": [edge("A", "B", both)],
    }
    content = json.dumps({"origins": [{"originId": "O", "layouts": [layout]}]}).encode()
    assert lanes(content, vehicle="amr") == [{"from": "A", "to": "B", "speed": 1500}]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff", "This is no LIF file"),
        (b"[]", "This is no LIF file"),
        (b"{}", "0 layouts"),
        (
            lif(nodes=[{**node("A", 0, 0), "nodePosition": {"x": "0", "y": 0}}]),
            r"layouts\[0\]\.nodes\[0\]\.nodePosition\.x",
        ),
        (lif(nodes=[node("A 1", 0, 0)]), r"nodes/0/id: 'A 1' fits no site file"),
        (lif(nodes=[node("A", 9e6, 0)]), "nodes/0/x"),
        (lif(nodes=[node("A", 0, 0), node("B", 1, 0, mapId="upstairs")]), r"2 maps \(hall, upstairs\)"),
        (lif(edge("A", "B", use(maxSpeed=90))), "lanes/0/speed: 90000"),
        (
            lif(edge("A", "B", use(trajectory={"knotVector": [0, 1], "controlPoints": []}))),
            "edge A-B is wrong: a curve",
        ),
        (lif(nodes=[]), "has no node"),
    ],
)
def test_a_broken_file_is_named_with_the_place(content: bytes, told: str) -> None:
    with pytest.raises(Refusal) as refused:
        roads_of(content)
    assert re.search(told, refused.value.words("en").text)
    assert "?" not in str(refused.value.words("ja"))
