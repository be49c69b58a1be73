"""What is wrong with a scan."""

from edge.model.words.table import Table

WORDS: Table = {
    "scan.unknown": (
        "「{scanned}」は登録のないコードです。",
        "{ask}。",
        '"{scanned}" is not a known code.',
        "{ask}.",
    ),
    "scan.no_read": (
        "スキャナー {scanner} がコードを読めませんでした。",
        "コードが見えるように置き直すか、ハンディでスキャンしてください。",
        "Scanner {scanner} saw no code.",
        "Lay it so that its code can be seen, or scan it with the handheld.",
    ),
    "scan.whose": (
        "「{scanned}」: {place} に {count} 人いるため、だれの読み取りか分かりません。",
        "ハンディでスキャンしてください。",
        '"{scanned}": {count} people work at {place}, and nothing tells whose scan it is.',
        "Scan it with the handheld.",
    ),
    "scan.other_kind": (
        "「{scanned}」は{what}です。",
        "{ask}。",
        '"{scanned}" is {what}.',
        "{ask}.",
    ),
    "scan.wrong_location": (
        "ここは {scanned} です。{expected} ではありません。",
        "{expected} をスキャンしてください。",
        "This is {scanned}, not {expected}.",
        "Scan {expected}.",
    ),
    "scan.wrong_item": (
        "「{scanned_name}」です。「{expected_name}」ではありません。",
        "棚番と商品をもう一度確かめてください。",
        "This is {scanned_name}, not {expected_name}.",
        "Check location and item again.",
    ),
    "scan.wrong_tote": (
        "トート {scanned} ではなく {expected} です。",
        "{expected} をスキャンしてください。",
        "This is tote {scanned}, not {expected}.",
        "Scan {expected}.",
    ),
    "scan.wrong_container": (
        "{scanned} ではなく {expected} から戻します。",
        "{expected} をスキャンしてください。",
        "This is {scanned}; the goods to put back are in {expected}.",
        "Scan {expected}.",
    ),
    "scan.not_here": (
        "「{scanned}」はここでは使えません。",
        "{ask}。",
        '"{scanned}" has no place here.',
        "{ask}.",
    ),
    "scan.item_first": (
        "先に商品を1点スキャンしてください。",
        "そのあと数量を入れられます。",
        "Scan one item first.",
        "Then enter the quantity.",
    ),
    "scan.not_in_order": (
        "「{scanned_name}」はこの注文に入っていません。",
        "横に置いて、責任者に渡してください。",
        "{scanned_name} does not belong to this order.",
        "Put it aside and give it to a supervisor.",
    ),
    "scan.enough": ("数は足りています。", "次へ進んでください。", "There are enough already.", "Go on."),
    "scan.wrong_carton": (
        "箱 {scanned} はこのサイトにありません。",
        "箱のコードをスキャンしてください。",
        "{scanned} is no carton of this site.",
        "Scan a carton's code.",
    ),
    "scan.wrong_label": (
        "この送り状は {scanned} です。{expected} ではありません。",
        "今印刷した送り状をスキャンしてください。",
        "This label is {scanned}, not {expected}.",
        "Scan the label just printed.",
    ),
    "scan.void_label": (
        "送り状 {scanned} は無効です。",
        "新しい送り状を貼ってください。",
        "Label {scanned} is void.",
        "Use the new label.",
    ),
    "scan.no_order_tote": (
        "トート {scanned} は空です。",
        "梱包待ちのトートをスキャンしてください。",
        "Tote {scanned} is empty.",
        "Scan a waiting tote.",
    ),
    "scan.other_station": (
        "トート {scanned} は {station} の担当です。",
        "{station} へ運んでください。",
        "Tote {scanned} belongs to {station}.",
        "Take it there.",
    ),
    "scan.twice": (
        "この荷物は確認済みです。",
        "次の荷物をスキャンしてください。",
        "This parcel is already counted.",
        "Scan the next.",
    ),
    "scan.not_packed": (
        "荷物 {scanned} は出荷できる状態ではありません。",
        "梱包の完了を確認してください。",
        "Parcel {scanned} is not ready to leave.",
        "Check that it is packed.",
    ),
    "scan.other_load": (
        "荷物 {scanned} はこの便の荷物ではありません。",
        "別の置き場に戻してください。",
        "Parcel {scanned} is not part of this load.",
        "Put it back.",
    ),
}
