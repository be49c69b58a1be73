"""Putting into the slots of a put wall."""

from edge.model.words.table import Table

WORDS: Table = {
    "wall.full": (
        "{place} の作業者の色({count} 色)はすべて使用中です。",
        "別の場所で作業するか、だれかが離れるまで待ってください。",
        "All {count} colours of {place} are in use.",
        "Work elsewhere, or wait until somebody leaves it.",
    ),
    "wall.put_now": (
        "その商品です。",
        "間口に入れて、ボタンを押してください。",
        "This is the item.",
        "Put it in and press.",
    ),
    "wall.put_first": (
        "「{expected_name}」がまだ入れ終わっていません。",
        "先に入れるか、「あとで入れる」を押してください。",
        "{expected_name} is not put away yet.",
        "Put it into its slots first, or press Put it later.",
    ),
    "wall.leave": (
        "「{scanned_name}」を待つ間口はありません(取消し・欠品の分です)。",
        "トート {tote} に残してください。棚に戻す作業が出ます。",
        "No slot wants {scanned_name}: its order was cancelled.",
        "Leave it in tote {tote}; it will be put back.",
    ),
    "wall.unwanted": (
        "「{scanned_name}」を待つ間口はありません。",
        "トート {tote} の横に置いて、責任者に渡してください。",
        "No slot wants {scanned_name}.",
        "Lay it beside tote {tote} and give it to a supervisor.",
    ),
    "wall.wrong_slot": (
        "間口 {scanned} ではなく {expected} です。",
        "{expected} に入れて、押すかスキャンしてください。",
        "This is slot {scanned}, not {expected}.",
        "Put it into {expected}; press or scan there.",
    ),
    "wall.taken": (
        "間口 {slot} は{person}のために光っています。",
        "ほかの間口を先にするか、少し待ってください。",
        "Slot {slot} is lit for {person}.",
        "Take another slot first, or wait a moment.",
    ),
    "wall.not_lit": (
        "間口 {slot} は光っていません。何も記録していません。",
        "商品をスキャンし、光った間口のボタンを押してください。",
        "Slot {slot} is not lit; nothing was counted.",
        "Scan an item and press where it lights up.",
    ),
    "wall.cancelled": (
        "間口 {slot} の注文が取り消されました。",
        "その商品はトートに残してください。",
        "The order of slot {slot} was cancelled.",
        "Leave its goods in the tote.",
    ),
    "wall.absent": ("仕分けのとき、トートにありませんでした。", "", "It was not in the tote when that was sorted.", ""),
    "wall.damaged": ("仕分けのとき、破損していました。", "", "It was damaged when its tote was sorted.", ""),
    "exception.slot_button": (
        "{wall} の間口 {slot} のボタンが押されたままです。",
        "ボタンと配線を見てください。その間、{slot} はラベルをスキャンして作業できます。",
        "The button of slot {slot} at {wall} stays pressed.",
        "Look at button and wire; meanwhile the label of {slot} is scanned instead.",
    ),
}
