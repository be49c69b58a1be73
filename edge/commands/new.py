"""`genba new`: draws a first site file, complete and valid, to be changed into the real one."""

from pathlib import Path
from typing import Annotated

import typer

from edge.commands.failed import Failed, not_written
from edge.commands.language import told
from edge.sketch import Plan, sketch

PLAN = Plan()


def new(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    *,
    site_id: Annotated[str, typer.Option("--id", help="The site's id.")] = PLAN.site_id,
    name_ja: Annotated[str, typer.Option(help="Its name in Japanese.")] = PLAN.name_ja,
    name_en: Annotated[str, typer.Option(help="Its name in English.")] = PLAN.name_en,
    zones: Annotated[int, typer.Option(help="Zones side by side.", min=1, max=26)] = PLAN.zones,
    aisles: Annotated[int, typer.Option(help="Aisles in each zone.", min=1, max=99)] = PLAN.aisles,
    bays: Annotated[int, typer.Option(help="Bays along each side of an aisle.", min=1, max=49)] = PLAN.bays,
    levels: Annotated[int, typer.Option(help="Shelf levels.", min=1, max=9)] = PLAN.levels,
    robots: Annotated[int, typer.Option(help="Robots.", min=0, max=99)] = PLAN.robots,
    packs: Annotated[int, typer.Option(help="Packing stations.", min=1, max=6)] = PLAN.packs,
    chargers: Annotated[int, typer.Option(help="Chargers.", min=1)] = PLAN.chargers,
    tote_stations: Annotated[int, typer.Option(help="Stations where robots take totes.", min=1)] = PLAN.tote_stations,
    totes: Annotated[int, typer.Option(help="Totes.", min=1, max=9999)] = PLAN.totes,
    pickers: Annotated[int, typer.Option(help="Pickers in each zone.", min=1)] = PLAN.pickers,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Draw a site: parallel aisles between two one-way cross aisles, stations along the front."""
    if file.exists() and not force:
        raise Failed(
            told(
                f"{file}: もうあります。別の名前にするか、--force で置き換えてください。",
                f"{file}: is already there. Choose another name, or say --force to replace it.",
            )
        )
    plan = Plan(
        site_id=site_id,
        name_ja=name_ja,
        name_en=name_en,
        zones=zones,
        aisles=aisles,
        bays=bays,
        levels=levels,
        robots=robots,
        packs=packs,
        chargers=chargers,
        tote_stations=tote_stations,
        totes=totes,
        pickers=pickers,
    )
    try:
        file.write_text(sketch(plan), encoding="utf-8")
    except OSError as error:
        raise not_written(file, error) from None
    typer.echo(
        told(
            f"{file}: ロボット {robots} 台の拠点 {site_id} です。次は genba check {file} を実行してください。",
            f"{file}: site {site_id} with {robots} robots. Now run: genba check {file}",
        )
    )
