"""Why a job has no robot yet, and a robot no job."""

from edge.model.words.table import Table

WORDS: Table = {
    "assign.no_robot": (
        "空いているロボットがありません。",
        "作業が終わりしだい割り当てます。",
        "No robot is free.",
        "It is given to the next one that is.",
    ),
    "assign.no_skill": (
        "この作業ができるロボットが空いていません。",
        "対応するロボットを確認してください。",
        "No free robot can do this job.",
        "Check the robots of the type it needs.",
    ),
    "assign.no_battery": (
        "充電が足りるロボットが空いていません。",
        "充電が終わりしだい割り当てます。",
        "No free robot has battery enough for it.",
        "It is given out when one has charged.",
    ),
    "assign.no_way": (
        "空いているロボットから行ける経路がありません。",
        "閉鎖区間と停止中のロボットを確認してください。",
        "No free robot has a way to it.",
        "Look for closures and stopped robots.",
    ),
    "assign.others_first": (
        "急ぎの作業を先に割り当てました。",
        "",
        "More urgent jobs got the free robots.",
        "",
    ),
    "assign.busy": ("作業中または使用不可です。", "", "It is at work or out of service.", ""),
    "assign.no_job": ("割り当てる作業がありません。", "", "There is no job waiting.", ""),
    "assign.no_fitting_job": (
        "このロボットにできる作業がありません。",
        "",
        "No waiting job suits this robot.",
        "",
    ),
    "assign.too_low": (
        "待っている作業には充電が足りません。",
        "充電してください。",
        "Its battery is too low for the waiting jobs.",
        "Let it charge.",
    ),
    "assign.out_of_reach": (
        "待っている作業へ行ける経路がありません。",
        "閉鎖区間と停止中のロボットを確認してください。",
        "It has no way to the waiting jobs.",
        "Look for closures and stopped robots.",
    ),
    "assign.nearer_robot": (
        "ほかのロボットのほうが適していました。",
        "",
        "Other robots suited the waiting jobs better.",
        "",
    ),
}
