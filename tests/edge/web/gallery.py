"""One screen of every kind of step, in both languages, with realistic and with very long words."""

from typing import Any

REASONS = {
    "ja": [("empty", "棚が空"), ("damaged", "破損"), ("wrong_item", "別の商品が入っている")],
    "en": [("empty", "Location is empty"), ("damaged", "Damaged"), ("wrong_item", "Other goods inside")],
}
LABELS = {
    "ja": {
        "quantity": "数量",
        "short": "欠品",
        "skip": "後回し",
        "undo": "戻す",
        "weigh": "計量",
        "zero": "ゼロに戻す",
        "reprint": "再印刷",
        "missing": "足りない",
        "recount": "数え直す",
        "accept": "責任者が承認",
        "go": "ゲートへ",
        "back": "やり直す",
        "leave": "場所を変える",
        "absent": "荷物がない",
        "aside": "あとで入れる",
        "total": "合計を入力",
        "done": "数え終わり",
        "empty": "何もない",
        "restart": "最初から",
        "choose": "選ぶ",
        "lot": "別のロット",
    },
    "en": {
        "quantity": "Quantity",
        "short": "Short",
        "skip": "Skip",
        "undo": "Undo",
        "weigh": "Weigh",
        "zero": "Set to zero",
        "reprint": "Reprint",
        "missing": "Missing",
        "recount": "Recount",
        "accept": "Accept (supervisor)",
        "go": "To the gate",
        "back": "Back",
        "leave": "Change place",
        "absent": "Not here",
        "aside": "Put it later",
        "total": "Type the total",
        "done": "Counted",
        "empty": "Nothing here",
        "restart": "Start over",
        "choose": "Choose",
        "lot": "Another lot",
    },
}


