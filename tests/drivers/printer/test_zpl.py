"""Labels: what is on them, where, and that a scanner reads the picture of the same layout."""

from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drivers.printer.drawing import draw, png
from drivers.printer.raster import CJK_FONTS, Picture, draw_text, find_font
from drivers.printer.sheet import FIND, LabelError, Sheet, Stock, TooWideError, Words, element_string
from drivers.printer.symbols import code128
from drivers.printer.symbols.squares import Kind, modules
from drivers.printer.zpl import escape, zpl
from simulators.printer.labels import read_label
from tests.drivers.printer.reading import code128 as bars_of
from tests.drivers.printer.reading import fields, head, only, unhex

TRACKING, ORDER, EPC = "123456789013", "ACME-10001", "3134257BF4499602D2000000"
OWN = "(00)049123450000000170"
ADDRESS = "大阪府大阪市北区梅田1丁目2番3号 グランフロント大阪タワーA 35階"

needs_font = pytest.mark.skipif(find_font() is None, reason="no Japanese font on this machine")


def shipping(stock: Stock | None = None, font: str | None = FIND) -> Sheet:
    """Lay out a label with one of everything."""
    stock = stock or Stock()
    sheet = Sheet(stock, font)
    wide = stock.width - 8
    sheet.text(4, 4, wide - 26, 9, "ヤマト運輸", size=6)
    sheet.qr(stock.width - 30, 4, ORDER, module=0.625)
    sheet.text(4, 32, wide, 22, ADDRESS, size=5)
    sheet.text(4, 55, wide, 10, "髙﨑 太郎 様", size=6)
    sheet.text(4, 66, wide, 5, "TEL 06-1234-5678", size=4)
    sheet.box(3, 72, stock.width - 6, 0)
    sheet.code128(0, 75, stock.width, 25, TRACKING)
    sheet.datamatrix(stock.width - 16, 110, OWN, module=0.625, gs1=True)
    sheet.tag(EPC)
    return sheet


def decoded(sheet: Sheet) -> dict[str, str]:
    """Let zxing read the picture of a label."""
    found = zxingcpp.read_barcodes(np.asarray(draw(sheet).convert("L")))
    return {code.format.name: code.text for code in found}


def test_H72_the_head_says_utf8_and_the_size_of_the_stock() -> None:
    told = zpl(shipping())
    assert head(told, "CI") == "28"
    assert (head(told, "PW"), head(told, "LL")) == ("800", "1200")
    small = zpl(shipping(Stock(width=100, height=150, dpi=300)))
    assert (head(small, "PW"), head(small, "LL")) == ("1200", "1800")


@pytest.mark.parametrize("stock", [Stock(), Stock(dpi=300), Stock(dpi=600), Stock(width=80, height=140)])
def test_H74_the_tracking_number_is_code_128_with_its_quiet_zones(stock: Stock) -> None:
    found = only(fields(zpl(shipping(stock))), "BC")
    assert found.data == TRACKING
    module = int(found.commands["BY"])
    drawn = bars_of(found.data)
    room = stock.width * stock.dots
    assert found.x >= 10 * module
    assert found.x + sum(drawn) * module <= room - 10 * module
    assert module / stock.dots >= 0.25


@needs_font
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_H74_a_foreign_decoder_reads_every_code_of_the_picture_and_the_same_is_sent_to_the_printer(dpi: int) -> None:
    sheet = shipping(Stock(dpi=dpi))
    assert decoded(sheet) == {"Code128": TRACKING, "QRCode": ORDER, "DataMatrix": OWN}
    read = read_label(zpl(sheet))
    assert (read.tracking, read.qr, read.epc) == (TRACKING, ORDER, EPC)
    assert read.own == "00049123450000000170"


def test_H74_the_picture_has_bars_and_words_where_zpl_has_them() -> None:
    sheet = shipping()
    dots = np.asarray(draw(sheet))
    bars = only(fields(zpl(sheet)), "BC")
    module, height = int(bars.commands["BY"]), int(bars.commands["BC"].split(",")[1])
    row = dots[bars.y + height // 2]
    x, black = bars.x, True
    for width in bars_of(TRACKING):
        assert (row[x : x + width * module] == (not black)).all()
        x, black = x + width * module, not black
    assert row[: bars.x].all()
    assert row[x:].all()
    for field in fields(zpl(sheet)):
        if "GF" in field.commands:
            rows = ~np.array(field.rows)
            below, right = field.y + rows.shape[0], field.x + rows.shape[1]
            assert (dots[field.y : below, field.x : right] == rows).all()


def test_a_picture_is_a_png_that_knows_its_size() -> None:
    image = Image.open(BytesIO(png(shipping(Stock(dpi=300)))))
    assert image.size == (1200, 1800)
    assert [round(value) for value in image.info["dpi"]] == [300, 300]


PRINTED = st.sampled_from("0123456789ABCxyz-/ 大阪市現場ヤマト様株式会社")
SIGNS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20)


