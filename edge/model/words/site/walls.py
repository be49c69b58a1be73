"""Put walls and their slots."""

from edge.model.words.table import Table

WORDS: Table = {
    "site.wall_bare": (
        "種まき棚 {station} に間口がありません。",
        "put_walls に id: {station} と packs、slots を書いてください。",
        "Put wall {station} has no slots.",
        "Write it in put_walls, with id: {station}, packs and slots.",
    ),
    "site.slot_name": (
        "間口「{id}」と同じ ID のものが、棚・ステーション・ドック・トート・別の間口にあります。",
        "ラベルを読んだときに区別できる ID にしてください。",
        "Slot '{id}' is also a location, a station, a dock, a tote or another slot.",
        "Give it an id of its own: its label is scanned.",
    ),
    "site.slot_no_io": (
        "灯やボタンがありますが、どの機器の信号か書かれていません。",
        "io に Modbus 機器の ID を書いてください。",
        "It has lights or a button, and no unit that they hang at.",
        "Name the Modbus device in io.",
    ),
    "site.slot_point_taken": (
        "{device} の信号「{id}」は間口 {slot} でも使われています。",
        "間口ごとに別の信号を書いてください。",
        "Point '{id}' of device {device} is used by slot {slot} too.",
        "Give each slot its own points.",
    ),
    "site.slot_value": (
        "{device} の信号「{id}」には {value} を書けません。",
        "表示器には数値の信号(holding、type: uint16 など)を書き、values を確かめてください。",
        "Point '{id}' of device {device} cannot show {value}.",
        "Use a point of numbers (holding, type: uint16), and check values.",
    ),
    "site.slot_no_pulse": (
        "{device} の信号「{id}」はボタンになりません。",
        "オンとオフの信号か、counter のある信号を書いてください。",
        "Point '{id}' of device {device} is no button.",
        "Name a point that is on or off, or a counter.",
    ),
}
