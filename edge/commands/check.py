"""`genba check`: everything that is wrong with a site file, by line, and whether robots can get everywhere."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.app import roadmap_of
from edge.commands.failed import Failed
from edge.fleet.mapcheck import Problem as MapProblem
from edge.fleet.mapcheck import check_map
from edge.site import Site
from edge.sitecheck import Finding
from edge.sitefile import SiteError, load_site, locate

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def check(
    site: Annotated[Path | None, typer.Argument(envvar="GENBA_SITE", help="The site file.")] = None,
    *,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of site files instead.")] = False,
) -> None:
    """Find mistakes in a site file: keys, names, and ways that lead nowhere."""
    if schema:
        typer.echo(schema_text(), nl=False)
        return
    if site is None:
        raise Failed("genba check: name the site file, for example config/demo.yaml.")
    found = load_site(site)
    problems = locate(site, [_finding(found, problem) for problem in map_problems(found)])
    if problems:
        raise SiteError(problems)
    count = f"{len(found.locations)} locations, {len(found.roadmap.nodes)} nodes, {len(found.robots)} robots"
    typer.echo(f"{site}: site {found.id} is sound ({count}).")


def schema_text() -> str:
    """Return the JSON schema of site files, as published in config/site.schema.json."""
    schema: dict[str, Any] = {"$schema": SCHEMA_DIALECT, **Site.model_json_schema(by_alias=True)}
    schema["title"] = "Genba site file"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def map_problems(site: Site) -> list[MapProblem]:
    """Return what is wrong with the roadmap of a valid site."""
    roadmap = roadmap_of(site)
    kinds = ("park", "charge")
    return check_map(
        roadmap.nodes,
        roadmap.lanes,
        stations={station.id: station.node for station in site.stations if station.kind not in kinds},
        bays={station.id: station.node for station in site.stations if station.kind in kinds},
        robots=len(site.robots),
    )


def _finding(site: Site, problem: MapProblem) -> Finding:
    """Say where in the site file a problem of the map is."""
    place = problem.place
    where: tuple[Any, ...] = ("roadmap",)
    if place in site.station:
        where = ("stations", [station.id for station in site.stations].index(place))
    nodes = [node.id for node in site.roadmap.nodes]
    if place in nodes:
        where = ("roadmap", "nodes", nodes.index(place))
    for number, lane in enumerate(site.roadmap.lanes):
        if place in (f"{lane.start}>{lane.end}", f"{lane.end}>{lane.start}"):
            where = ("roadmap", "lanes", number)
    return where, f"{place}: {problem.text}" if where == ("roadmap",) else problem.text, problem.remedy
