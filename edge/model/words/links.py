"""Why the link to a device is lost; edge/model/causes.py finds which it is."""

from edge.model.words.table import Table

WORDS: Table = {
    "link.up": ("つながりました。", "", "Connected.", ""),
    "link.down": ("つながっていません。{why}({error})", "", "Not connected. {why} ({error})", ""),
    "link.occupied": (
        "ほかのプログラムがリーダーを使っています。リーダーにつながるのは一度に 1 つです。",
        "要らないほう(genba watch の間はエッジ)を止めてください。30 秒ごとに試します。",
        "Another program holds the reader, which takes one at a time.",
        "Stop the one that is not wanted (for `genba watch`, the edge); it is tried again every 30 s.",
    ),
    "link.unauthorized": (
        "ユーザー名かパスワードが違うため、接続を断られました。",
        "サイトファイルの user と、secret が指すパスワードを確認してください。30 秒ごとに試します。",
        "It does not let us in: the user or the password is wrong.",
        "Check `user` in the site file and the password that its `secret` names; it is tried again every 30 s.",
    ),
    "link.certificate": (
        "証明書を確認できません。",
        "リーダーの証明書に署名した認証局の PEM ファイルを ca_file に書いてください。",
        "Its certificate cannot be verified.",
        "Name the PEM file of the authority that signed it as `ca_file`.",
    ),
    "link.refuses": (
        "機器が要求を断りました。",
        "機器側の設定と、ほかの端末から操作していないかを確認してください。",
        "It refuses what it is asked.",
        "Check its settings, and that nobody else operates it.",
    ),
    "link.busy_port": (
        "ほかのプログラムがこのシリアルポートを使っています。",
        "要らないほう(genba watch の間はエッジ)を止めてください。",
        "Another program has this serial port open.",
        "Stop the one that is not wanted (for `genba watch`, the edge).",
    ),
    "link.forbidden": (
        "このポートを開く権限がありません。",
        "ユーザーを dialout グループに加え、ログインし直してください。",
        "This user may not open the port.",
        "Add it to the group dialout and log in again.",
    ),
    "link.no_port": (
        "このシリアルポートはありません。",
        "USB の差し込みと、/dev/serial/by-id/ の名前を確認してください。",
        "There is no such serial port.",
        "Check the USB plug, and the names in /dev/serial/by-id/.",
    ),
    "link.refused": (
        "アドレスに機器はありますが、このポートを開いていません。",
        "ポート番号と機器の設定を確認し、1 台しかつながらない機器なら、ほかの接続を切ってください。",
        "Something is at the address, but this port is closed.",
        "Check the port number and the device's settings; if it takes one client only, end the other connection.",
    ),
    "link.no_name": (
        "このホスト名は見つかりません。",
        "名前を確認するか、IP アドレスを書いてください。",
        "Nobody knows this host name.",
        "Check it, or write the IP address.",
    ),
    "link.no_route": (
        "このアドレスへ届きません。",
        "LAN ケーブル、電源、サブネットと VLAN を確認してください。",
        "The address cannot be reached.",
        "Check cable, power, subnet and VLAN.",
    ),
    "link.nobody": (
        "このアドレスとポートから応答がありません。",
        "電源、LAN ケーブル、IP アドレス、ポートを確認してください。",
        "Nobody answers at this address and port.",
        "Check power, cable, IP address and port.",
    ),
    "link.closed": (
        "機器が接続を切りました。",
        "機器の電源を確認し、1 台しかつながらない機器なら、ほかの接続を切ってください。",
        "The device closed the connection.",
        "Check its power; if it takes one client only, end the other connection.",
    ),
    "link.silent": (
        "時間内に応答がありません。",
        "電源、ケーブル、アドレス、機器の通信設定を確認してください。",
        "No answer in time.",
        "Check power, cable, address and the device's communication settings.",
    ),
    "link.no_unit": (
        "ゲートウェイの先のユニットが応答しません。",
        "ユニット番号と、その先の配線・電源を確認してください。",
        "The unit behind the gateway does not answer.",
        "Check the unit number, and its wiring and power.",
    ),
    "link.heartbeat": (
        "ハートビートが止まりました。",
        "PLC のプログラムが動いているか確認してください。",
        "The heartbeat stopped.",
        "See whether the PLC's program runs.",
    ),
    "link.other": (
        "接続できません。",
        "電源、ケーブル、設定を確認してください。",
        "The link does not work.",
        "Check power, cable and settings.",
    ),
}