def picture(
    modules: np.ndarray[tuple[int, int], np.dtype[np.bool_]], quiet: int
) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    black = np.kron(np.pad(modules, quiet), np.ones((4, 4))) > 0
    return np.where(black, 0, 255).astype(np.uint8)


@settings(max_examples=60, deadline=None)
@given(
    st.text(PRINTED, min_size=1, max_size=40) | st.text(st.sampled_from("0123456789ABC-./:"), min_size=1, max_size=150)
)
def test_H74_any_qr_code_is_read(text: str) -> None:
    found = zxingcpp.read_barcodes(picture(modules(Kind.QR, text), 4))
    assert [code.text for code in found] == [text]


@settings(max_examples=60, deadline=None)
@given(SIGNS)
def test_H74_any_data_matrix_is_read(text: str) -> None:
    drawn = picture(modules(Kind.DATA_MATRIX, text), 2)
    found = zxingcpp.read_barcodes(drawn)
    assert [code.bytes for code in found] == [text.encode()]


def bars(symbol: code128.Symbol) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    row = [place % 2 == 0 for place, width in enumerate(symbol.widths) for _ in range(width)]
    return picture(np.tile(np.array(row), (20, 1)), 12)


@settings(max_examples=60, deadline=None)
@given(SIGNS)
def test_H74_zxing_reads_any_code_128(text: str) -> None:
    found = zxingcpp.read_barcodes(bars(code128.plain(text)))
    assert [code.bytes for code in found] == [text.encode()]
    assert code128.plain(text).modules == sum(bars_of(text))


