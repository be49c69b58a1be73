"""Stations and docks that are missing, or that robots cannot stop for."""

from edge.model.words.table import Table

WORDS: Table = {
    "site.also_not_here": (
        "also を書けるのは kind が pack・wall・tote のステーションだけです。",
        "also を消してください。",
        "Only stations of kind pack, wall or tote have further stops.",
        "Remove also.",
    ),
    "site.also_joined": (
        "{node} はこのステーションの別の停止位置と車線でつながっています。",
        "車線でつながらない部分ごとに 1 つだけ書いてください。",
        "Lanes join {node} to another stop of this station.",
        "Name one node in each part of the roadmap.",
    ),
    "site.part_no_stop": (
        "{robot} はこの梱包場所に止まれません。注文は両方の部分から集まることがあります。",
        "also に {robot} の側のノードを書いてください。",
        "{robot} cannot stop for this pack station, and an order may come from both parts.",
        "Name a node on the side of {robot} at also.",
    ),
    "site.part_lacks": (
        "{robot} が行ける kind が {kind} のステーションがありません。",
        "{robot} の側に追加してください。",
        "{robot} can reach no station of kind {kind}.",
        "Add one on its part of the roadmap.",
    ),
    "site.no_pack": (
        "梱包ステーションがありません。",
        "kind が pack のステーションを追加してください。",
        "There is no pack station.",
        "Add a station of kind pack.",
    ),
    "site.no_totes": (
        "トート置き場がありません。",
        "ロボットがトートを積む、kind が tote のステーションを追加してください。",
        "There is no tote station.",
        "Add a station of kind tote, where robots take totes.",
    ),
    "site.no_charger": (
        "ロボットの充電場所がありません。",
        "kind が charge のステーションを追加してください。",
        "The robots have no charger.",
        "Add a station of kind charge.",
    ),
    "site.no_dock": (
        "この運送会社のドックがありません。",
        "どれかのドックの carriers に追加してください。",
        "No dock serves this carrier.",
        "Add it to the carriers of a dock.",
    ),
}
