"""`genba lif`: the roadmap from a robot maker's layout file, and for one."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.clock import real_source
from edge.commands.failed import Failed
from edge.commands.language import spoken, told
from edge.fleet.lif import Layout, layout_of, roads_of
from edge.model.reasons import Refusal, say
from edge.sitefile import load_site

lif = typer.Typer(help="Roadmaps in LIF, the layout interchange format (VDMA).", no_args_is_help=True)


@lif.command("import")
def read(
    file: Annotated[Path, typer.Argument(help="The LIF file.")],
    *,
    layout: Annotated[str | None, typer.Option(help="Which layout, if the file has several.")] = None,
    vehicle: Annotated[str | None, typer.Option(help="Which vehicle type, if the file has several.")] = None,
) -> None:
    """Print the roadmap of a LIF file as a part of a site file; what was left out is told beside it."""
    try:
        found = roads_of(file.read_bytes(), layout, vehicle)
    except OSError as error:
        raise Failed(_about(file, "lif.unread", {"error": error.strerror})) from None
    except Refusal as refusal:
        raise Failed(_about(file, refusal.code, refusal.details)) from None
    for line in _as_yaml(found):
        typer.echo(line)
    for code, details in found.notes:
        typer.echo(_about(file, code, details), err=True)


@lif.command("export")
def write(
    site: Annotated[Path, typer.Argument(envvar="GENBA_SITE", help="The site file.")],
    file: Annotated[Path, typer.Argument(help="The LIF file to write.")],
) -> None:
    """Write a site's roadmap and stations as LIF 1.0."""
    plan = load_site(site)
    layout = json.dumps(layout_of(plan, real_source().now()), ensure_ascii=False, indent=1)
    try:
        file.write_text(layout + "\n", encoding="utf-8")
    except OSError as error:
        raise Failed(_about(file, "lif.unwritten", {"error": error.strerror})) from None
    nodes, lanes, stations = len(plan.roadmap.nodes), len(plan.roadmap.lanes), len(plan.stations)
    typer.echo(
        told(
            f"{file}: ノード {nodes}、通路 {lanes}、ステーション {stations}",
            f"{file}: {nodes} nodes, {lanes} lanes, {stations} stations",
        )
    )


def _about(file: Path, code: str, details: Mapping[str, Any]) -> str:
    """Say something of a file in the language of who asked."""
    return f"{file}: {say(code, spoken(), details)}"


def _as_yaml(found: Layout) -> Iterator[str]:
    """Write the part of a site file; stations as remarks, as LIF does not say what they are for."""
    roads = found.roads
    yield "roadmap:"
    yield f"  map: {json.dumps(roads.map, ensure_ascii=False)}"
    yield "  nodes:"
    for node in roads.nodes:
        yield f"    - {{id: {json.dumps(node.id)}, x: {node.x}, y: {node.y}}}"
    yield "  lanes:"
    for lane in roads.lanes:
        more = "".join(
            f", {name}: {json.dumps(getattr(lane, name))}"
            for name in ("both", "speed", "length")
            if name in lane.model_fields_set
        )
        yield f"    - {{from: {json.dumps(lane.start)}, to: {json.dumps(lane.end)}{more}}}"
    for station, nodes in found.stations.items():
        yield f"# station {station} at {', '.join(nodes)}"
