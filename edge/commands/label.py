"""`genba label`: the label templates of a site, drawn with sample data before anything is printed."""

from pathlib import Path
from typing import Annotated

import typer

from drivers.printer.drawing import png
from drivers.printer.sheet import Sheet
from drivers.printer.zpl import zpl
from edge.commands.failed import Failed, not_written
from edge.commands.language import spoken, told
from edge.labels.layout import lay_out
from edge.labels.reading import BUILT_IN
from edge.labels.template import SAMPLE
from edge.model.reasons import say
from edge.site import Site
from edge.sitefile import SiteError, load_site

UNKNOWN = (
    "ラベルのひな形 {id} はありません。あるもの: {known}。",
    "There is no label template {id}. There are: {known}.",
)


def label(
    site: Annotated[Path | None, typer.Argument(envvar="GENBA_SITE", help="The site file.")] = None,
    *,
    template: Annotated[str | None, typer.Option(help="Id of the template; without it the first.")] = None,
    png_file: Annotated[Path | None, typer.Option("--png", help="Draw the label to this file.")] = None,
    zpl_file: Annotated[Path | None, typer.Option("--zpl", help="Write what a printer is sent to this file.")] = None,
    dpi: Annotated[int | None, typer.Option(help="Print head: 203, 300 or 600; without it the site's first.")] = None,
    built_in: Annotated[bool, typer.Option("--built-in", help="Print the built-in template instead.")] = False,
) -> None:
    """Draw a label template with sample data, or print the built-in one to begin from."""
    if built_in:
        typer.echo(BUILT_IN.read_text(encoding="utf-8"), nl=False)
        return
    if site is None:
        raise Failed(str(say("check.which", spoken())))
    try:
        plan = load_site(site)
    except SiteError as error:
        raise Failed(error.told(spoken())) from error
    sheet = _sample(plan, template, dpi)
    if png_file is not None:
        _write(png_file, png(sheet))
    if zpl_file is not None:
        _write(zpl_file, zpl(sheet))
    for warning in sheet.warnings:
        typer.echo(warning, err=True)
    if png_file is None and zpl_file is None:
        for one in plan.templates:
            size = f"{one.id}: {one.width} x {one.height} mm"
            typer.echo(f"{size}, {told(f'要素 {len(one.elements)} 個', f'{len(one.elements)} elements')}")


def _sample(plan: Site, template: str | None, dpi: int | None) -> Sheet:
    found = next((one for one in plan.templates if template in (None, one.id)), None)
    if found is None:
        raise Failed(told(*UNKNOWN).format(id=template, known=", ".join(one.id for one in plan.templates)))
    if dpi not in (None, 203, 300, 600):
        raise typer.BadParameter(
            told(
                f"印字ヘッドは 203、300、600 dpi のどれかです。{dpi} はありません",
                f"a print head has 203, 300 or 600 dpi, not {dpi}",
            )
        )
    heads = [device.dpi for device in plan.devices if device.kind == "zpl"]
    return lay_out(found, SAMPLE, dpi=dpi or next(iter(heads), 203))


def _write(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        raise not_written(file, error) from error
