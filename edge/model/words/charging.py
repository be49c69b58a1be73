"""Why a robot charges, or does not."""

from edge.model.words.table import Table

WORDS: Table = {
    "charge.empty": ("電池がほとんどありません。", "", "Its battery is nearly empty.", ""),
    "charge.low": ("電池が少なくなりました。", "", "Its battery is low.", ""),
    "charge.idle": ("手が空いているので充電します。", "", "It charges while there is nothing to do.", ""),
    "charge.goes_on": ("充電を続けます。", "", "It goes on charging.", ""),
    "charge.full": ("充電が終わりました。", "", "It is charged.", ""),
    "charge.work_waits": (
        "作業が待っているので充電を切り上げます。",
        "",
        "Work is waiting and it has enough.",
        "",
    ),
    "charge.others_need_it": (
        "ほかのロボットに充電器を譲ります。",
        "",
        "It leaves the charger to a robot that needs it more.",
        "",
    ),
    "charge.no_charger": (
        "空いている充電器がありません。",
        "空きしだい充電します。",
        "No charger is free.",
        "It charges when one is.",
    ),
    "charge.no_way": (
        "充電器まで行ける経路がありません。",
        "閉鎖区間と停止中のロボットを確認してください。",
        "It has no way to a charger.",
        "Look for closures and stopped robots.",
    ),
    "charge.cutoff_first": (
        "締切前なので、充電は締切後か残りわずかになってからにします。",
        "",
        "It charges after the cut-off, or when it is nearly empty.",
        "",
    ),
    "charge.enough": ("電池は足りています。", "", "It has battery enough.", ""),
    "charge.working": (
        "作業が終わってから充電します。",
        "",
        "It charges when its job is done.",
        "",
    ),
}
