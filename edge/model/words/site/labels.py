"""Label templates."""

from edge.model.words.table import Table

WORDS: Table = {
    "label.unknown_key": (
        "「{key}」というキーはラベルのひな形にありません。",
        "つづりを直すか、消してください。",
        "'{key}' is not a key of a label template.",
        "Remove it, or correct its spelling.",
    ),
    "label.key": (
        "kind が {kind} の要素に「{key}」は使えません。",
        "消すか、kind を変えてください。",
        "'{key}' means nothing where kind is {kind}.",
        "Remove it, or choose another kind.",
    ),
    "label.braces": (
        "波かっこの書き方が正しくありません。",
        "項目は {{tracking}} のように名前だけを書き、かっこそのものは 2 つ重ねてください。",
        "The braces are not right.",
        "Write fields as {{tracking}}, nothing but the name in them; double a brace that stands for itself.",
    ),
    "label.field": (
        "「{field}」という項目はありません。",
        "使えるもの: {known}",
        "There is no field '{field}'.",
        "There are: {known}",
    ),
    "label.low": (
        "枠の高さが文字より低くなっています。",
        "{limit} mm 以上にするか、文字を小さくしてください。",
        "The box is lower than its text.",
        "Make it {limit} mm at least, or the text smaller.",
    ),
    "label.outside": (
        "ラベルからはみ出しています({end} mm、ラベルは {limit} mm)。",
        "位置か大きさを直してください。",
        "It leaves the label (at {end} mm of {limit} mm).",
        "Move it, or make it smaller.",
    ),
    "label.too_wide": (
        "コード「{value}」が {dpi} dpi で枠に入りません。",
        "枠を広げるか、内容を短くしてください。バーコードの左右には余白が必要です。",
        "The code '{value}' does not fit its place at {dpi} dpi.",
        "Give it more room, or less content; a bar code needs white at both sides.",
    ),
    "label.content": (
        "「{value}」は {kind} にできません。",
        "内容か kind を変えてください。",
        "'{value}' cannot be a {kind}.",
        "Change its content, or its kind.",
    ),
    "label.elements": (
        "「{value}」は GS1 の要素として正しくありません({problems})。",
        "(00){{sscc}} のように書いてください。",
        "'{value}' is no right GS1 element string ({problems}).",
        "Write it like (00){{sscc}}.",
    ),
    "label.twice": (
        "ひな形 {id} と {other} は同じ荷物のためのものです。",
        "carriers か owners で分けてください。",
        "Templates {id} and {other} are for the same parcels.",
        "Tell them apart by carriers or owners.",
    ),
    "label.no_own": (
        "ラベル自身のコード({{sscc}})がありません。これがないと、再印刷しても前のラベルを見分けられません。",
        "kind: datamatrix, value: '(00){{sscc}}' のように追加してください。",
        "The label's own code ({{sscc}}) is missing; without it nothing tells a reprint from the label before.",
        "For example: kind: datamatrix, value: '(00){{sscc}}'",
    ),
    "label.no_tracking": (
        "送り状番号のコード({{tracking}})がありません。",
        "kind: code128, value: '{{tracking}}' のように追加してください。",
        "The code of the parcel number ({{tracking}}) is missing.",
        "For example: kind: code128, value: '{{tracking}}'",
    ),
    "label.no_tag": (
        "タグ(RFID)を書き込む要素がないため、荷物はゲートを通れません。",
        "kind: rfid, value: '{{epc}}' を追加してください。",
        "Nothing writes the RFID tag, so that no parcel would pass a gate.",
        "Add kind: rfid, value: '{{epc}}'.",
    ),
}
