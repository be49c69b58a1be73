"""Why an order or a task waits."""

from edge.model.words.table import Table

WORDS: Table = {
    "wait.all_stopped": (
        "全ロボットを停止中です。",
        "フロアの地図で走行を再開すると進みます。",
        "All robots are stopped.",
        "It goes on when they are let drive on from the floor map.",
    ),
    "wait.called_home": (
        "全ロボットを待機場所へ戻しています。",
        "フロアの地図で作業を再開すると進みます。",
        "All robots were called home.",
        "It goes on when they are let work again from the floor map.",
    ),
    "wait.hold": ("保留中です。", "保留を解除してください。", "It is on hold.", "Release the hold."),
    "wait.no_stock": (
        "在庫がありません。",
        "入荷か在庫調整を待っています。",
        "There is no stock.",
        "It waits for a receipt or an adjustment.",
    ),
    "wait.wave": (
        "{at} の締めの波で出します。",
        "急ぐ場合は優先度を上げてください。",
        "It goes with the wave of the {at} cut-off.",
        "Raise its priority if it is urgent.",
    ),
    "wait.companions": (
        "同じ巡回にまとめる注文を待っています。",
        "まもなく始まります。",
        "It waits for orders to share a tour.",
        "It starts shortly.",
    ),
    "wait.totes": (
        "空きトートがありません。",
        "梱包待ちのトートを進めてください。",
        "No tote is free.",
        "Pack the waiting totes.",
    ),
    "wait.robot": (
        "空いているロボットがありません。",
        "充電中・停止中を確認してください。",
        "No robot is free.",
        "Check robots that charge or stand.",
    ),
    "wait.robot_coming": (
        "ロボット {robot} を待っています。",
        "到着すると始まります。",
        "It waits for robot {robot}.",
        "It starts when the robot arrives.",
    ),
    "wait.person": (
        "{place} に手の空いた人がいません。",
        "人を割り当ててください。",
        "Nobody is free at {place}.",
        "Send somebody there.",
    ),
    "wait.person_busy": (
        "{place} の担当者は別の作業中です。",
        "順番に進みます。",
        "Whoever works at {place} is busy.",
        "It follows in turn.",
    ),
    "wait.other_totes": (
        "同じ注文の他のトートを待っています。",
        "届くと梱包できます。",
        "It waits for other totes of the order.",
        "It can be packed when they arrive.",
    ),
    "wait.gate": (
        "ゲート {gate} が使用中です。",
        "前の通過が終わるまで待ちます。",
        "Gate {gate} is in use.",
        "It goes after the load before it.",
    ),
    "wait.planning": ("まもなく計画に入ります。", "", "It is about to be planned.", ""),
    "wait.load": (
        "梱包済みで、積込を待っています。",
        "ドックに着くと始まります。",
        "It is packed and waits to be loaded.",
        "It starts when somebody is at the dock.",
    ),
    "wait.absent": (
        "荷物が見つかっていません。",
        "探して、見つけたらドックでスキャンしてください。",
        "Its parcel has not been found.",
        "Look for it; scan it at its dock when it is found.",
    ),
    "wait.cancel": (
        "取消しの結果を待っています。",
        "ゲート通過の結果で決まります。",
        "It waits for the outcome of its cancel.",
        "The gate decides.",
    ),
    "wait.no_work": (
        "{place} に今できる作業はありません。",
        "このままお待ちください。作業が出ると表示されます。",
        "There is no work at {place} now.",
        "Wait here; work shows by itself.",
    ),
}
