"""`genba check`: everything that is wrong with a site file, by line, and whether robots can get everywhere."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.app import roadmap_of
from edge.commands.failed import Failed
from edge.commands.language import Language, spoken
from edge.fleet.mapcheck import Problem as MapProblem
from edge.fleet.mapcheck import check_map
from edge.fleet.roadmap import Roadmap
from edge.model.faults import Finding
from edge.model.faults import Path as Place
from edge.model.reasons import say
from edge.site import Site
from edge.sitefile import SiteError, load_site, locate

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def check(
    site: Annotated[Path | None, typer.Argument(envvar="GENBA_SITE", help="The site file.")] = None,
    *,
    lang: Annotated[
        Language | None, typer.Option(help="Language of what is found; without it that of LC_ALL, LC_MESSAGES or LANG.")
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of site files instead.")] = False,
) -> None:
    """Find mistakes in a site file: keys, names, and ways that lead nowhere."""
    language = lang or spoken()
    if schema:
        typer.echo(schema_text(), nl=False)
    elif site is None:
        raise Failed(str(say("check.which", language)))
    else:
        try:
            found = sound_site(site)
        except SiteError as error:
            raise Failed(error.told(language)) from error
        details = {
            "file": site,
            "site": found.id,
            "locations": len(found.locations),
            "nodes": len(found.roadmap.nodes),
            "robots": len(found.robots),
        }
        typer.echo(say("check.sound", language, details))
        vacant = [robot.id for robot in found.robots if robot.machine is None]
        if vacant:
            typer.echo(say("check.vacant", language, {"places": ", ".join(vacant)}))


def sound_site(file: Path) -> Site:
    """Read a site file; raises SiteError for all that is wrong with it, also with ways that lead nowhere."""
    site = load_site(file)
    problems = locate(file, [_finding(site, problem) for problem in map_problems(site)])
    if problems:
        raise SiteError(problems)
    return site


def schema_text() -> str:
    """Return the JSON schema of site files, as published in config/site.schema.json."""
    schema: dict[str, Any] = {"$schema": SCHEMA_DIALECT, **Site.model_json_schema(by_alias=True)}
    schema["title"] = "Genba site file"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def map_problems(site: Site) -> list[MapProblem]:
    """Return what is wrong with the roadmap of a valid site."""
    if len({site.robot_type[robot.type].driver for robot in site.robots}) < 2:
        return _problems_among(site, roadmap_of(site))
    return [problem for part in site.worked_parts for problem in _problems_among(site, _part_of(site, part))]


def _part_of(site: Site, part: str) -> Roadmap:
    """Return a part of the roadmap; the first has all nodes to which no robots come, so that they are told once."""
    parts = site.worked_parts
    mine = [
        node
        for node in site.roadmap.nodes
        if site.part[node.id] == part or (part == parts[0] and site.part[node.id] not in parts)
    ]
    ids = {node.id for node in mine}
    lanes = [lane for lane in site.roadmap.lanes if lane.start in ids]
    roads = site.roadmap.model_copy(update={"nodes": mine, "lanes": lanes})
    return roadmap_of(site.model_copy(update={"roadmap": roads}))


def _problems_among(site: Site, roadmap: Roadmap) -> list[MapProblem]:
    """Return what is wrong with a roadmap for the stations and robots that stand on it."""
    kinds = ("park", "charge")
    here = {node.id for node in roadmap.nodes}
    stops = [(station, node) for station in site.stations for node in (station.node, *station.also) if node in here]
    return check_map(
        roadmap,
        stations={station.id: node for station, node in stops if station.kind not in kinds},
        bays={station.id: node for station, node in stops if station.kind in kinds},
        robots=sum([site.station[robot.home].node in here for robot in site.robots]),
        clearance=site.clearance,
    )


def _finding(site: Site, problem: MapProblem) -> Finding:
    """Say where in the site file a problem of the map is."""
    place = problem.place
    where: Place = ("roadmap",)
    if place in site.station:
        where = ("stations", [station.id for station in site.stations].index(place))
    nodes = [node.id for node in site.roadmap.nodes]
    if place in nodes:
        where = ("roadmap", "nodes", nodes.index(place))
    for number, lane in enumerate(site.roadmap.lanes):
        if place in (f"{lane.start}>{lane.end}", f"{lane.end}>{lane.start}"):
            where = ("roadmap", "lanes", number)
    return Finding(where, problem.fault, problem.details)
