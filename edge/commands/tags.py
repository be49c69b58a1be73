"""What an RFID tag says, field by field, in words: the scheme, the key and its parts, data, and what does not hold."""

from collections.abc import Callable, Iterator

from drivers.codes import epc
from drivers.codes.epc.flaws import WORDS, Fault, Flaw
from drivers.codes.epc.schemes import BY_HEADER

Speak = Callable[[str, str], str]
"""Makes one text of the Japanese and the English."""

TAG_DIGITS = 20
"""A shorter text that is hexadecimal by chance is not called a tag that is no GS1 code."""

FIELDS = {
    "EPC": ("EPC", "EPC"),
    "header": ("ヘッダー", "header"),
    "scheme": ("方式", "scheme"),
    "filter": ("フィルター", "filter"),
    "partition": ("パーティション", "partition"),
    "company prefix": ("GS1 事業者コード", "company prefix"),
    "reference": ("参照番号", "reference"),
    "piece": ("枝番と総数", "piece and count"),
    "serial": ("シリアル番号", "serial"),
    "date": ("日付", "date"),
    "data": ("追加データ", "further data"),
    "data toggle": ("追加データの有無", "data toggle"),
    "hostname": ("ホスト名", "host name"),
    "reserved": ("予約ビット", "reserved bits"),
    "end": ("末尾", "end"),
    "element string": ("GS1 エレメントストリング", "element string"),
    "Digital Link": ("GS1 Digital Link", "Digital Link"),
}
"""Fields of a tag, and of the texts that stand for one; others are a key or an application identifier by its name."""

FAULTS_JA = {
    Fault.NOT_HEX: "「{value}」は 16 進数ではありません",
    Fault.SHORT: "最後まで読むには {value} ビット足りません",
    Fault.PADDING: "終わりより後のビットが 0 ではありません",
    Fault.PARTITION: "パーティション {value} はありません",
    Fault.PREFIX: "GS1 事業者コードは 6 桁から 12 桁です：{value}",
    Fault.JAPAN: "日本（45・49）の GS1 事業者コードは 7 桁、9 桁または 10 桁です：{value}",
    Fault.RANGE: "{value} は {limit} の範囲にありません",
    Fault.INTEGER: "「{value}」は {limit} の数ではありません（先頭の 0 は書けません）",
    Fault.DIGITS: "「{value}」は {limit} 桁の数字ではありません",
    Fault.LENGTH: "長さ {value} は {limit} の範囲にありません",
    Fault.SIZE: "「{value}」の長さは 1 文字から {limit} 文字までではありません",
    Fault.CHARACTER: "「{value}」は使えません",
    Fault.RESERVED: "予約されたビットが立っています：{value}",
    Fault.CHECK_DIGIT: "{value} のチェックデジットが違います",
    Fault.DATE: "{value} という日付はありません",
    Fault.ELEMENT: "アプリケーション識別子（{value}）は知られていません",
    Fault.NO_DATA: "追加データがあるはずですが、続きがありません",
    Fault.SCHEME: "「{value}」という方式では表せません",
    Fault.FORM: "「{value}」は {limit} の形ではありません",
}

_OTHERS = ("その他", "all others")
_CASE = ("輸送用の満箱", "full case for transport")
_LOAD = ("ユニットロード", "unit load")
FILTERS = {
    "sgtin": {
        0: _OTHERS,
        1: ("店頭販売単位", "goods as they are sold"),
        2: _CASE,
        4: ("内箱", "inner pack"),
        6: _LOAD,
        7: ("商品の内部の部品", "a unit or part inside goods"),
    },
    "sscc": {0: _OTHERS, 2: _CASE, 6: _LOAD},
    "giai": {0: _OTHERS, 1: ("鉄道車両", "rail vehicle")},
    "gdti": {0: _OTHERS, 1: ("渡航文書", "travel document")},
}
"""What kind of object a tag is on (TDS §10); what is not here is reserved, or 0: all others."""

DATA = {
    "10": ("ロット", "lot"),
    "11": ("製造日", "production date"),
    "13": ("包装日", "packaging date"),
    "15": ("賞味期限", "best before"),
    "16": ("販売期限", "sell by"),
    "17": ("使用期限", "expiry"),
    "30": ("数量", "count"),
    "37": ("入数", "count of contents"),
    "7006": ("初回凍結日", "first freeze date"),
    "7007": ("収穫日", "harvest date"),
}


