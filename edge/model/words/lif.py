"""Layout files of robot makers (LIF): what keeps one from being read, and what of it is left out."""

from edge.model.words.table import Table

WORDS: Table = {
    "lif.unread": (
        "ファイルを読めません({error})。",
        "名前と所有者を確認してください。",
        "The file cannot be read ({error}).",
        "Check name and owner.",
    ),
    "lif.unwritten": (
        "ファイルに書けません({error})。",
        "フォルダーと所有者を確認してください。",
        "The file cannot be written ({error}).",
        "Check folder and owner.",
    ),
    "lif.broken": (
        "LIF ファイルではありません: {error}",
        "ロボットメーカーのツールから LIF で書き出し直してください。",
        "This is no LIF file: {error}",
        "Export it again from the maker's tool, as LIF.",
    ),
    "lif.several_layouts": (
        "レイアウトが {count} 件あります({named})。",
        "--layout でひとつ選んでください。",
        "The file has {count} layouts ({named}).",
        "Say which one with --layout.",
    ),
    "lif.no_layout": (
        "レイアウト {wanted} はありません。あるのは: {named}",
        "--layout にこの中のひとつを指定してください。",
        "The file has no layout {wanted}, only: {named}",
        "Name one of these with --layout.",
    ),
    "lif.several_types": (
        "車両の型が {count} 件あります({named})。",
        "--vehicle でひとつ選んでください。",
        "The file has {count} vehicle types ({named}).",
        "Say which one with --vehicle.",
    ),
    "lif.no_type": (
        "車両の型 {wanted} はありません。あるのは: {named}",
        "--vehicle にこの中のひとつを指定してください。",
        "The file has no vehicle type {wanted}, only: {named}",
        "Name one of these with --vehicle.",
    ),
    "lif.no_node": (
        "レイアウト {layout} に、選んだ車両の型のノードがありません。",
        "別の型を選ぶか、メーカーのツールでノードに型を割り当ててください。",
        "Layout {layout} has no node for the chosen vehicle type.",
        "Choose another, or have the maker's tool give the nodes this type.",
    ),
    "lif.several_maps": (
        "レイアウト {layout} は {count} 枚の地図にまたがっています({named})。",
        "地図ごとに書き出し直してください。読めるのは 1 枚です。",
        "Layout {layout} is on {count} maps ({named}).",
        "Export each map by itself: one is read.",
    ),
    "lif.misfit": (
        "レイアウト {layout} の {where}: {value} はサイトファイルに使えません({error})。",
        "レイアウトの側で直してください。ロボットも同じ名前を知っている必要があります。",
        "Layout {layout}, {where}: {value} fits no site file ({error}).",
        "Have it changed in the layout: the robot must know the same name.",
    ),
    "lif.curve": (
        "エッジ {edge} の曲線が正しくありません: {error}",
        "メーカーのツールで曲線を直してください。",
        "The curve of edge {edge} is wrong: {error}",
        "Have it mended in the maker's tool.",
    ),
    "lif.outside": (
        "エッジ {edge} は使いません。{node} がこのレイアウトと車両の型のノードにありません。",
        "必要なら、メーカーのツールでノードを足してください。",
        "Edge {edge} is left out: {node} is no node of this layout and vehicle type.",
        "If it is needed, add the node in the maker's tool.",
    ),
    "lif.empty_only": (
        "エッジ {edge} は使いません。荷物を載せて走れません。",
        "荷物を運ぶ道なら、メーカーのツールで許可してください。",
        "Edge {edge} is left out: it may not be driven with a load.",
        "If loads go there, allow it in the maker's tool.",
    ),
}
