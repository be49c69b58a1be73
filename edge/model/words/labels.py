"""Labels of parcels: which is valid, and what keeps one from being printed."""

from edge.model.words.table import Table

WORDS: Table = {
    "label.which": (
        "送り状番号 {scanned} は {prints} 枚印刷されていて、番号だけでは新しい送り状か分かりません。",
        "新しい送り状の四角いコードをスキャンしてください。",
        "Number {scanned} is on {prints} prints and does not tell the new label from the old.",
        "Scan the square code of the new label.",
    ),
    "label.void": (
        "これは荷物 {parcel} の古い送り状({issue} 枚目)で、無効です。",
        "はがして捨て、{now} 枚目を貼ってください。",
        "This is an old label of parcel {parcel} (print {issue}) and void.",
        "Take it off and stick on print {now}.",
    ),
    "label.printing": (
        "新しい送り状を印刷しています。前の送り状は無効です。",
        "前のものは捨て、新しいものを貼って四角いコードをスキャンしてください。",
        "A new label is printing; the one before is void.",
        "Throw that away, stick on the new one and scan its square code.",
    ),
    "label.ended": (
        "荷物 {parcel} の送り状は印刷し直せません。",
        "梱包が済んでいないか、出荷済みか、取り消されています。注文の画面で確認してください。",
        "The label of parcel {parcel} cannot be printed again.",
        "It has none yet, has left, or is void: look at its order.",
    ),
    "label.not_drawn": (
        "荷物 {parcel} の送り状は描けません({error})。",
        "ラベルのひな形を見直してください。",
        "The label of parcel {parcel} cannot be drawn ({error}).",
        "Look at its label template.",
    ),
    "label.no_reason": (
        "印刷し直す理由がありません。",
        "理由を選んでください。",
        "A reprint needs a reason.",
        "Choose one.",
    ),
    "label.at_gate": (
        "荷物 {parcel} はゲート {gate} にあります。",
        "ゲートから戻してから印刷し直してください。",
        "Parcel {parcel} stands at gate {gate}.",
        "Take its load back first.",
    ),
    "label.left_load": (
        "荷物 {parcel} の送り状を印刷し直すため、この便から外しました。",
        "荷物を脇に置き、新しい送り状を貼ってください。",
        "The label of parcel {parcel} is printed anew: it has left this load.",
        "Put it aside and stick on the new label.",
    ),
    "exception.print": (
        "プリンター {printer} で印刷できません({error})。",
        "用紙と電源を確認し、再印刷してください。",
        "Printer {printer} cannot print ({error}).",
        "Check paper and power, then reprint.",
    ),
}