def tag_lines(text: str, speak: Speak) -> list[str]:
    """Return all there is to say of a tag's hexadecimal code, an EPC URI or a Digital Link; nothing of other texts."""
    if text.startswith(("urn:epc:", "https://", "http://")):
        return list(_outside(text, speak))
    try:
        tag = epc.decode(text)
    except epc.EpcError:
        return []
    if tag.identity is None and len(tag.hex) < TAG_DIGITS:
        return []
    return list(_inside(tag, speak))


def flaw_words(flaw: Flaw, speak: Speak) -> str:
    """Say what does not hold: in which field, and why."""
    field = speak(*FIELDS.get(flaw.field, (flaw.field, flaw.field)))
    details = {"value": flaw.value, "limit": flaw.limit}
    return f"{field}: {speak(FAULTS_JA[flaw.fault].format(**details), WORDS[flaw.fault].format(**details))}"


def _outside(text: str, speak: Speak) -> Iterator[str]:
    try:
        known = epc.identity(text)
        if text.startswith("urn:epc:tag:"):
            yield from _inside(epc.decode(epc.from_tag_uri(text)), speak)
            return
    except epc.EpcError as exc:
        yield f"  {speak('誤り', 'wrong')}: {flaw_words(exc.flaw, speak)}"
        return
    yield from _key(known, speak)


def _inside(tag: epc.Epc, speak: Speak) -> Iterator[str]:
    size = speak(f"{tag.bits} ビット", f"{tag.bits} bits")
    if tag.identity is None:
        yield f"  {speak('RFIDタグとして', 'as an RFID tag')}: {_not_understood(tag, speak)}, {size}"
        if tag.flaw is not None:
            yield f"  {speak('誤り', 'wrong')}: {flaw_words(tag.flaw, speak)}"
        yield f"  EPC raw URI: {tag.raw_uri}"
        return
    yield _line("scheme", f"{tag.scheme} ({speak('ヘッダー', 'header')} {tag.hex[:2]}, {size})", speak)
    if tag.filter is not None:
        yield _line("filter", f"{tag.filter} ({_filter(tag.identity.key.name, tag.filter, speak)})", speak)
    yield from _key(tag.identity, speak, link=tag.digital_link, tag_uri=tag.tag_uri)
    for ai, value in tag.data:
        yield f"  {speak(*DATA[ai])} ({ai}): {value}" if ai in DATA else f"  ({ai}): {value}"
    if tag.hostname:
        yield _line("hostname", tag.hostname, speak)
    if tag.flaw is not None:
        yield f"  {speak('誤り', 'wrong')}: {flaw_words(tag.flaw, speak)}"
    yield f"  {speak('16 進数', 'hexadecimal')}: {tag.hex}"


def _key(known: epc.Identity, speak: Speak, *, link: str | None = None, tag_uri: str | None = None) -> Iterator[str]:
    fields = known.fields
    if fields is not None and known.prefix_length is not None:
        digits = speak(f"{known.prefix_length} 桁", f"{known.prefix_length} digits")
        yield _line("company prefix", f"{fields[0]} ({digits})", speak)
        yield _line("reference", fields[1] or "-", speak)
    yield f"  {known.key.name.upper()}: {known.number}"
    if known.key.serial:
        yield _line("serial", known.serial, speak)
    yield _line("element string", known.element, speak)
    if known.uri is not None:
        yield f"  EPC URI: {known.uri}"
    if tag_uri is not None:
        yield f"  EPC tag URI: {tag_uri}"
    yield _line("Digital Link", link or known.digital_link, speak)


def _line(field: str, value: str, speak: Speak) -> str:
    return f"  {speak(*FIELDS[field])}: {value}"


def _filter(key: str, value: int, speak: Speak) -> str:
    known = FILTERS.get(key, {0: _OTHERS}).get(value)
    return speak(*known) if known else speak("予約", "reserved")


def _not_understood(tag: epc.Epc, speak: Speak) -> str:
    scheme = BY_HEADER.get(int(tag.hex[:2], 16))
    if tag.flaw is None or scheme is None:
        return speak("GS1 のコードではありません", "no GS1 code")
    return speak(f"{scheme.name} のヘッダーですが読めません", f"the header of {scheme.name}, but it does not hold")