def screens(language: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (name, screen) of every kind."""
    ja = language == "ja"

    def word(japanese: str, english: str) -> str:
        return japanese if ja else english

    shirt = word("オーガニックコットン Tシャツ 白 M", "Organic cotton T-shirt white M")
    item = {"sku": "TS-WH-M-4567", "name": shirt, "code_hint": "4567"}
    lines = [
        {"sku": "TS-WH-M", "name": shirt, "want": 2, "done": 2},
        {"sku": "SOCK-BK-25", "name": word("靴下 黒 25cm", "Socks black 25 cm"), "want": 3, "done": 1},
        {"sku": "CAP-NV", "name": word("キャップ 紺", "Cap navy"), "want": 1, "done": 0},
    ]
    parcels = [{"sku": f"4800000{n:04d}3", "name": f"4800000{n:04d}3", "want": 1, "done": int(n < 3)} for n in range(8)]
    right = {"kind": "right", "code": "work.right", "text": "OK"}
    wrong_item = word(
        "「Tシャツ 黒 M」です。「Tシャツ 白 M」ではありません。棚番と商品をもう一度確かめてください。",
        "This is T-shirt black M, not T-shirt white M. Check location and item again.",
    )
    wrong = {"kind": "wrong", "code": "scan.wrong_item", "text": wrong_item}
    to_tote = word("トート T-0007 へ", "into tote T-0007")
    pick = {"item": item, "to": to_tote, "robot": "R12"}
    pieces: list[tuple[str, dict[str, Any], list[str]]] = [
        (
            "start/place",
            {
                "ask": word("作業場所をスキャン", "Scan your place"),
                "detail": word("ゾーン・作業台・ドックの札", "zone, station or dock sheet"),
            },
            [],
        ),
        (
            "idle/wait",
            {
                "ask": word("待機中", "Standing by"),
                "target": "ZONE:A",
                "detail": word(
                    "ZONE:A に今できる作業はありません。このままお待ちください。",
                    "There is no work at ZONE:A now. Wait here; work shows by itself.",
                ),
            },
            ["leave"],
        ),
        (
            "pick/location",
            {
                **pick,
                "ask": word("棚をスキャン", "Scan the location"),
                "target": "A-03-2",
                "quantity": {"want": 2, "done": 0},
                "last": right,
            },
            ["short", "skip", "undo"],
        ),
        (
            "pick/item",
            {
                **pick,
                "ask": word("商品をスキャン", "Scan the item"),
                "target": shirt,
                "quantity": {"want": 12, "done": 5},
                "last": right,
                "detail": word("賞味期限 2026-12-31", "best before 2026-12-31"),
            },
            ["quantity", "short", "skip", "undo"],
        ),
        (
            "pick/item",
            {
                **pick,
                "ask": word("商品をスキャン", "Scan the item"),
                "target": shirt,
                "quantity": {"want": 2, "done": 1},
                "last": wrong,
                "manual": True,
            },
            ["quantity", "short", "undo"],
        ),
        (
            "pick/tote",
            {
                **pick,
                "ask": word("トートをスキャン", "Scan the tote"),
                "target": "T-0007",
                "quantity": {"want": 2, "done": 2},
                "last": right,
            },
            ["undo"],
        ),
        (
            "pack/tote",
            {"ask": word("梱包待ちトートをスキャン", "Scan a waiting tote"), "target": "T-0031", "detail": "10001"},
            ["skip"],
        ),
        (
            "pack/verify",
            {"ask": word("商品を1点ずつスキャン", "Scan every item"), "lines": lines, "detail": "10001", "last": right},
            ["missing", "undo"],
        ),
        (
            "pack/carton",
            {"ask": word("箱をスキャン", "Scan the carton"), "target": "C60", "lines": lines[:1], "detail": "10001"},
            ["undo"],
        ),
        (
            "pack/weigh",
            {
                "ask": word("はかりに載せて「計量」", "Put it on the scale"),
                "detail": word("予定 735 g", "expected 735 g"),
            },
            ["weigh", "zero", "recount", "accept"],
        ),
        (
            "pack/label",
            {"ask": word("送り状を貼ってスキャン", "Stick on the label, scan it"), "target": "480000001234"},
            ["reprint"],
        ),
        (
            "load/parcel",
            {
                "ask": word("荷物をスキャン", "Scan the parcels"),
                "target": parcels[3]["sku"],
                "lines": parcels,
                "to": word("ゲート GATE-1", "gate GATE-1"),
                "detail": word("ヤマト運輸 ドック DOCK-1", "Yamato dock DOCK-1"),
            },
            ["go", "absent"],
        ),
        (
            "load/gate",
            {
                "ask": word("ゲートを通る", "Go through the gate"),
                "target": "GATE-1",
                "lines": parcels[:3],
                "last": {
                    "kind": "wrong",
                    "code": "gate.stop",
                    "text": word(
                        "ゲートで不一致: 不足 1 個、余分 0 個。表示の荷物を確かめて、もう一度通ってください。",
                        "The gate found 1 missing and 0 too many. Check the parcels shown and go through again.",
                    ),
                },
                "detail": word("不足: 480000001234", "missing: 480000001234"),
            },
            ["back"],
        ),
        (
            "putback/container",
            {
                "item": item,
                "ask": word("戻す容器をスキャン", "Scan the tote or parcel"),
                "target": "T-0001",
                "quantity": {"want": 1, "done": 0},
                "to": "A-01-1",
            },
            [],
        ),
        (
            "putback/location",
            {
                "item": item,
                "ask": word("戻す棚をスキャン", "Scan its location"),
                "target": "A-01-1",
                "quantity": {"want": 1, "done": 1},
                "to": "A-01-1",
            },
            ["undo"],
        ),
        (
            "wall/item",
            {
                "ask": word("トートの商品をスキャン", "Scan an item of the tote"),
                "target": shirt,
                "detail": word("T-0001 から あなたの色: 緑", "from T-0001 your colour: green"),
                "lines": lines,
            },
            ["missing", "undo"],
        ),
        (
            "wall/put",
            {
                "item": item,
                "ask": word("光る間口に入れて押す", "Put it in and press"),
                "target": "W1-01",
                "detail": word("T-0001 から あなたの色: 緑", "from T-0001 your colour: green"),
                "quantity": {"want": 2, "done": 0},
                "to": word("間口 W1-01 へ", "into slot W1-01"),
                "lines": [{"sku": f"W1-0{n}", "name": f"W1-0{n}", "want": n, "done": 0} for n in (1, 2, 3)],
            },
            ["missing", "aside", "undo"],
        ),
        (
            "count/location",
            {
                "ask": word("数える棚をスキャン", "Scan the location to count"),
                "target": "A-01-1",
                "detail": word("2 回目", "count no. 2"),
            },
            ["skip"],
        ),
        (
            "count/count",
            {
                "ask": word("商品・タグをスキャン", "Scan items and tags"),
                "target": "A-01-1",
                "detail": word("2 回目", "count no. 2"),
            },
            ["empty", "skip", "undo"],
        ),
        (
            "count/count",
            {
                "item": item,
                "ask": word("商品・タグをスキャン", "Scan items and tags"),
                "target": shirt,
                "detail": word("ロット L-1126 賞味期限 2027-01-31", "lot L-1126 best before 2027-01-31"),
                "quantity": {"want": None, "done": 288},
                "lines": [
                    {
                        "sku": "",
                        "name": word("計 3 品目 タグ 300 枚", "In all, items: 3 tags: 300"),
                        "want": None,
                        "done": 318,
                    },
                    {
                        "sku": "E28068940000500312345678",
                        "name": word("数えていないコード", "Not counted"),
                        "want": None,
                        "done": 2,
                    },
                    *(line | {"want": None} for line in lines[1:]),
                ],
            },
            ["done", "total", "lot", "skip", "undo"],
        ),
        (
            "count/choose",
            {"item": item, "ask": word("ロットを選ぶ", "Choose the lot"), "target": shirt},
            ["choose", "undo"],
        ),
        (
            "rescue/tote",
            {
                "ask": word("ロボットのトートをスキャン", "Scan the robot's totes"),
                "target": "T-0007",
                "robot": "R12",
                "to": "PACK-1",
            },
            ["undo"],
        ),
    ]
    return [(name, _whole(language, name, parts, buttons)) for name, parts, buttons in pieces]


def _whole(language: str, name: str, parts: dict[str, Any], buttons: list[str]) -> dict[str, Any]:
    process, _, step = name.partition("/")
    person = "佐藤" if language == "ja" else "Sato"
    return {
        "id": "900000",
        "contract": 1,
        "process": process,
        "step": step,
        "header": {"person": person, "place": "ZONE:A", "wave": "W-12", "cutoff": "14:30", "done": 3, "total": 12},
        "ask": "",
        "target": "",
        "detail": "",
        "item": None,
        "quantity": None,
        "to": "",
        "robot": "",
        "lines": [],
        "buttons": [_button(language, button) for button in buttons],
        "last": None,
        "manual": False,
    } | parts


def _button(language: str, button: str) -> dict[str, Any]:
    told: dict[str, Any] = {"id": button, "label": LABELS[language][button]}
    if button in ("short", "skip"):
        told["reasons"] = [{"id": code, "label": label} for code, label in REASONS[language]]
    return told | ({"quantity": True} if button in ("quantity", "short", "missing") else {})
