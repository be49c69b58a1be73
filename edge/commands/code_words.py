"""What a scanned code is, in words for a person: what it may mean, what is wrong with it, and what it nearly is."""

from collections.abc import Iterator
from datetime import date

from drivers.codes import Code, Kind
from drivers.codes.digits import is_digits, mod7, mod10
from drivers.codes.gs1 import GTIN_LENGTHS, Problem
from drivers.codes.normalise import Change
from drivers.codes.tracking import holds, s10_check, strip_codabar
from edge.commands.tags import Speak

KINDS = {
    Kind.OWN: ("このサイトのコード", "A code of this site"),
    Kind.GTIN: ("商品コード（GTIN/JAN）", "Item code (GTIN/JAN)"),
    Kind.SSCC: ("出荷梱包番号（SSCC）", "Handling unit (SSCC)"),
    Kind.ELEMENTS: ("GS1データ", "GS1 element string"),
    Kind.TRACKING: ("送り状番号", "Parcel number"),
    Kind.EPC: ("RFIDタグ（EPC）", "RFID tag (EPC)"),
    Kind.PLAIN: ("場所・トート・人などの社内コード", "A code of the house: location, tote, person …"),
}
NOT_READ = ("読み取れないコード", "A code that cannot be read")
EMPTY = ("コードが空です", "The code is empty")
DETAILS = (
    ("gtin", "商品", "item"),
    ("sscc", "梱包", "unit"),
    ("lot", "ロット", "lot"),
    ("serial", "製造番号", "serial"),
    ("tracking", "送り状番号", "parcel number"),
)
PROBLEMS = {
    Problem.EMPTY: ("中身がありません", "there is nothing in it"),
    Problem.UNKNOWN: (
        "知られていない識別子（AI）か、形の違う値があります",
        "it has an application identifier that is not known, or a value of the wrong form",
    ),
    Problem.CHECK_DIGIT: (
        "チェックデジットが違います。印刷か読み取りの誤りです",
        "a check digit is wrong: misprinted or misread",
    ),
    Problem.DATE: ("存在しない日付があります", "it has a date that does not exist"),
    Problem.TOO_LONG: (
        "値が長すぎるか、区切り（FNC1）が失われています",
        "a value is too long, or a separator (FNC1) was lost",
    ),
    Problem.ALONE: (
        "相手のない要素があります（商品のないロットなど）",
        "an element stands without the one it belongs to, such as a lot without its item",
    ),
    Problem.TWICE: ("同じ要素が違う値で 2 回あります", "one element comes twice with different values"),
    Problem.AMBIGUOUS: (
        "区切りがなく、値の終わりが分かりません。スキャナーが FNC1 を GS で送るように設定してください",
        "without a separator it is not known where a value ends: set the scanner to send FNC1 as GS",
    ),
}
CHANGES = {
    Change.WIDTH: (
        "全角を半角に直しました（日本語入力がオンです）",
        "full width was made plain (an input method was on)",
    ),
    Change.DASH: ("似た文字をハイフンに直しました", "a look-alike was made a hyphen"),
    Change.CONTROL: ("制御文字を除きました", "control characters were removed"),
}
LETTERED = (
    "NW-7 なら送り状番号 {number} です。スキャナーが AIM 識別子を送るか、両端の文字を送らないように設定してください",
    "of NW-7 (Codabar) it is parcel number {number}: let the scanner send AIM identifiers or no outer letters",
)
NEARLY = (
    "{name}ではありません：最後の数字が {digit} なら正しい番号です。印刷か読み取りの誤りかもしれません",
    "no {name}: its last digit would have to be {digit}; perhaps misprinted or misread",
)
ITEM, UNIT = ("商品コード", "item code"), ("出荷梱包番号（SSCC）", "handling unit (SSCC)")
PARCEL, POSTAL = ("送り状番号", "parcel number"), ("国際郵便番号（S10）", "postal item number (S10)")


def told(code: Code, today: date, speak: Speak) -> list[str]:
    """Return what there is to say about a code; `speak` makes one text of the Japanese and the English."""
    if not code.text:
        return [speak(*EMPTY)]
    broken = bool(code.problems) and code.kind is Kind.PLAIN
    lines = [f"{speak(*NOT_READ if broken else KINDS[meaning.kind])}: {meaning.value}" for meaning in code.meanings]
    if code.own is not None:
        lines[0] += f" ({code.own.name})"
    if code.ambiguous:
        lines.append(speak("どちらの意味かは作業によります", "which of these it means depends on the work at hand"))
    for name, ja, en in DETAILS:
        value = getattr(code, name)
        if value and all(value != meaning.value for meaning in code.meanings):
            lines.append(f"  {speak(ja, en)}: {value}")
    expiry = code.expiry(today)
    if expiry:
        lines.append(f"  {speak('期限', 'expiry')}: {expiry.isoformat()}")
    lines += [f"  {speak('誤り', 'wrong')}: {speak(*PROBLEMS[problem])}" for problem in code.problems]
    if code.kind is Kind.PLAIN and not broken:
        lines += [f"  {speak('参考', 'hint')}: {hint}" for hint in _hints(code.text, speak)]
    lines += [f"  {speak('読み替え', 'changed')}: {speak(*CHANGES[change])}" for change in code.changes]
    return lines


def _hints(text: str, speak: Speak) -> Iterator[str]:
    """Say what a text that means nothing would be with another check digit, or without letters around it."""
    for (ja, en), digit in _nearly(text):
        yield speak(NEARLY[0].format(name=ja, digit=digit), NEARLY[1].format(name=en, digit=digit))
    bare = strip_codabar(text)
    if bare != text and holds(bare):
        yield speak(*(form.format(number=bare) for form in LETTERED))


def _nearly(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Give what a number is by its length, and the check digit it would need."""
    postal = s10_check(text)
    if postal is not None:
        yield POSTAL, postal
    if not is_digits(text):
        return
    if len(text) in GTIN_LENGTHS:
        yield ITEM, mod10(text[:-1])
    if len(text) == 12:
        yield PARCEL, mod7(text[:-1])
    if len(text) == 18:
        yield UNIT, mod10(text[:-1])
