"""What a scanned text is: rules I31-I41 and F67."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes import Change, Kind, Symbology, epc, fold, gs1, normalise, read, sscc, tracking
from drivers.codes import digits as check
from drivers.codes.gs1 import Problem
from tests.drivers.codes.epc.made import prefixes

TODAY = date(2026, 11, 22)
DIGITS = "0123456789"


def gtin13(serial: int) -> str:
    body = f"49{serial:010d}"
    return body + check.mod10(body)


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("４９０１２３４５６７８９４\r\n", "4901234567894"),
        ("Ｔ－０００１", "T-0001"),
        ("Aー01ー1", "A-01-1"),
        ("Ａ－０１－１\t", "A-01-1"),
    ],
)
def test_I41_ime_text_is_folded_and_flagged(raw: str, plain: str) -> None:
    clean = normalise(raw)
    assert clean.text == plain
    assert clean.changes
    assert read(plain).changes == ()


def test_I41_capslock_makes_no_difference_to_the_folded_form() -> None:
    assert fold("pack-1") == fold("ＰＡＣＫ－１") == "PACK-1"


def test_F67_half_width_kana_is_flagged_and_long_vowel_kept_in_words() -> None:
    clean = normalise("ﾃｰﾌﾟ")
    assert clean.text == "テープ"
    assert clean.changes == (Change.WIDTH,)


def test_F67_control_characters_go_but_the_separator_stays() -> None:
    clean = normalise("\x02T-00\x0701\x03\r")
    assert (clean.text, clean.changes) == ("T-0001", (Change.CONTROL,))
    assert normalise("10A\x1d21B").text == "10A\x1d21B"


@given(st.text(max_size=60))
def test_I41_any_text_normalises_to_a_fixed_point_and_reads(raw: str) -> None:
    once = normalise(raw)
    if once.symbology is None:
        assert normalise(once.text).text == once.text
    assert read(raw).meanings


@given(st.integers(0, 10**10 - 1))
def test_I40_gtin_forms_agree(serial: int) -> None:
    jan = gtin13(serial)
    assert gs1.gtin(jan) == jan == gs1.gtin("0" + jan)
    upc = f"{serial:011d}"
    upc += check.mod10(upc)
    assert gs1.gtin(upc) == gs1.gtin("0" + upc)
    assert gs1.gtin("49012344") is None or gs1.gtin("49012344") == "49012344"


def test_I40_jan8_is_kept_and_a_packaging_indicator_too() -> None:
    assert gs1.gtin("49123456") == "49123456"
    assert gs1.gtin("00000049123456") == "49123456"
    assert gs1.gtin("14901234567891") == "14901234567891"


@given(st.integers(0, 10**10 - 1), st.integers(0, 12), st.sampled_from(DIGITS))
def test_I33_one_wrong_digit_is_seen(serial: int, place: int, digit: str) -> None:
    jan = gtin13(serial)
    wrong = jan[:place] + digit + jan[place + 1 :]
    assert (gs1.gtin(wrong) is None) == (wrong != jan)


@given(st.integers(0, 10**11 - 1))
def test_I38_parcel_numbers_hold_what_they_make(serial: int) -> None:
    number = tracking.make(serial)
    assert tracking.holds(number)
    assert read(number).tracking == number


def test_I38_known_numbers() -> None:
    assert tracking.make(12345678901) == "123456789013"
    assert tracking.make(11111111111) == "111111111112"
    assert tracking.s10_holds("EE473124829JP")
    assert not tracking.s10_holds("EE473124828JP")
    with pytest.raises(ValueError, match="at most 11 digits"):
        tracking.make(10**11)


def test_I38_a_number_that_is_both_is_shown_as_both() -> None:
    both = next(n for n in map(tracking.make, range(10_000_000_000, 10_000_001_000)) if gs1.gtin(n))
    code = read(both)
    assert code.ambiguous
    assert code.kind is None
    assert (code.gtin, code.tracking) == ("0" + both, both)


def test_I38_symbology_settles_it_where_it_can() -> None:
    both = next(n for n in map(tracking.make, range(10_000_000_000, 10_000_001_000)) if gs1.gtin(n))
    assert read(both, symbology=Symbology.CODABAR).kind is Kind.TRACKING
    assert read(f"]E0{both}").kind is Kind.GTIN


def test_I39_start_and_stop_letters_go_for_codabar_only() -> None:
    assert read("]F0a123456789013B").tracking == "123456789013"
    assert read("A123456789013D", symbology=Symbology.CODABAR).tracking == "123456789013"
    assert read("a123456789013b").kind is Kind.PLAIN


@pytest.mark.parametrize("prefix", ["]C1", "]d2", "]Q3", "]e0"])
def test_I37_these_prefixes_carry_elements(prefix: str) -> None:
    code = read(f"{prefix}0104901234567894172712001021L9\x1d21ABC")
    assert code.kind is Kind.ELEMENTS
    assert (code.gtin, code.lot, code.serial) == ("4901234567894", "21L9", "ABC")
    assert code.expiry(TODAY) == date(2027, 12, 31)


@pytest.mark.parametrize("prefix", ["]C0", "]E0", "]F0"])
def test_I37_these_prefixes_do_not(prefix: str) -> None:
    assert read(prefix + "0104901234567894").elements is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.EMPTY),
        ("0104901234567895", Problem.CHECK_DIGIT),
        ("00123456789012345678", Problem.CHECK_DIGIT),
        ("80030490123456789512", Problem.CHECK_DIGIT),
        ("0104901234567894171302301021", Problem.DATE),
        ("010490123456789410" + "A" * 21 + "\x1d21B", Problem.TOO_LONG),
        ("21ABC\x1d10L1", Problem.ALONE),
        ("0204901234567894", Problem.ALONE),
        ("01049012345678940104901234567887", Problem.TWICE),
        ("05123", Problem.UNKNOWN),
    ],
)
def test_I35_wrong_messages_are_not_good(text: str, problem: Problem) -> None:
    found = gs1.parse(text)
    assert problem in found.problems
    assert not found.good
    assert read("]C1" + text).get(Kind.ELEMENTS) is None
    assert read("]C1" + text).gtin is None


def test_I35_day_zero_and_the_century_window() -> None:
    assert gs1.day("280200", TODAY) == date(2028, 2, 29)
    assert gs1.day("760101", TODAY) == date(2076, 1, 1)
    assert gs1.day("770101", TODAY) == date(1977, 1, 1)
    with pytest.raises(ValueError, match="month"):
        gs1.day("271301", TODAY)


def test_I36_lost_separator_is_ambiguous_never_guessed() -> None:
    code = read("010490123456789410AB21123")
    assert Problem.AMBIGUOUS in code.problems
    assert code.get(Kind.ELEMENTS) is None
    assert (code.gtin, code.lot, code.serial) == ("4901234567894", None, None)


def test_I36_a_scanner_known_to_send_it_makes_the_same_text_certain() -> None:
    assert read("010490123456789410AB21123", separator_sent=True).lot == "AB21123"


@pytest.mark.parametrize("substitute", ["|", "~", "^", "\x1d"])
def test_I36_substitutes_are_separators_and_a_trailing_one_is_harmless(substitute: str) -> None:
    code = read(f"010490123456789410AB{substitute}21123{substitute}")
    assert (code.lot, code.serial) == ("AB", "123")


@given(
    st.integers(0, 9),
    prefixes(),
    st.integers(0, 9999),
)
def test_I34_sscc_round_trip_through_the_tag(extension: int, prefix: str, serial: int) -> None:
    key = sscc.make(extension, prefix, serial)
    tag = epc.sscc_96(key, len(prefix))
    assert len(tag) == 24
    assert epc.decode(tag).sscc == key
    assert read(tag).sscc == key == read(key).sscc


@given(st.integers(0, 10**10 - 1), st.integers(0, 2**38 - 1), st.sampled_from([7, 9, 10]))
def test_I34_sgtin_round_trip_through_the_tag(item: int, serial: int, prefix_length: int) -> None:
    tag = epc.decode(epc.sgtin_96(gtin13(item), str(serial), prefix_length))
    assert (tag.gtin, tag.scheme) == (gtin13(item), "sgtin-96")
    assert str(tag.element).endswith(f"(21){serial}")


def test_I34_the_prefix_length_changes_the_tag() -> None:
    key = sscc.make(0, "4912345", 1)
    assert epc.sscc_96(key, 7) != epc.sscc_96(key, 9)


@pytest.mark.parametrize("serial", ["007", "12A", "", "-1", str(2**38), "１２"])
def test_I32_serials_that_do_not_fit_are_refused(serial: str) -> None:
    with pytest.raises(epc.EpcError):
        epc.sgtin_96(gtin13(1), serial, 7)


@pytest.mark.parametrize("length", [5, 13])
def test_I31_prefix_lengths_outside_the_table_are_refused(length: int) -> None:
    with pytest.raises(epc.EpcError):
        epc.sscc_96(sscc.make(0, "4912345", 1), length)


def test_I31_partition_seven_and_overflowing_fields_are_not_gs1() -> None:
    good = int(epc.sscc_96(sscc.make(0, "951234", 1), 6), 16)
    partition_seven = good | (7 << 82)
    overflow = (good & ~(((1 << 20) - 1) << 62)) | (1048575 << 62)
    assert epc.decode(f"{good:024X}").is_gs1
    assert not epc.decode(f"{partition_seven:024X}").is_gs1
    assert not epc.decode(f"{overflow:024X}").is_gs1


@given(st.integers(0, 10**9 - 1), st.integers(0, 2**38 - 1))
def test_I33_a_scanned_tag_says_whose_article_it_is_on(item: int, serial: int) -> None:
    article = "4912345" + str(item).zfill(9)[:5]
    article += check.mod10(article)
    tag = epc.sgtin_96(article, str(serial), 7)
    scanned = read(tag.lower())
    assert scanned.tagged_gtin == gs1.gtin(article)
    assert read(str(scanned.get(Kind.EPC))).tagged_gtin == scanned.tagged_gtin
    assert read(article).tagged_gtin is None


@pytest.mark.parametrize("text", ["E28068940000500312345678", "urn:epc:id:nonsense", "https://id.gs1.org/01/0"])
def test_I14_what_is_no_tag_of_an_article_names_none(text: str) -> None:
    assert read(text).tagged_gtin is None
    assert read(epc.sscc_96(sscc.make(0, "4912345", 1), 7)).tagged_gtin is None


def test_I33_sscc_with_a_wrong_check_digit_is_refused() -> None:
    key = sscc.make(0, "4912345", 1)
    with pytest.raises(epc.EpcError):
        epc.sscc_96(key[:-1] + str((int(key[-1]) + 1) % 10), 7)


@pytest.mark.parametrize("code", ["E28011602000", "0" * 24, "e2801160abc", "F" * 32, "123"])
def test_I14_other_tags_keep_digits_and_length(code: str) -> None:
    tag = epc.decode(code)
    assert (tag.hex, tag.bits, tag.is_gs1) == (code.upper(), 4 * len(code), False)


def test_I14_the_toggle_bit_says_not_gs1() -> None:
    tag = epc.sscc_96(sscc.make(0, "4912345", 1), 7)
    assert epc.decode(tag, pc=0x3000).is_gs1
    assert not epc.decode(tag, pc=0x3100).is_gs1
    assert epc.decode(tag.lower() + "00000000").is_gs1
    assert not epc.decode(tag + "00000001").is_gs1


@given(st.binary(max_size=40))
def test_I14_no_tag_is_ever_dropped(code: bytes) -> None:
    tag = epc.decode(code)
    assert (bytes.fromhex(tag.hex), tag.bits) == (code, 8 * len(code))


@given(st.text(string.ascii_uppercase + DIGITS + "-", min_size=1, max_size=12))
def test_house_codes_stay_as_they_are(text: str) -> None:
    assert read(text).text == text


def test_I30_lot_and_date_after_the_key_of_a_plus_tag_are_told() -> None:
    today = date(2026, 11, 30)
    identity = epc.checked(epc.keys.SGTIN, "04901234567894", "7")
    plain = read(epc.encode(identity, "sgtin+"))
    assert (plain.lot, plain.expiry(today)) == (None, None)
    for scheme, data in (("sgtin+", (("10", "L/1"), ("17", "270200"))), ("dsgtin+", (("15", "270228"), ("10", "L/1")))):
        scanned = read(epc.encode(identity, scheme, data=data))
        assert (scanned.lot, scanned.expiry(today)) == ("L/1", date(2027, 2, 28))
        assert scanned.tagged_gtin == "4901234567894"
        assert scanned.get(Kind.EPC) == plain.get(Kind.EPC), "it is the same tag's code"
    produced = read(epc.encode(identity, "dsgtin+", data=(("11", "260101"),)))
    assert produced.expiry(today) is None
