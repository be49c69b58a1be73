"""A sketched site is always valid, and every place of its roadmap can be reached from every other."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from edge.site import Site
from edge.sitecheck import cross_check
from edge.sitefile import load_site
from edge.sketch import Plan, sketch

PLANS = st.builds(
    Plan,
    zones=st.integers(1, 4),
    aisles=st.integers(1, 3),
    bays=st.integers(1, 5),
    levels=st.integers(1, 2),
    robots=st.integers(0, 20),
    packs=st.integers(1, 5),
    chargers=st.integers(1, 12),
    tote_stations=st.integers(1, 4),
    totes=st.integers(1, 500),
    pickers=st.integers(1, 6),
)


def site_of(plan: Plan) -> Site:
    """Return the sketched site."""
    return Site.model_validate(yaml.load(sketch(plan), yaml.CSafeLoader))


def reached(start: str, ways: dict[str, list[str]]) -> set[str]:
    """Return every node that can be reached from one."""
    seen, waiting = {start}, [start]
    while waiting:
        for node in ways.get(waiting.pop(), []):
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return seen


def ways_of(site: Site, *, back: bool = False) -> dict[str, list[str]]:
    """Return the nodes after each node, or before it."""
    ways: dict[str, list[str]] = {}
    for lane in site.roadmap.lanes:
        pairs = [(lane.start, lane.end)] + ([(lane.end, lane.start)] if lane.both else [])
        for start, end in pairs:
            ways.setdefault(*((end, []) if back else (start, []))).append(start if back else end)
    return ways


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(Plan(zones=30, aisles=1, bays=1, levels=1))
@example(Plan(zones=1, aisles=1, bays=1, robots=20))
@given(PLANS)
def test_every_plan_gives_a_valid_site_of_one_piece(plan: Plan) -> None:
    site = site_of(plan)
    assert cross_check(site) == []
    nodes = {node.id for node in site.roadmap.nodes}
    start = site.roadmap.nodes[0].id
    assert reached(start, ways_of(site)) == nodes
    assert reached(start, ways_of(site, back=True)) == nodes


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLANS)
def test_every_plan_is_built_as_asked(plan: Plan) -> None:
    site = site_of(plan)
    assert len(site.zones) == plan.zones
    assert len(site.locations) == plan.zones * plan.aisles * plan.bays * 2 * plan.levels
    assert [len(site.stations_of(kind)) for kind in ("pack", "tote", "park", "charge")] == [
        plan.packs, plan.tote_stations, plan.robots, plan.chargers,
    ]  # fmt: skip
    assert len({robot.home for robot in site.robots}) == plan.robots
    assert site.rules.totes == plan.totes
    places = {(node.x, node.y) for node in site.roadmap.nodes}
    assert len(places) == len(site.roadmap.nodes), "two nodes at one place"


def test_sketch_passes_the_file_check_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(sketch(Plan()), encoding="utf-8")
    assert load_site(path).site.name.ja == Plan().name_ja


def test_same_plan_same_text() -> None:
    assert sketch(Plan()) == sketch(Plan())


@pytest.mark.parametrize("name", ["O'Hare: east", "大阪 #1", "{x}", "yes", "- a", '"quoted"'])
def test_any_name_survives(name: str) -> None:
    site = site_of(Plan(name_ja=name, name_en=name))
    assert (site.site.name.ja, site.site.name.en) == (name, name)


def test_demo_file_is_a_sketch_with_the_keys_a_sketch_has() -> None:
    demo = yaml.safe_load((Path(__file__).parents[2] / "config" / "demo.yaml").read_text(encoding="utf-8"))
    assert set(demo) == set(yaml.safe_load(sketch(Plan())))
