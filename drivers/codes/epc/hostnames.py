"""The host of a Digital Link as the "++" schemes write it, frequent parts of names shortened (TDS §14.5.16)."""

from drivers.codes.epc.alnum import CODE_40, bits_of_code_40, read_code_40, write_code_40
from drivers.codes.epc.bits import Reader, Writer, sized
from drivers.codes.epc.flaws import EpcError, Fault
from drivers.codes.epc.signs import DIGITS, UPPER, only

MOST = 63
_FIELD = "hostname"
_SIGNS = frozenset(DIGITS + UPPER + UPPER.lower() + "-.:")
"""Of the characters that TDS allows here those of a host and its port: others would change where a link leads."""

_SHORT = {
    0b0011110: "qr.", 0b0011111: "www.", 0b0100000: "id.", 0b1011011: ".com", 0b1011100: ".org", 0b1011101: ".net",
    0b1011110: ".int", 0b1100000: ".edu", 0b1111011: ".gov", 0b1111100: ".mil", 0b1111101: ".biz", 0b1111110: ".eco",
    0b1111111: ".med",
}  # fmt: skip
"""Seven bits for a part of a name (TDS table 14-11)."""

_COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo bq br bs bt bw by bz ca cc "
    "cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm fo fr ga "
    "gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke "
    "kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu "
    "mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw "
    "sa sb sc sd se sg sh si sk sl sm sn sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug "
    "us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_COMPOUND = (
    "com.au net.au org.au co.at com.bd co.bd com.br net.br co.nz com.ng com.pk co.in com.in co.il co.jp co.za co.kr "
    "com.es com.lk co.th co.tt com.tt com.tr biz.tr com.ua co.uk co.zm com.zm com.cn org.cn net.cn gov.cn"
)
_LONG = {
    **{code: f".{name}" for code, name in enumerate(_COUNTRIES.split())},
    **{2 << 7 | code: f".{name}" for code, name in enumerate(_COMPOUND.split())},
    3 << 7: ".tech",
}
"""Fourteen bits for a domain (TDS tables 14-12 to 14-15; 14-14 misprints the first bits of .org.cn and .net.cn)."""

_CODES = {name: (code, 7) for code, name in _SHORT.items()} | {name: (code, 14) for code, name in _LONG.items()}
_LONGEST_FIRST = sorted(_CODES, key=len, reverse=True)


def read_hostname(reader: Reader) -> str:
    """Read a host; EpcError for bits that stand for nothing, or for what is no host."""
    plain = reader.take(1, _FIELD) == 0
    length = reader.take(6, _FIELD)
    host = read_code_40(reader, length, _FIELD) if plain else _read_shortened(reader, length)
    return only(sized(host, MOST, _FIELD), _SIGNS, _FIELD)


def write_hostname(writer: Writer, host: str) -> None:
    """Write a host in as few bits as either way needs."""
    only(sized(host, MOST, _FIELD), _SIGNS, _FIELD)
    codes = _shortened(host)
    length = sum(bits for _, bits in codes) // 7
    plain = CODE_40.issuperset(host) and bits_of_code_40(len(host)) <= 7 * length
    writer.put(0 if plain else 1, 1)
    writer.put(len(host) if plain else length, 6)
    if plain:
        write_code_40(writer, host)
        return
    for code, bits in codes:
        writer.put(code, bits)


def _read_shortened(reader: Reader, length: int) -> str:
    parts: list[str] = []
    while length > 0:
        code = reader.take(7, _FIELD)
        length -= 1
        if code <= 3 and length > 0:
            code = code << 7 | reader.take(7, _FIELD)
            length -= 1
            part = _LONG.get(code)
        else:
            part = _SHORT.get(code) or chr(code)
        if part is None:
            raise EpcError(Fault.RESERVED, _FIELD, f"{code:014b}")
        parts.append(part)
    return "".join(parts)


def _shortened(host: str) -> list[tuple[int, int]]:
    """Return codes and their bits, the longest known part at each place."""
    codes: list[tuple[int, int]] = []
    at = 0
    while at < len(host):
        part = next((part for part in _LONGEST_FIRST if host.startswith(part, at)), host[at])
        codes.append(_CODES.get(part) or (ord(part), 7))
        at += len(part)
    return codes
