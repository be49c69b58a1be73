"""`genba decode`: what a scanned code or a tag means, in the reader's language."""

from datetime import date
from typing import Annotated

import typer

from drivers.codes import Code, Kind, read
from edge.clock import real_source
from edge.commands.language import Language, spoken
from edge.commands.tags import Speak, tag_lines

KINDS = {
    Kind.GTIN: ("商品コード（GTIN/JAN）", "Item code (GTIN/JAN)"),
    Kind.SSCC: ("出荷梱包番号（SSCC）", "Handling unit (SSCC)"),
    Kind.ELEMENTS: ("GS1データ", "GS1 element string"),
    Kind.TRACKING: ("送り状番号", "Parcel number"),
    Kind.EPC: ("RFIDタグ（EPC）", "RFID tag (EPC)"),
    Kind.PLAIN: ("場所・トート・人などの社内コード", "A code of the house: location, tote, person …"),
}
DETAILS = (
    ("gtin", "商品", "item"),
    ("sscc", "梱包", "unit"),
    ("lot", "ロット", "lot"),
    ("serial", "製造番号", "serial"),
    ("tracking", "送り状番号", "parcel number"),
)


def decode(
    code: Annotated[str, typer.Argument(help="What the scanner or the tag reader sent, an EPC URI or a Digital Link.")],
    *,
    lang: Annotated[
        Language | None, typer.Option(help="Language of the lines; without it that of LC_ALL, LC_MESSAGES or LANG.")
    ] = None,
) -> None:
    """Say what a scanned code means, and what a tag says field by field."""
    language = lang or spoken()

    def speak(ja: str, en: str) -> str:
        return ja if language is Language.JA else en

    found = read(code)
    for line in (*told(found, real_source().now().date(), speak), *tag_lines(found.text, speak)):
        typer.echo(line)


def told(code: Code, today: date, speak: Speak) -> list[str]:
    """Return what there is to say about a code; `speak` makes one text of the Japanese and the English."""
    lines = [f"{speak(*KINDS[meaning.kind])}: {meaning.value}" for meaning in code.meanings]
    if code.ambiguous:
        lines.append(speak("どちらの意味かは作業によります", "which of these it means depends on the work at hand"))
    for name, ja, en in DETAILS:
        value = getattr(code, name)
        if value and all(value != meaning.value for meaning in code.meanings):
            lines.append(f"  {speak(ja, en)}: {value}")
    expiry = code.expiry(today)
    if expiry:
        lines.append(f"  {speak('期限', 'expiry')}: {expiry.isoformat()}")
    lines += [f"  {speak('誤り', 'wrong')}: {problem.value}" for problem in code.problems]
    lines += [f"  {speak('読み替え', 'changed')}: {change.value}" for change in code.changes]
    return lines