LOT = st.text(st.sampled_from("0123456789ABCab/-"), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(LOT, LOT)
def test_H74_zxing_reads_gs1_elements_of_bars_and_squares(lot: str, serial: str) -> None:
    elements = f"(01)04912345678904(10){lot}(21){serial}"
    sent = f"010491234567890410{lot}\x1d21{serial}"
    for drawn, form in (
        (bars(code128.with_functions(element_string(elements))), zxingcpp.BarcodeFormat.Code128),
        (picture(modules(Kind.GS1_DATA_MATRIX, elements), 2), zxingcpp.BarcodeFormat.DataMatrix),
    ):
        (found,) = zxingcpp.read_barcodes(drawn)
        assert found.format == form
        assert found.content_type is zxingcpp.ContentType.GS1
        assert found.bytes.lstrip(b"\x1d") == sent.encode()


def test_H72_an_sscc_is_sent_in_pairs_of_digits_after_fnc1() -> None:
    sheet = Sheet(Stock())
    sheet.gs1_128(0, 0, 100, 20, OWN)
    assert only(fields(zpl(sheet)), "BC").data == ">;>800049123450000000170"
    assert decoded(sheet) == {"Code128": OWN}


@pytest.mark.parametrize("text", ["", "00049123450000000170", "(00)", "(00)1(", "x(00)12"])
def test_what_is_no_element_string_is_refused(text: str) -> None:
    with pytest.raises(LabelError, match="GS1 elements"):
        element_string(text)


def test_H72_the_order_key_is_a_qr_code() -> None:
    found = only(fields(zpl(shipping())), "BQ")
    assert found.data == "LA,ACME-10001"
    assert found.commands["BQ"] == "N,2,5"


def test_the_tag_is_written_in_hexadecimal() -> None:
    assert f"^RFW,H^FD{EPC}^FS" in zpl(shipping()).decode()


@needs_font
def test_H73_japanese_is_drawn_as_a_picture_inside_the_label_and_apart_from_the_codes() -> None:
    sheet = shipping()
    assert sheet.warnings == []
    found = fields(zpl(sheet))
    pictures = [f for f in found if "GF" in f.commands]
    assert len(pictures) == 3
    bars = only(found, "BC")
    for one in pictures:
        rows = one.rows
        assert any(any(row) for row in rows)
        assert one.x + len(rows[0]) <= 800
        assert one.y + len(rows) <= 1200
        assert one.y + len(rows) <= bars.y or one.y >= bars.y + 200
    assert not any(ord(sign) > 127 for sign in zpl(sheet).decode())


@needs_font
def test_latin_text_is_left_to_the_printer_until_it_has_to_shrink() -> None:
    sheet = Sheet(Stock())
    for text in ("SHORT", "A LONG LINE OF TEXT THAT WILL NOT GO INTO FORTY MILLIMETRES"):
        sheet.text(4, 4, 40, 5, text, size=4)
    short, long = sheet.elements
    assert isinstance(short, Words)
    assert isinstance(long, Words)
    assert short.picture is None
    assert long.picture is not None
    assert long.picture.width <= 320


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
    sheet = Sheet(Stock())
    sheet.text(4, 4, 92, 22, "大阪市北区梅田" * 60, size=5)
    assert "does not fit" in sheet.warnings[0]


def test_H73_without_a_japanese_font_the_label_is_printed_with_a_warning() -> None:
    sheet = shipping(font=None)
    assert len(sheet.warnings) == 3
    assert "no Japanese font" in sheet.warnings[0]
    found = fields(zpl(sheet))
    assert not [f for f in found if "GF" in f.commands]
    assert only(found, "BC").data == TRACKING
    assert [f.data for f in found if "35" in f.data] == [" NO JAPANESE FONT 1 2 3 A 35"]
    assert decoded(sheet) == {"Code128": TRACKING, "QRCode": ORDER, "DataMatrix": OWN}


def test_a_font_is_looked_for_in_the_usual_places() -> None:
    assert find_font(("/no/such/font.ttf",)) is None
    assert find_font() in (None, *CJK_FONTS)


@pytest.mark.parametrize("text", ["", "一二三四五", "12\n34", "\x1d12"])
def test_a_number_no_bar_code_holds_is_refused(text: str) -> None:
    with pytest.raises(LabelError, match="Code 128"):
        Sheet(Stock()).code128(0, 0, 100, 20, text)


def test_a_code_too_large_for_its_place_is_refused() -> None:
    with pytest.raises(TooWideError, match="too long for 50 mm"):
        Sheet(Stock()).code128(0, 0, 50, 20, "A" * 30)
    for code in (Sheet(Stock()).qr, Sheet(Stock()).datamatrix):
        with pytest.raises(TooWideError, match="leaves the label"):
            code(90, 4, "A" * 30, module=0.625)
        with pytest.raises(LabelError, match="too many"):
            code(4, 4, "a" * 300, module=0.625)


@pytest.mark.parametrize("epc", ["", "31342", "3134257bf4499602d2000000", "XYZ0"])
def test_an_epc_that_is_no_whole_words_is_refused(epc: str) -> None:
    with pytest.raises(LabelError, match="EPC"):
        Sheet(Stock()).tag(epc)
    Sheet(Stock()).tag("3134")


@given(st.text(max_size=40))
def test_no_text_can_smuggle_in_a_command(text: str) -> None:
    safe = escape(text)
    assert not set(safe) & set("^~\\")
    assert unhex(safe) == text


@given(SIGNS)
def test_no_field_of_a_label_can_smuggle_in_a_command(text: str) -> None:
    sheet = Sheet(Stock(width=200), None)
    sheet.text(4, 4, 92, 20, text, size=4)
    sheet.qr(4, 30, text, module=0.625)
    sheet.datamatrix(4, 60, text, module=0.625)
    sheet.code128(0, 90, 200, 20, TRACKING)
    told = zpl(sheet)
    read = read_label(told)
    assert read.tracking == TRACKING
    assert read.qr == text
    assert read.own == text
    assert told.count(b"^XA") == told.count(b"^XZ") == 1


def test_a_picture_knows_its_row() -> None:
    assert Picture(9, 1, b"\x00\x00").row_bytes == 2


def test_a_gs1_code_that_leaves_no_sign_to_lead_fnc1_is_refused() -> None:
    sheet = Sheet(Stock())
    with pytest.raises(LabelError, match="cannot hold"):
        sheet.datamatrix(4, 4, "(10)|!#$%&", module=0.625, gs1=True)
    sheet.datamatrix(4, 4, "(10)|!#$%", module=0.625, gs1=True)
    assert b"&1" in zpl(sheet)
