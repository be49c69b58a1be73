"""Devices: their addresses, and points that do not suit what they are for."""

from edge.model.words.table import Table

WORDS: Table = {
    "site.bad_code": (
        "コードのパターンとして読めません(「{part}」のところ)。",
        "{{item}} を入れて、「{{item}}/{{lot}}/{{expiry:6}}」や「2{{item:6}}{{skip:5}}{{check}}」のように書きます。",
        "This is no pattern of a code; what does not hold is '{part}'.",
        "Write it with {{item}}, such as '{{item}}/{{lot}}/{{expiry:6}}' or '2{{item:6}}{{skip:5}}{{check}}'.",
    ),
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
    "site.gate_no_direction": (
        "ゲート {gate} は光電センサーが 1 つだけで、通る向きが分かりません。",
        "inner に 2 つ目のセンサーの信号を書くか、antennas に内側と外側のアンテナを書いてください。",
        "Gate {gate} has one photo-eye and cannot tell which way something passes.",
        "Name the point of a second one as inner, or the antennas inside and outside as antennas.",
    ),
    "site.antenna_on_both_sides": (
        "アンテナ {antenna} が内側と外側の両方にあります。",
        "どちらか一方にしてください。",
        "Antenna {antenna} is on both sides.",
        "Leave it on one.",
    ),
    "site.no_antenna": (
        "リーダー {reader} にアンテナ {antenna} はありません。",
        "リーダーの antennas に足すか、番号を直してください。",
        "Reader {reader} has no antenna {antenna}.",
        "Add it to the reader's antennas, or name another.",
    ),
    "site.antennas_silent": (
        "リーダー {reader} ではタグが 1 度答えると 5 秒黙るため、アンテナの順で向きが分かりません。",
        "リーダーに session: 0 と書いてください。",
        "At reader {reader} a tag that has answered keeps silent for 5 s, so the order of antennas tells no direction.",
        "Give the reader session: 0.",
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
    "site.outputs_overlap": (
        "{device} の信号「{id}」は「{other}」と同じコイルかレジスターに書きます。",
        "address(と、続き番号の信号では count と step)を見直してください。",
        "Point '{id}' of device {device} writes the same coil or register as '{other}'.",
        "Look at their address, and at count and step of points in a row.",
    ),
    "site.not_output": (
        "{device} の信号「{id}」は出力ではありません。",
        "coil か、bit のない holding の信号を書いてください。",
        "Point '{id}' of device {device} is no output.",
        "Name a point of coil, or one of holding without bit.",
    ),
}
