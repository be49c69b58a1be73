"""Lifts that take no robot."""

from edge.model.words.table import Table

WORDS: Table = {
    "exception.lift_late": (
        "リフト {lift} を {floor} 階に呼びましたが、{seconds} 秒たっても来ません。",
        "かごの位置と操作盤を確認してください。来れば自動で再開します。",
        "Lift {lift} was called to floor {floor} and did not come within {seconds} s.",
        "Find its cabin and look at its panel. All goes on by itself when it comes.",
    ),
    "exception.lift_door": (
        "リフト {lift} の扉が {floor} 階で {seconds} 秒たっても開きません。",
        "挟まった物がないか、扉と操作盤を確認してください。開けば自動で再開します。",
        "The doors of lift {lift} did not open on floor {floor} within {seconds} s.",
        "Look for something in their way, at their drive and the panel. All goes on by itself when they open.",
    ),
    "exception.lift_fault": (
        "リフト {lift} が故障を知らせています。ロボットは乗せません。",
        "操作盤で故障を解除してください。解除されれば自動で再開します。",
        "Lift {lift} reports a fault. No robot is let in.",
        "Clear the fault at its panel. All goes on by itself then.",
    ),
    "exception.lift_manual": (
        "リフト {lift} は手動に切り替えられています。ロボットは乗せません。",
        "使い終わったら自動に戻してください。戻れば自動で再開します。",
        "Somebody has taken lift {lift}. No robot is let in.",
        "Give it back to automatic when it is free. All goes on by itself then.",
    ),
    "exception.lift_left": (
        "ロボット {robot} が出入りしている間に、リフト {lift} が {floor} 階で閉まったか、動きました。",
        "すぐに {floor} 階へ行き、ロボットと人が挟まれていないか確認し、扉を開けてください。",
        "Lift {lift} closed or left floor {floor} while robot {robot} was in its door.",
        "Go there at once: see that no robot and nobody is caught, and open it.",
    ),
    "exception.lift_lost": (
        "リフト {lift} の入出力ユニット {device} につながりません。ロボットは乗せません。",
        "ユニットの電源と LAN を確認してください。つながれば自動で再開します。",
        "The I/O unit {device} of lift {lift} cannot be reached. No robot is let in.",
        "Check its power and network. All goes on by itself then.",
    ),
    "exception.lift_signals": (
        "リフト {lift} の信号が矛盾しています(2 つの階に同時にいる、全開と全閉が同時など)。",
        "階のスイッチと扉のスイッチ、配線を確認してください。",
        "The signals of lift {lift} contradict each other: two floors, or open and closed at once.",
        "Check the switches of its floors and doors, and their wiring.",
    ),
    "exception.lift_occupied": (
        "ロボット {robot} がリフト {lift} を使ったまま動けません。他のロボットは乗せません。",
        "{robot} を確認してください。動くか、外へ運んで位置を直せば、自動で再開します。",
        "Robot {robot} has lift {lift} and does not drive. No other robot is let in.",
        "See to {robot}. When it drives, or is carried out and placed anew, all goes on by itself.",
    ),
}
