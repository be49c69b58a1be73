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
    "pack.scale_moving": (
        "はかり {scale} の表示が落ち着きません(最後は {grams} g)。",
        "はかりに触れている物や風がないか確認して、もう一度計量してください。",
        "Scale {scale} does not come to rest (last {grams} g).",
        "See that nothing touches it and no fan blows on it, then weigh again.",
    ),
    "pack.scale_over": (
        "はかり {scale} の範囲を超えています。",
        "荷物を降ろしてください。降ろしても直らなければ、はかりをゼロにしてください。",
        "The load is outside the range of scale {scale}.",
        "Take it off; if that does not help, set the scale to zero.",
    ),
    "pack.scale_no_command": (
        "はかり {scale} はここからゼロにできません。",
        "何も載せずに、はかりのゼロキーを押してください。",
        "Scale {scale} cannot be set to zero from here.",
        "Press its own zero key, with nothing on it.",
    ),
    "pack.scale_not_zero": (
        "はかり {scale} はゼロにならず、{grams} g を示しています。",
        "上の物をすべて降ろして、もう一度押してください。だめなら、はかりの電源を入れ直してください。",
        "Scale {scale} did not go to zero: it shows {grams} g.",
        "Take everything off and press again; if that does not help, switch the scale off and on.",
    ),
    "pack.scale_zeroed": (
        "はかりをゼロにしました。",
        "荷物を載せて計量してください。",
        "The scale is set to zero.",
        "Put the parcel on it and weigh.",
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
