"""Packing, and putting goods back."""

from edge.model.words.table import Table

WORDS: Table = {
    "pack.weight_off": (
        "重さが {weight} g です(予定 {expected} ± {tolerance} g)。",
        "中身を数え直すか、責任者を呼んでください。",
        "It weighs {weight} g; {expected} ± {tolerance} g was expected.",
        "Count the contents again, or call a supervisor.",
    ),
    "pack.scale_silent": (
        "はかり {scale} が応答しません。",
        "電源とケーブルを確認してください。",
        "Scale {scale} does not answer.",
        "Check its power and cable.",
    ),
    "pack.short": (
        "足りない商品を記録しました。",
        "残りを梱包してください。",
        "The missing units are recorded.",
        "Pack what is there.",
    ),
    "pack.nothing_left": (
        "梱包する商品がありません。注文を終了しました。",
        "",
        "Nothing is left to pack; the order is closed.",
        "",
    ),
    "pack.held": (
        "この注文は保留中です。",
        "トートを脇に置いてください。",
        "This order is on hold.",
        "Put the tote aside.",
    ),
    "pack.printing": (
        "送り状を印刷しています。",
        "貼ってスキャンしてください。",
        "The label is printing.",
        "Stick it on and scan it.",
    ),
    "exception.weight": (
        "荷物 {parcel} の重さが合いません({weight} g、予定 {expected} g)。",
        "中身を確認してください。",
        "Parcel {parcel} weighs {weight} g, expected {expected} g.",
        "Check its contents.",
    ),
    "putback.missing": ("戻す商品が容器にありませんでした。", "", "Goods to put back were not in the container.", ""),
}
