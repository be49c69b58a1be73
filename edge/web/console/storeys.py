"""The floors of a site, each with a map of its own: what of the site file lies on one, and on which one a thing is."""

from edge.live import Live
from edge.site import Site


def floors_of(site: Site) -> list[str]:
    """Return the maps of the site's floors, the roadmap's own first."""
    return list(dict.fromkeys([site.roadmap.map, *site.maps.values()]))


def on_floor(site: Site, map_id: str) -> Site:
    """Return a site with only what lies on one floor; docks, and zones without a shelf, are on the roadmap's own."""
    maps, main = site.maps, map_id == site.roadmap.map
    nodes = [node for node in site.roadmap.nodes if maps[node.id] == map_id]
    lanes = [lane for lane in site.roadmap.lanes if maps[lane.start] == maps[lane.end] == map_id]
    locations = [place for place in site.locations if maps[place.node] == map_id]
    zones = {place.zone for place in locations}
    elsewhere = {place.zone for place in site.locations} if main else {zone.id for zone in site.zones}
    parts = {name: getattr(site, name) for name in Site.model_fields} | {
        "roadmap": site.roadmap.model_copy(update={"nodes": nodes, "lanes": lanes}),
        "locations": locations,
        "zones": [zone for zone in site.zones if zone.id in zones or zone.id not in elsewhere],
        "stations": [station for station in site.stations if maps[station.node] == map_id],
        "docks": site.docks if main else [],
        "doors": [door for door in site.doors if any(maps[way[0]] == map_id for way in site.ways_through(door))],
    }
    return Site.model_construct(**parts)


def floor_of(site: Site, live: Live, kind: str, name: str) -> str | None:
    """Return the map of the floor where a thing is; None where it is on any, or on none."""
    if kind == "robot":
        view = live.robots.get(name)
        return view.map if view is not None and view.map in floors_of(site) else None
    node = name.partition(">")[0]
    if kind == "location" and name in site.location:
        node = site.location[name].node
    elif kind == "station" and name in site.station:
        node = site.station[name].node
    elif kind == "door" and name in site.door:
        node = site.door[name].lanes[0].partition(">")[0]
    elif kind == "zone":
        node = next((place.node for place in site.locations if place.zone == name), "")
    return site.maps.get(node)
