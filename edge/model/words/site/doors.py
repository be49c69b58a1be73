"""Doors."""

from edge.model.words.table import Table

WORDS: Table = {
    "site.door_no_lane": (
        "通路「{lane}」はありません。",
        "roadmap の通路を「地点>地点」の形で書いてください。",
        "There is no lane '{lane}'.",
        "Write a lane of the roadmap as FROM>TO.",
    ),
    "site.door_lane_taken": (
        "通路「{lane}」には扉 {door} がもうあります。",
        "1 つの通路には扉を 1 つだけ書いてください。逆方向は自動で含まれます。",
        "Door {door} stands on lane '{lane}' already.",
        "Let one door stand on a lane; the other way is meant as well.",
    ),
    "site.door_in_row": (
        "扉の通路「{lane}」と「{other}」が続いています。ロボットが扉の中で待つことになります。",
        "扉をまたぐ通路だけを書いてください。",
        "The lanes '{lane}' and '{other}' of this door follow each other: a robot would wait in the door.",
        "Name only the lanes that cross it.",
    ),
    "site.door_one_signal": (
        "{first} と同じ信号「{point}」です。",
        "別々の信号を書いてください。",
        "It is the same point '{point}' as {first}.",
        "Name a point of its own.",
    ),
    "site.door_no_bit": (
        "{device} の信号「{id}」はオンとオフの信号ではありません。",
        "coil か discrete の信号、または bit のある信号を書いてください。",
        "Point '{id}' of device {device} is not on or off.",
        "Name a point of coil or discrete, or one with bit.",
    ),
    "site.door_not_left": (
        "Genba が止まると、{device} の信号「{id}」が切られ、ロボットの上で扉が閉まります。",
        "この信号に safe: null を書き、valid を消してください。",
        "Point '{id}' of device {device} is switched off when Genba stops, and the door closes on a robot.",
        "Give that point safe: null, and no valid.",
    ),
    "site.door_two_commands": (
        "{device} の信号「{id}」は扉 {door} も開けます。",
        "扉ごとに別の出力を書くか、1 つの扉としてその通路をまとめて書いてください。",
        "Point '{id}' of device {device} opens door {door} too.",
        "Give each door its own output, or write one door with the lanes of both.",
    ),
    "site.door_managed": (
        "ロボットはメーカーの管理システムが動かすため、Genba は扉を通せません。",
        "doors を消し、扉は管理システムに設定してください。",
        "The robots are driven by their maker's manager, so Genba cannot hold them at a door.",
        "Remove doors, and set them up at that manager.",
    ),
}
