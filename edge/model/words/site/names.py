"""Names that stand twice, or for nothing in the file."""

from edge.model.words.table import Table

WORDS: Table = {
    "site.used_twice": (
        "「{id}」が 2 回使われています(最初は #{first})。",
        "別々にしてください。",
        "'{id}' is used twice (first at #{first}).",
        "Give each its own.",
    ),
    "site.no_carrier": (
        "運送会社「{id}」はありません。",
        "carriers にある ID を書くか、追加してください。",
        "There is no carrier '{id}'.",
        "Use an id from carriers, or add it there.",
    ),
    "site.epcis_nameless": (
        "epcis に gln も base もなく、何も名乗れません。",
        "サイトの gln か、自社のアドレスを base に書いてください。",
        "epcis has neither gln nor base, so nothing has a name.",
        "Write the site's gln, or an address of your own as base.",
    ),
    "site.epcis_no_prefix": (
        "epcis がありますが、荷物の SSCC に使う自社の GS1 事業者コードが決まっていません(見本は {prefix})。",
        "rules に company_prefix を書いてください。",
        "There is epcis, and no GS1 company prefix of your own for the SSCC of parcels (the sample's is {prefix}).",
        "Write it as company_prefix in rules.",
    ),
    "site.epcis_one_name": (
        "「{id}」という ID の場所が 2 つあり、EPCIS では同じ場所になります。",
        "ゲート、ステーション、読取ポイント、ロケーションの ID を別々にしてください。",
        "Two places have the id '{id}': in EPCIS they would be one.",
        "Give gates, stations, read points and locations ids of their own.",
    ),
    "site.no_owner": (
        "荷主「{id}」はありません。",
        "owners にある ID を書くか、追加してください。",
        "There is no owner '{id}'.",
        "Use an id from owners, or add it there.",
    ),
    "site.no_zone": (
        "ゾーン「{id}」はありません。",
        "zones にある ID を書くか、追加してください。",
        "There is no zone '{id}'.",
        "Use an id from zones, or add it there.",
    ),
    "site.no_node": (
        "地点「{id}」はありません。",
        "roadmap の nodes にある ID を書くか、追加してください。",
        "There is no node '{id}'.",
        "Use an id from the nodes of roadmap, or add it there.",
    ),
    "site.no_robot_type": (
        "ロボットの種類「{id}」はありません。",
        "robot_types にある ID を書くか、追加してください。",
        "There is no robot type '{id}'.",
        "Use an id from robot_types, or add it there.",
    ),
    "site.no_home": (
        "待機場所・充電場所「{id}」はありません。",
        "kind が park か charge のステーションの ID を書くか、追加してください。",
        "There is no park or charge station '{id}'.",
        "Use the id of a station of kind park or charge, or add it.",
    ),
    "site.no_map": (
        "地図「{id}」は roadmap で使っていません。",
        "roadmap の map と同じ ID({map})を書いてください。",
        "The roadmap uses no map '{id}'.",
        "Write the id that stands at map of roadmap ({map}).",
    ),
    "site.no_station": (
        "ステーションにもドックにも「{id}」はありません。",
        "stations か docks にある ID を書くか、追加してください。",
        "There is no station or dock '{id}'.",
        "Use an id from stations or docks, or add it there.",
    ),
    "site.no_gate": (
        "ゲート「{id}」はありません。",
        "gates にある ID を書くか、追加してください。",
        "There is no gate '{id}'.",
        "Use an id from gates, or add it there.",
    ),
    "site.no_scale": (
        "はかり「{id}」はありません。",
        "kind が scale か modbus の機器の ID を書くか、追加してください。",
        "There is no scale '{id}'.",
        "Use the id of a device of kind scale or modbus, or add it.",
    ),
    "site.no_printer": (
        "プリンター「{id}」はありません。",
        "kind が zpl の機器の ID を書くか、追加してください。",
        "There is no printer '{id}'.",
        "Use the id of a device of kind zpl, or add it.",
    ),
    "site.no_reader": (
        "RFID リーダー「{id}」はありません。",
        "kind が rfid の機器の ID を書くか、追加してください。",
        "There is no RFID reader '{id}'.",
        "Use the id of a device of kind rfid, or add it.",
    ),
    "site.no_io": (
        "入出力ユニット「{id}」はありません。",
        "kind が modbus の機器の ID を書くか、追加してください。",
        "There is no Modbus device '{id}'.",
        "Use the id of a device of kind modbus, or add it.",
    ),
    "site.no_point": (
        "機器 {device} に信号「{id}」はありません。",
        "その機器の points にある名前を書くか、追加してください。",
        "Device {device} has no point '{id}'.",
        "Use the name of one of its points, or add it.",
    ),
    "site.no_wall": (
        "kind が wall のステーション「{id}」はありません。",
        "種まき棚の id は、そのステーションの ID です。stations に追加してください。",
        "There is no station of kind wall '{id}'.",
        "The id of a put wall is that of its station: add it to stations.",
    ),
    "site.no_pack_station": (
        "梱包ステーション「{id}」はありません。",
        "kind が pack のステーションの ID を書いてください。",
        "There is no pack station '{id}'.",
        "Use the id of a station of kind pack.",
    ),
    "site.no_profile": (
        "機種「{profile}」の定義はありません。",
        "{known} のどれかを書くか、points を書いてください。",
        "There is no profile '{profile}'.",
        "Write one of {known}, or the points themselves.",
    ),
    "site.no_protocol": (
        "種類が {kind} の機器に protocol「{protocol}」はありません。",
        "使えるもの: {known}。「-」なら protocol の行を消してください。",
        "A device of kind {kind} has no protocol '{protocol}'.",
        "It may be: {known}. If that is '-', take the line out.",
    ),
}
