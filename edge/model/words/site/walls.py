"""Put walls and their slots, and lights at locations."""

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
        "{device} の信号「{id}」は「{slot}」でも使われています。",
        "間口や棚ごとに別の信号を書いてください。信号名の {{n}} は番号に置き換わります。",
        "Point '{id}' of device {device} is used by '{slot}' too.",
        "Give each slot and location points of its own; {{n}} in a name is the number.",
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
    "site.no_location": (
        "棚「{id}」がありません。",
        "locations にある ID を書いてください。",
        "There is no location '{id}'.",
        "Name one of locations.",
    ),
    "site.face_bare": (
        "灯も表示器もボタンもありません。",
        "lights、display、button のどれかに信号名を書いてください。",
        "It has neither lights nor a display nor a button.",
        "Name their points in lights, display or button.",
    ),
    "site.face_no_display": (
        "press: units では表示器が要ります。押した人は、表示された数だけ取ったことになります。",
        "display に信号名を書くか、press を location にしてください。",
        "With press: units it needs a display: whoever presses has taken what is shown.",
        "Name its point in display, or let press be location.",
    ),
    "site.face_twice": (
        "棚「{id}」には灯がもう付いています。",
        "1つの棚は1回だけ書いてください。",
        "Location '{id}' has lights already.",
        "Write each location once.",
    ),
    "site.point_series": (
        "信号「{id}」: 続き番号の信号には、名前の {{n}} と count の両方が要ります。",
        "lamp_{{n}} のような名前と count: 120 を書くか、両方とも消してください。",
        "Point '{id}': a series of points needs both {{n}} in its name and count.",
        "Write a name such as lamp_{{n}} and count: 120, or neither.",
    ),
}
