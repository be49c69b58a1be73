"""Devices that cannot be reached, or do not do as they are told."""

from edge.model.words.table import Table

WORDS: Table = {
    "exception.device_lost": (
        "機器 {device} につながりません。",
        "電源と LAN を確認してください。",
        "Device {device} cannot be reached.",
        "Check its power and network.",
    ),
    "exception.device_flaps": (
        "機器 {device} が {minutes} 分間に {count} 回切れました。",
        "ケーブル、コネクター、電源、無線の電波を確認してください。",
        "Device {device} was lost {count} times in {minutes} min.",
        "Check cable, plug, power supply or radio.",
    ),
    "exception.wish_dropped": (
        "{device} の {point} を {value} にできないまま期限が過ぎたため、取りやめました。",
        "機器と現場を確認し、必要ならもう一度操作してください。",
        "{point} of {device} could not become {value} in time; it was given up.",
        "Look at the device and the floor; repeat it if it is still wanted.",
    ),
    # --- RFID readers
    "exception.antenna_lost": (
        "リーダー {device} のアンテナが外れました ({detail})。",
        "ケーブルとコネクターを確認し、直したら完了にしてください。",
        "Reader {device} lost an antenna ({detail}).",
        "Check cable and plug, then settle this.",
    ),
    "exception.antenna_quiet": (
        "ゲート {gate}: リーダー {device} のアンテナ {antenna} が続けて何も読んでいません。",
        "ケーブル、コネクター、向きを確認してください。また読めれば自動で完了します。",
        "Gate {gate}: antenna {antenna} of reader {device} has read nothing for many loads.",
        "Check its cable, its plug and where it points; this ends by itself when it reads again.",
    ),
    "exception.reads_lost": (
        "リーダー {device} の読み取りが失われました ({detail})。",
        "その間にゲートを通った荷物や、前にある荷物を確認してください。",
        "Reads of reader {device} were lost ({detail}).",
        "Check what went through its gate meanwhile, or stands before it.",
    ),
    "exception.reader_full": (
        "リーダー {device} の記憶域がいっぱいになりかけています ({detail})。",
        "ネットワークを確認してください。このままでは読み取りが失われます。",
        "The memory of reader {device} is filling ({detail}).",
        "Check the network: reads will be lost.",
    ),
    "exception.reader_refuses": (
        "リーダー {device} が設定を受け付けません ({detail})。",
        "サイトファイルのアンテナ番号と機種を確認してください。",
        "Reader {device} refuses what it is told ({detail}).",
        "Check its antennas and model in the site file.",
    ),
}
