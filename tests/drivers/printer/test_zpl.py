"""Labels: what is on them, where, and that a scanner could read it."""

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer.raster import CJK_FONTS, Picture, draw_text, find_font
from drivers.printer.zpl import PrintData, ShippingLabel, Stock, code128_modules, escape, shipping_label
from simulators.printer.labels import read_label
from tests.drivers.printer.reading import code128, fields, head, only, unhex

LABEL = ShippingLabel(
    tracking="123456789013",
    order_key="ACME-10001",
    carrier="ヤマト運輸",
    service="宅急便",
    postcode="530-0001",
    address="大阪府大阪市北区梅田1丁目2番3号 グランフロント大阪タワーA 35階",
    name="髙﨑 太郎",
    phone="06-1234-5678",
    sender="大阪第一センター",
    notes=("壊れ物注意", "PARCEL 1/2"),
    epc="3134257BF4499602D2000000",
)

needs_font = pytest.mark.skipif(find_font() is None, reason="no Japanese font on this machine")


def test_H72_the_head_says_utf8_and_the_size_of_the_stock() -> None:
    zpl = shipping_label(LABEL).zpl
    assert head(zpl, "CI") == "28"
    assert (head(zpl, "PW"), head(zpl, "LL")) == ("800", "1200")
    small = shipping_label(LABEL, Stock(width=100, height=150, dpi=300)).zpl
    assert (head(small, "PW"), head(small, "LL")) == ("1200", "1800")


@pytest.mark.parametrize("stock", [Stock(), Stock(dpi=300), Stock(width=80, height=140)])
def test_H74_the_tracking_number_is_code_128_with_its_quiet_zones(stock: Stock) -> None:
    found = only(fields(shipping_label(LABEL, stock).zpl), "BC")
    assert found.data == LABEL.tracking
    module = int(found.commands["BY"])
    drawn = code128(found.data)
    assert sum(drawn) == code128_modules(found.data)
    room = stock.width * stock.dots
    assert found.x >= 10 * module
    assert found.x + sum(drawn) * module <= room - 10 * module
    assert module / stock.dots >= 0.25


def test_H74_a_scanner_reads_the_code_where_it_stands() -> None:
    """Draws bars by the symbology's table at the label's place and width, and lets zxing read the sheet."""
    zpl = shipping_label(LABEL).zpl
    found = only(fields(zpl), "BC")
    module, height = int(found.commands["BY"]), int(found.commands["BC"].split(",")[1])
    sheet = np.full((1200, 800), 255, dtype=np.uint8)
    x, black = found.x, True
    for width in code128(found.data):
        sheet[found.y : found.y + height, x : x + width * module] = 0 if black else 255
        x, black = x + width * module, not black
    read = zxingcpp.read_barcodes(sheet)
    assert [(code.text, code.format.name) for code in read] == [(LABEL.tracking, "Code128")]


def test_H72_the_order_key_is_a_qr_code() -> None:
    found = only(fields(shipping_label(LABEL).zpl), "BQ")
    assert found.data == "LA,ACME-10001"
    assert found.commands["BQ"] == "N,2,5"


def test_the_tag_is_written_in_hexadecimal() -> None:
    found = only(fields(shipping_label(LABEL).zpl), "RF")
    assert (found.commands["RF"], found.data) == ("W,H", LABEL.epc)
    assert "^RFW,H^FD3134257BF4499602D2000000^FS" in shipping_label(LABEL).zpl.decode()


@needs_font
def test_H73_japanese_is_drawn_as_a_picture_inside_the_label_and_apart_from_the_codes() -> None:
    data = shipping_label(LABEL)
    assert data.warnings == ()
    found = fields(data.zpl)
    pictures = [f for f in found if "GF" in f.commands]
    assert len(pictures) == 6
    bars = only(found, "BC")
    for picture in pictures:
        rows = picture.rows
        assert any(any(row) for row in rows)
        assert picture.x + len(rows[0]) <= 800
        assert picture.y + len(rows) <= 1200
        assert picture.y + len(rows) <= bars.y or picture.y >= bars.y + 200
    assert not any(ord(sign) > 127 for sign in data.zpl.decode())


@needs_font
def test_H73_different_text_is_a_different_picture() -> None:
    font = find_font()
    assert font is not None
    drawn = [draw_text(t, font=font, size=40, width=400, height=60).data for t in ("大阪", "東京", "大阪")]
    assert drawn[0] == drawn[2] != drawn[1]


