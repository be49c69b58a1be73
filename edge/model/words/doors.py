"""Doors that do not let robots through, or do not close behind them."""

from edge.model.words.table import Table

WORDS: Table = {
    "exception.door_late": (
        "扉 {door} が {seconds} 秒たっても開きません。ロボットは通しません。",
        "挟まった物がないか、駆動装置と操作盤を確認してください。開けば自動で再開します。",
        "Door {door} did not open within {seconds} s. No robot is let through.",
        "Look for something in its way, at its drive and its panel. All goes on by itself when it opens.",
    ),
    "exception.door_fault": (
        "扉 {door} が故障を知らせています。ロボットは通しません。",
        "操作盤で故障を解除してください。解除されれば自動で再開します。",
        "Door {door} reports a fault. No robot is let through.",
        "Clear the fault at its panel. All goes on by itself then.",
    ),
    "exception.door_shut": (
        "ロボットを通している間に、扉 {door} が閉まりました。",
        "扉のところへ行き、ロボットと人が挟まれていないか確認し、扉を開けてください。",
        "Door {door} closed while a robot was let through.",
        "Go there: see that no robot and nobody is caught, and open it.",
    ),
    "exception.door_lost": (
        "扉 {door} の入出力ユニット {device} につながりません。ロボットは通しません。",
        "ユニットの電源と LAN を確認してください。つながれば自動で再開します。",
        "The I/O unit {device} of door {door} cannot be reached. No robot is let through.",
        "Check its power and network. All goes on by itself then.",
    ),
    "exception.door_signals": (
        "扉 {door} が「全開」と「全閉」を同時に知らせています。ロボットは通しません。",
        "リミットスイッチと配線を確認してください。",
        "Door {door} says that it is open and closed at once. No robot is let through.",
        "Check its limit switches and their wiring.",
    ),
    "exception.door_ajar": (
        "扉 {door} を閉めようとしましたが、{seconds} 秒たっても閉まりません。開いていればロボットは通します。",
        "挟まった物や開けたままにしている人がいないか、全閉のスイッチと駆動装置を確認してください。閉まれば自動で解決します。",
        "Door {door} was told to close and is not closed after {seconds} s. While it is open, robots go through.",
        "See what keeps it open; else look at its lower switch and its drive. It is settled when it closes.",
    ),
}
