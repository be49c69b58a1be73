"""What `genba check` says besides faults."""

from edge.model.words.table import Table

WORDS: Table = {
    "check.sound": (
        "{file}: サイト {site} に誤りはありません(棚 {locations}、地点 {nodes}、ロボット {robots})。",
        "",
        "{file}: site {site} is sound ({locations} locations, {nodes} nodes, {robots} robots).",
        "",
    ),
    "check.vacant": (
        "ロボットの場所 {places} は空きです。監督者がロボットを就役させ、サイトファイルではなく記録がそれを覚えます。",
        "",
        "Places {places} name no machine: supervisors take one into service there, and the database remembers which.",
        "",
    ),
    "check.more": ("ほかに {count} 件あります。", "", "And {count} more.", ""),
    "check.which": (
        "どのサイトファイルか指定してください。",
        "例: genba check config/demo.yaml",
        "Name the site file.",
        "For example: genba check config/demo.yaml",
    ),
}
