"""Points of a Modbus unit, as drivers/modbus/points.py finds them."""

from edge.model.words.table import Table

WORDS: Table = {
    "point.numbered": (
        "{address} はマニュアルの番号で、通信上のアドレスではありません。",
        "address: {short} と base: 1 を書いてください。本当に 0 から数えた番号なら base: 0 を書き足してください。",
        "{address} is a number of the manual, not an address on the wire.",
        "Write address: {short} and base: 1; if it is counted from 0 after all, add base: 0.",
    ),
    "point.outside": (
        "通信上のアドレスが {address} になり、0〜65535 に収まりません。",
        "address と base を確認してください。1 から数えるとき 0 番はなく、32 ビットの値は 2 語を使います。",
        "On the wire it would be address {address}, outside 0 to 65535.",
        "Check address and base: counted from 1 there is no 0, and a 32-bit value takes two words.",
    ),
    "point.bits": (
        "{table} は 1 ビットで、数値ではありません。",
        "type を消すか、table を holding か input にしてください。",
        "A {table} is a single bit and no number.",
        "Leave type away, or use table holding or input.",
    ),
    "point.bit": (
        "bit は holding か input の 1 語から 1 ビットを選びます。",
        "type を消し、table を確認してください。",
        "bit picks one bit of a word of holding or input.",
        "Leave type away and check table.",
    ),
    "point.counter": (
        "counter にできるのは uint16 と uint32 だけです。",
        "type を直すか、counter を消してください。",
        "Only a uint16 or uint32 can be a counter.",
        "Correct type, or leave counter away.",
    ),
    "point.scale": (
        "scale が 0 です。",
        "レジスターの 1 がいくつにあたるかを書いてください。",
        "scale is 0.",
        "Write what a 1 in the register is worth.",
    ),
    "point.no_output": (
        "出力ではないので、safe、valid、write_bits は使えません。",
        "出力は coil と、bit のない holding です。",
        "It is no output and has no safe, valid or write_bits.",
        "Outputs are points of coil, and those of holding without bit.",
    ),
    "point.write_bits": (
        "write_bits は holding の uint16 だけで使えます。",
        "type を直すか、write_bits を消してください。",
        "Only a uint16 of holding has write_bits.",
        "Correct type, or leave write_bits away.",
    ),
    "point.unfit": (
        "{value} は {type} に入りません。",
        "safe と scale を確認してください。",
        "{value} does not fit {type}.",
        "Check safe and scale.",
    ),
}
