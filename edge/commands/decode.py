"""`genba decode`: what a scanned code or a tag means, in the reader's language."""

from pathlib import Path
from typing import Annotated

import typer

from drivers.codes import Kind, epc, read
from edge.clock import real_source
from edge.commands.code_words import told
from edge.commands.failed import Failed
from edge.commands.language import Language, spoken
from edge.commands.tags import tag_lines
from edge.sitefile import SiteError, load_site


def decode(
    code: Annotated[str, typer.Argument(help="What the scanner or the tag reader sent, an EPC URI or a Digital Link.")],
    *,
    site: Annotated[Path | None, typer.Option(help="A site file, for the codes of its own that it names.")] = None,
    lang: Annotated[
        Language | None, typer.Option(help="Language of the lines; without it that of LC_ALL, LC_MESSAGES or LANG.")
    ] = None,
) -> None:
    """Say what a scanned code means, and what a tag says field by field."""
    language = lang or spoken()

    def speak(ja: str, en: str) -> str:
        return ja if language is Language.JA else en

    try:
        own = load_site(site).own_codes if site is not None else ()
    except SiteError as error:
        raise Failed(error.told(language)) from error
    found = read(code, own=own)
    lines = told(found, real_source().now().date(), speak)
    if found.kind in (Kind.EPC, Kind.PLAIN) or _names_a_tag(found.text):
        lines += tag_lines(found.text, speak)
    for line in lines:
        typer.echo(line)


def _names_a_tag(text: str) -> bool:
    """Tell whether a tag can carry what a Digital Link says."""
    try:
        return text.startswith("http") and bool(epc.identity(text))
    except epc.EpcError:
        return False
