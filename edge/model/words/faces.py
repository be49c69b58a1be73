"""Lights and buttons at locations."""

from edge.model.words.table import Table

WORDS: Table = {
    "face.not_lit": (
        "{slot} は光っていません。何も記録していません。",
        "自分の色で光った棚のボタンを押してください。光らないときは棚番をスキャンしてください。",
        "{slot} is not lit; nothing was counted.",
        "Press where your colour is lit; scan the location if it stays dark.",
    ),
    "exception.face_button": (
        "{location} のボタンが押されたままです。",
        "ボタンと配線を見てください。その間、{location} は棚番をスキャンして作業できます。",
        "The button at {location} stays pressed.",
        "Look at button and wire; meanwhile the label of {location} is scanned instead.",
    ),
}
