"""Maps and zone sets are brought aboard once, seen in the state, and told when they are not (R34, R40, R41)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from drivers.vda5050 import orders, zones
from drivers.vda5050.events import (
    ActionUnconfirmed,
    Hitch,
    NotStored,
    OrderAccepted,
    OrderFinished,
    OrderRejected,
    Stored,
)
from drivers.vda5050.messages import (
    ActionState,
    ActionStatus,
    Factsheet,
    MapState,
    State,
    Zone,
    ZoneSets,
    ZoneSetState,
)
from drivers.vda5050.storage import FACTSHEET_GRACE, SENDINGS, SHOWN_WITHIN, TRY_AGAIN, MapFile
from drivers.vda5050.topics import Major
from drivers.vda5050.zones import ZonePlan
from tests.drivers.vda5050.helpers import Master, error, state, way
from tests.support.just_now import just_now

NEW = MapFile("floor1", "2", "https://maps.site/floor1-2.zip", "abc")
OLD = MapState("floor1", "1", "ENABLED")
PLAN = orders.build("O1", way("N1", "N2", "N3"), 2)
MAP_ACTIONS = ("downloadMap", "enableMap", "deleteMap")
AREA = [(0, 0), (4000, 0), (4000, 4000), (0, 4000)]
SLOW, ASK = zones.zone("A:speed", zones.SPEED_LIMIT, AREA, 500), zones.zone("A", zones.RELEASE, AREA)
ZONES = ZonePlan("OS1", "floor1", (SLOW, ASK))


def can(*actions: str, zone_types: tuple[str, ...] = (), key: str = "agvActions") -> Factsheet:
    listed = [{"actionType": name, "actionScopes": ["INSTANT"]} for name in actions]
    return Factsheet(type_specification={"supportedZones": list(zone_types)}, protocol_features={key: listed})


def stored(*maps: MapState, actions: tuple[ActionState, ...] = (), **more: Any) -> State:
    return replace(state(**more), maps=maps, instant_action_states=actions)


def master(*actions: str, maps: tuple[MapState, ...] = (OLD,), major: Major = Major.V3) -> Master:
    """Return a master whose robot has a factsheet, these maps, and should have the new one."""
    one = Master(major)
    one.factsheet(can(*(actions or MAP_ACTIONS)))
    one.state(stored(*maps))
    one.store(NEW)
    return one


def download(one: Master) -> str:
    (action,) = one.actions_sent("downloadMap")
    return action.action_id


@pytest.mark.parametrize("major", list(Major))
def test_R34_a_map_is_downloaded_enabled_and_then_told(major: Major) -> None:
    one = master(major=major)
    (asked,) = one.actions_sent("downloadMap")
    assert {given.key: given.value for given in asked.action_parameters or ()} == {
        "mapId": "floor1",
        "mapVersion": "2",
        "mapDownloadLink": NEW.link,
        "mapHash": "abc",
    }
    loading = stored(OLD, actions=(ActionState(asked.action_id, ActionStatus.RUNNING, "downloadMap"),))
    one.wait(3600, lambda: loading)
    assert not one.actions_sent("enableMap")
    disabled = stored(OLD, MapState("floor1", "2", "DISABLED"))
    one.state(disabled)
    (enabled,) = one.actions_sent("enableMap")
    assert [given.value for given in enabled.action_parameters or ()] == ["floor1", "2"]
    assert just_now(one.vehicle.changing)
    done = stored(MapState("floor1", "1", "DISABLED"), MapState("floor1", "2", "ENABLED"))
    assert one.state(done) == [Stored("map", "floor1", "2")]
    one.wait(3600, lambda: done)
    assert [len(one.actions_sent(name)) for name in MAP_ACTIONS] == [1, 1, 0]
    assert not one.vehicle.changing
    assert not one.told(NotStored)


def test_R34_a_map_that_is_enabled_already_is_left_alone() -> None:
    one = master(maps=(MapState("floor1", "2", "ENABLED"),))
    assert one.told(Stored) == [Stored("map", "floor1", "2")]
    assert one.sent == []


def test_R34_a_map_is_enabled_only_when_the_robot_rests() -> None:
    one = master()
    one.want(PLAN)
    download(one)
    disabled = (OLD, MapState("floor1", "2", "DISABLED"))
    one.state(replace(state(PLAN, 2), maps=disabled))
    assert one.told(OrderAccepted)
    assert one.vehicle.changing
    assert not one.actions_sent("enableMap")
    one.state(replace(state(PLAN, 4), maps=disabled))
    assert one.told(OrderFinished)
    assert one.actions_sent("enableMap")
    one.want(orders.build("O2", way("N3", "N4"), 1))
    assert [order.order_id for order in one.orders_sent()] == ["O1"], "not while it changes its map"
    one.state(replace(state(PLAN, 4), maps=(MapState("floor1", "2", "ENABLED"),)))
    assert [order.order_id for order in one.orders_sent()] == ["O1", "O2"]


def test_R34_R79_a_lost_download_is_told_again_under_the_same_id() -> None:
    one = master()
    one.wait(10, lambda: stored(OLD))
    assert len(one.actions_sent("downloadMap")) > 1
    assert len({action.action_id for action in one.actions_sent("downloadMap")}) == 1


def test_R34_a_robot_that_never_answers_is_told_to_people_and_asked_again_later() -> None:
    one = master()
    minutes = int(TRY_AGAIN.total_seconds())
    one.wait(120, lambda: stored(OLD))
    assert one.told(NotStored) == [NotStored("map", "floor1", "2", Hitch.SILENT, "")]
    assert not one.told(ActionUnconfirmed)
    one.wait(minutes, lambda: stored(OLD))
    assert len({action.action_id for action in one.actions_sent("downloadMap")}) == 2
    assert len(one.told(NotStored)) == 1, "told once"


@pytest.mark.parametrize("at_once", [True, False])
def test_R34_a_failed_download_is_told_in_the_robots_words_and_tried_again(*, at_once: bool) -> None:
    one = master()
    failed = ActionState(download(one), ActionStatus.FAILED, "downloadMap", result_description="404")
    one.state(stored(OLD, actions=(failed,)))
    assert one.told(NotStored) == [NotStored("map", "floor1", "2", Hitch.FAILED, "404")]
    if at_once:
        one.factsheet(can(*MAP_ACTIONS))
    else:
        one.wait(int(TRY_AGAIN.total_seconds()) + 1, lambda: stored(OLD, actions=(failed,)))
    one.state(stored(OLD, actions=(failed,)))
    assert len({action.action_id for action in one.actions_sent("downloadMap")}) == 2


def test_R34_the_error_that_names_the_action_is_the_reason() -> None:
    one = master()
    failed = ActionState(download(one), ActionStatus.FAILED)
    wrong = replace(error("MAP_FAILED", actionId=failed.action_id), error_description="the hash differs")
    one.state(stored(OLD, actions=(failed,), errors=(wrong,)))
    assert [event.text for event in one.told(NotStored)] == ["the hash differs"]


def test_R34_what_a_robot_says_is_done_counts_only_when_it_lists_it() -> None:
    one = master()
    finished = stored(OLD, actions=(ActionState(download(one), ActionStatus.FINISHED),))
    one.wait(int(SHOWN_WITHIN.total_seconds()) + 1, lambda: finished)
    assert [event.hitch for event in one.told(NotStored)] == [Hitch.NOT_LISTED]


def test_R34_R121_a_download_from_before_a_restart_of_ours_is_not_begun_again() -> None:
    one = Master(Major.V2)
    one.factsheet(can(*MAP_ACTIONS))
    running = replace(
        state(), maps=(OLD,), action_states=(ActionState("of-before", ActionStatus.RUNNING, "downloadMap"),)
    )
    one.state(running)
    one.store(NEW)
    one.want(PLAN)
    one.wait(60, lambda: running)
    assert not one.actions_sent("downloadMap")
    assert one.orders_sent(), "the download is no step of an order"
    one.state(stored(OLD))
    assert one.actions_sent("downloadMap")


def test_R34_a_robot_that_forgot_its_download_is_told_anew() -> None:
    one = master()
    one.state(stored(OLD, actions=(ActionState(download(one), ActionStatus.RUNNING, "downloadMap"),)))
    one.state(stored(OLD))
    one.state(stored(OLD))
    assert len({action.action_id for action in one.actions_sent("downloadMap")}) == 2


@pytest.mark.parametrize(
    ("maps", "told"),
    [((OLD,), [Hitch.CANNOT]), ((), []), ((MapState("floor1", "2", "DISABLED"),), [Hitch.CANNOT])],
)
def test_R34_R60_a_robot_that_takes_no_maps_is_left_alone_and_people_are_told(
    maps: tuple[MapState, ...], told: list[Hitch]
) -> None:
    one = master("startPause", maps=maps)
    one.wait(60, lambda: stored(*maps))
    assert [event.hitch for event in one.told(NotStored)] == told
    assert one.sent == []


def test_R62_a_robot_gets_time_to_say_what_it_can() -> None:
    one = Master(Major.V3)
    one.state(stored(OLD))
    one.store(NEW)
    one.wait(int(FACTSHEET_GRACE.total_seconds()) - 1, lambda: stored(OLD))
    assert not one.told(NotStored)
    one.factsheet(can(*MAP_ACTIONS, key="mobileRobotActions"))
    assert one.actions_sent("downloadMap")
    silent = Master(Major.V3)
    silent.state(stored(OLD))
    silent.store(NEW)
    silent.wait(int(FACTSHEET_GRACE.total_seconds()) + 1, lambda: stored(OLD))
    assert [event.hitch for event in silent.told(NotStored)] == [Hitch.CANNOT]


def test_R34_an_old_version_makes_room_only_where_the_robot_has_none() -> None:
    one = master(maps=(OLD, MapState("floor1", "0", "DISABLED"), MapState("other", "1", "DISABLED")))
    maps = (OLD, MapState("floor1", "0", "DISABLED"), MapState("other", "1", "DISABLED"))
    failed = ActionState(download(one), ActionStatus.FAILED)
    full = stored(*maps, actions=(failed,), errors=(error("insufficientMemory", actionId=failed.action_id),))
    one.state(full)
    assert not one.actions_sent("deleteMap")
    one.wait(int(TRY_AGAIN.total_seconds()) + 1, lambda: full)
    (gone,) = one.actions_sent("deleteMap")[:1]
    assert [given.value for given in gone.action_parameters or ()] == ["floor1", "0"]
    one.state(stored(OLD, maps[2]))
    one.state(stored(OLD, maps[2]))
    assert len({action.action_id for action in one.actions_sent("downloadMap")}) == 2
    assert {given.value for action in one.actions_sent("deleteMap") for given in action.action_parameters or ()} == {
        "floor1",
        "0",
    }


def test_R34_an_order_on_a_map_that_could_be_enabled_and_is_not_is_not_sent() -> None:
    one = master(maps=())
    assert one.vehicle.missing_map("floor1") == "floor1"
    one.want(PLAN)
    assert [event.code for event in one.told(OrderRejected)] == ["map"]
    plain = Master(Major.V2)
    plain.state(stored())
    assert plain.vehicle.missing_map("floor1") is None, "many list no maps though they have some"


def test_R17_R34_a_running_order_goes_on_though_its_map_was_disabled() -> None:
    one = master(maps=(MapState("floor1", "2", "ENABLED"),))
    start = orders.build("O1", way("N1", "N2", "N3"), 1)
    one.want(start)
    gone = (MapState("floor1", "2", "DISABLED"), MapState("cellar", "1", "ENABLED"))
    one.state(replace(state(start), maps=gone))
    one.want(orders.extend(start, 2))
    assert [order.order_update_id for order in one.orders_sent()] == [0, 1]
    assert not one.told(OrderRejected)


def test_R41_a_zone_set_is_sent_until_listed_then_enabled() -> None:
    one = Master(Major.V3)
    one.factsheet(can("enableZoneSet", zone_types=("SPEED_LIMIT", "BLOCKED"), key="mobileRobotActions"))
    one.state(state())
    one.store(zones=ZONES)
    one.wait(11, state)
    sent = [message.zone_set for message in one.sent if isinstance(message, ZoneSets)]
    assert len(sent) == 3
    assert {given.zone_set_id for given in sent} == {sent[0].zone_set_id}
    assert sent[0].zones == (SLOW,), "only what it understands (R40)"
    name = sent[0].zone_set_id
    one.state(replace(state(), zone_sets=(ZoneSetState(name, "floor1", "DISABLED"),)))
    (enabled,) = one.actions_sent("enableZoneSet")
    assert [given.value for given in enabled.action_parameters or ()] == [name]
    assert one.state(replace(state(), zone_sets=(ZoneSetState(name, "floor1", "ENABLED"),))) == [
        Stored("zones", name, "")
    ]


def test_R41_a_zone_set_that_is_refused_or_never_listed_is_told() -> None:
    one = Master(Major.V3)
    one.factsheet(can("enableZoneSet", zone_types=("RELEASE",), key="mobileRobotActions"))
    one.state(state())
    one.store(zones=ZONES)
    one.wait(60, state)
    assert [event.hitch for event in one.told(NotStored)] == [Hitch.SILENT]
    assert len([message for message in one.sent if isinstance(message, ZoneSets)]) == SENDINGS
    other = Master(Major.V3)
    other.factsheet(can("enableZoneSet", zone_types=("RELEASE",), key="mobileRobotActions"))
    other.state(state())
    other.store(zones=ZONES)
    (given,) = [message.zone_set for message in other.sent if isinstance(message, ZoneSets)]
    other.state(state(errors=(error("VALIDATION_FAILURE", zoneSetId=given.zone_set_id),)))
    assert [(event.hitch, event.text) for event in other.told(NotStored)] == [(Hitch.FAILED, "VALIDATION_FAILURE")]


@pytest.mark.parametrize("major", list(Major))
def test_R40_robots_that_know_no_zones_are_not_bothered(major: Major) -> None:
    one = Master(major)
    one.factsheet(can("enableZoneSet", zone_types=() if major is Major.V3 else ("RELEASE",)))
    one.state(state())
    one.store(zones=ZONES)
    one.wait(60, state)
    assert one.sent == []
    assert not one.told(NotStored)


areas = st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 9000)), min_size=3, max_size=6, unique=True)
kinds = st.sampled_from([zones.SPEED_LIMIT, zones.RELEASE])
drawn = st.builds(zones.zone, st.sampled_from("ABC"), kinds, areas, st.none() | st.integers(50, 5000))


@given(st.lists(drawn, min_size=1, max_size=3), st.lists(drawn, min_size=1, max_size=3))
def test_R41_one_name_never_means_two_zone_sets(first: list[Zone], second: list[Zone]) -> None:
    both = [
        zones.zone_set(ZonePlan("OS1", "floor1", tuple(given)), frozenset({zones.SPEED_LIMIT, zones.RELEASE}))
        for given in (first, second)
    ]
    assert both[0] is not None
    assert both[1] is not None
    assert (both[0].zone_set_id == both[1].zone_set_id) == (both[0].zones == both[1].zones)


@given(areas)
def test_R40_corners_are_sent_counter_clockwise(area: list[tuple[int, int]]) -> None:
    corners = zones.zone("A", zones.RELEASE, area).vertices
    turned = zones.zone("A", zones.RELEASE, area[::-1]).vertices
    doubled = [
        sum(a.x * b.y - b.x * a.y for a, b in zip(one, [*one[1:], one[0]], strict=True)) for one in (corners, turned)
    ]
    assert min(doubled) >= -1e-6
