"""What a gate says of a load, and what is wrong with a gate."""

from edge.model.words.table import Table

WORDS: Table = {
    "gate.pass": ("{parcels} 個の通過を確認しました。", "", "{parcels} parcels passed.", ""),
    "gate.stop": (
        "ゲートで不一致: 不足 {missing} 個、余分 {extra} 個。",
        "表示の荷物を確かめて、もう一度通ってください。",
        "The gate found {missing} missing and {extra} too many.",
        "Check the parcels shown and go through again.",
    ),
    "gate.not_through": (
        "荷物はゲートを出ていません。",
        "もう一度、最後まで通ってください。",
        "The load did not go out through the gate.",
        "Go through again, all the way.",
    ),
    "gate.came_in": (
        "荷物がゲートの中へ戻りました。",
        "荷物を確かめて、もう一度外へ通してください。",
        "The load came back in through the gate.",
        "Check it and push it out again.",
    ),
    "gate.unclear": (
        "荷物がどちらへ通ったか分かりません。",
        "ほかの人や荷物から離れて、ゆっくり、もう一度通ってください。",
        "The gate cannot tell which way the load went.",
        "Go through again, slowly and with nobody beside it.",
    ),
    "gate.hand_not_needed": (
        "ゲート {gate} は動いています。手作業での確認は、読めない荷物があったときか、機器が止まったときだけです。",
        "ゲートを通ってください。",
        "Gate {gate} works; labels are scanned only after it missed a parcel or while it is down.",
        "Go through the gate.",
    ),
    "gate.hand_extra": (
        "この便ではない荷物があります: {parcels}",
        "便から外して、もう一度ゲートを通ってください。",
        "Parcels of other loads were seen: {parcels}.",
        "Take them off and go through the gate again.",
    ),
    "gate.hand_scan": (
        "未確認の荷物は {parcels} 個です。",
        "送り状を1個ずつスキャンしてください。",
        "{parcels} parcels are not proved yet.",
        "Scan the label of each.",
    ),
    "gate.hand_read": (
        "荷物 {parcel} はゲートで確認済みです。",
        "残りの荷物をスキャンしてください。",
        "The gate has read parcel {parcel}.",
        "Scan the others.",
    ),
    "gate.hand_ask": (
        "すべての荷物を確認しました。",
        "責任者の承認を待ってください。",
        "All parcels are proved.",
        "Wait for a supervisor to release the load.",
    ),
    "gate.hand_over": (
        "この便は承認を待っていません。",
        "一覧を読み込み直してください。",
        "This load does not wait to be released.",
        "Load the list again.",
    ),
    "gate.device_down": ("ゲートの機器が止まっています。", "", "A device of the gate is down.", ""),
    "gate.tags_missed": ("ゲートで読めないタグがありました。", "", "The gate could not read every tag.", ""),
    "gate.works_again": ("ゲートの機器は復旧しています。", "", "The devices of the gate work again.", ""),
    # --- what people have to see to
    "exception.gate_alarm": (
        "ゲート {gate} のセンサーが異常です。",
        "光電センサーの汚れと遮りを確認してください。",
        "The sensors of gate {gate} look wrong.",
        "Check its photo-eyes for dirt or something in the way.",
    ),
    "exception.gate_blind": (
        "ゲート {gate} を何かが通りましたが、タグが1枚も読めませんでした。",
        "リーダーとアンテナを確認してください。",
        "Something passed gate {gate}, and not one tag was read.",
        "Check its reader and antennas.",
    ),
    "exception.late_tag": (
        "ゲート {gate} を通ったあとで、タグ {tag} の読み取りが届きました。",
        "その荷物が車に載っているか確認してください。",
        "Tag {tag} was reported after its load had passed gate {gate}.",
        "Check whether its parcel is on the truck.",
    ),
    "exception.gate_by_hand": (
        "ゲート {gate} の便(荷物 {parcels} 個)は、送り状で確認済みです。承認を待っています。",
        "荷物を確かめ、「便を出す」を押してください。出さないときは「解決」を押してください。",
        "A load at gate {gate} ({parcels} parcels) was proved by its labels and waits to be released.",
        "Look at the load, then release it; settle this to send it back to the gate.",
    ),
    "exception.gate": (
        "ゲート {gate} で不一致が出ています。",
        "荷物を確認してください。",
        "Gate {gate} found a mismatch.",
        "Check the load.",
    ),
}
