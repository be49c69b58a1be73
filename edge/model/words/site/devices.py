"""Devices: their addresses, and points that do not suit what they are for."""

from edge.model.words.table import Table

WORDS: Table = {
    "site.one_eye": (
        "inner と outer が同じ信号「{point}」です。",
        "2 つの光電センサーの信号を書いてください。",
        "inner and outer are the same point '{point}'.",
        "Name the points of two photo-eyes.",
    ),
    "site.one_light": (
        "green と red が同じ信号「{point}」です。",
        "2 つのランプの信号を書いてください。",
        "green and red are the same point '{point}'.",
        "Name the points of two lights.",
    ),
    "site.no_weight": (
        "{device} の信号「{id}」は重さではありません。",
        "type: uint16 などの数値の信号にし、1 g になるよう scale を書いてください。",
        "Point '{id}' of device {device} is no weight.",
        "Make it a number (type: uint16 or the like), with the scale that gives grams.",
    ),
    "site.same_address": (
        "{device} と同じアドレスです。",
        "別々にしてください。1 本の Modbus 回線では unit を別々にします。",
        "{device} has the same address.",
        "Give each its own; on one Modbus line, its own unit.",
    ),
    "site.wrong_way": (
        "この機器はこの形のアドレスではつながりません。",
        "例: {forms}。リーダーの protocol も確認してください。",
        "This device is not reached by such an address.",
        "For example: {forms}. Check the `protocol` of a reader too.",
    ),
    "site.line_differs": (
        "{device} と同じ回線なのに、アドレスの設定が違います。",
        "1 本の回線のすべての機器に、同じアドレスを書いてください。",
        "It shares a line with {device}, with other settings.",
        "Give every unit of one line the same address.",
    ),
    "site.not_output": (
        "{device} の信号「{id}」は出力ではありません。",
        "coil か、bit のない holding の信号を書いてください。",
        "Point '{id}' of device {device} is no output.",
        "Name a point of coil, or one of holding without bit.",
    ),
}