@needs_font
@settings(max_examples=25, deadline=None)
@given(st.text(st.sampled_from("大阪市北区梅田髙﨑①㈱AB 12-"), max_size=99), st.integers(30, 400), st.integers(20, 200))
def test_a_picture_is_never_larger_than_its_place(text: str, width: int, height: int) -> None:
    font = find_font()
    assert font is not None
    picture = draw_text(text, font=font, size=40, width=width, height=height)
    assert (picture.width, picture.height) <= (width, max(height, 1))
    assert len(picture.data) == picture.row_bytes * picture.height
    spare = picture.row_bytes * 8 - picture.width
    for last in picture.data[picture.row_bytes - 1 :: picture.row_bytes]:
        assert last & ((1 << spare) - 1) == 0
    if any(picture.data) and not picture.cut:
        assert any(last >> spare & 1 for last in picture.data[picture.row_bytes - 1 :: picture.row_bytes])


@needs_font
def test_signs_that_change_one_another_are_drawn_together() -> None:
    font = find_font()
    assert font is not None
    apart, joined, plain = (
        draw_text(t, font=font, size=40, width=400, height=60).data for t in ("か\u3099", "が", "か")
    )
    assert apart == joined != plain


@needs_font
def test_text_too_long_for_its_place_is_told() -> None:
    data = shipping_label(ShippingLabel("123456789013", "K", address="大阪市北区梅田" * 60))
    assert any("does not fit" in warning for warning in data.warnings)


def test_H73_without_a_japanese_font_the_label_is_printed_with_a_warning() -> None:
    data = shipping_label(LABEL, font=None)
    assert len(data.warnings) == 6
    assert "no Japanese font" in data.warnings[0]
    found = fields(data.zpl)
    assert not [f for f in found if "GF" in f.commands]
    assert only(found, "BC").data == LABEL.tracking
    assert [f.data for f in found if "530-0001" in f.data] == [" NO JAPANESE FONT 530-0001"]


def test_a_font_is_looked_for_in_the_usual_places() -> None:
    assert find_font(("/no/such/font.ttf",)) is None
    assert find_font() in (None, *CJK_FONTS)


@pytest.mark.parametrize("tracking", ["", "123", "12345678901>", "12^XZ34567", "1" * 31, "一二三四五", "1234 5678"])
def test_a_number_no_scanner_would_read_back_is_refused(tracking: str) -> None:
    with pytest.raises(ValueError, match="tracking number"):
        shipping_label(ShippingLabel(tracking, "K"))


def test_a_number_too_long_for_the_stock_is_refused() -> None:
    with pytest.raises(ValueError, match="too long for 50 mm"):
        shipping_label(ShippingLabel("A" * 30, "K"), Stock(width=50, height=150))
    with pytest.raises(ValueError, match="too short"):
        shipping_label(LABEL, Stock(width=100, height=100))


@pytest.mark.parametrize("epc", ["", "3134", "31342", "3134257bf4499602d2000000", "XYZ0"])
def test_an_epc_that_is_no_whole_words_is_refused(epc: str) -> None:
    if epc == "3134":
        assert isinstance(shipping_label(ShippingLabel("123456789013", "K", epc=epc)), PrintData)
        return
    with pytest.raises(ValueError, match="EPC"):
        shipping_label(ShippingLabel("123456789013", "K", epc=epc))


@given(st.text(max_size=40))
def test_no_text_can_smuggle_in_a_command(text: str) -> None:
    safe = escape(text)
    assert not set(safe) & set("^~\\")
    assert unhex(safe) == text


@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=40))
def test_no_field_of_a_label_can_smuggle_in_a_command(text: str) -> None:
    data = shipping_label(ShippingLabel("123456789013", text, address=text, notes=(text, text)), font=None)
    read = read_label(data.zpl)
    assert read.tracking == "123456789013"
    assert read.qr == text
    assert data.zpl.count(b"^XA") == data.zpl.count(b"^XZ") == 1


@needs_font
def test_the_simulator_reads_the_label_as_it_was_meant() -> None:
    read = read_label(shipping_label(LABEL).zpl)
    assert (read.tracking, read.qr, read.epc) == (LABEL.tracking, LABEL.order_key, LABEL.epc)
    assert "TEL 06-1234-5678" in read.texts
    assert len(read.pictures) == 6


def test_a_picture_knows_its_row() -> None:
    assert Picture(9, 1, b"\x00\x00").row_bytes == 2
