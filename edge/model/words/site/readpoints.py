"""Read points."""

from edge.model.words.table import Table

WORDS: Table = {
    "site.read_at_gate": (
        "リーダー {reader} はゲート {gate} のものです。",
        "読取ポイントには別のリーダーを書いてください。",
        "Reader {reader} belongs to gate {gate}.",
        "Give the read point a reader of its own.",
    ),
    "site.read_taken": (
        "リーダー {reader} は読取ポイント {point} にもうあります。",
        "1 台のリーダーは 1 つの読取ポイントに 1 回だけ書いてください。",
        "Reader {reader} stands at read point {point} already.",
        "Name a reader once, at one read point.",
    ),
    "site.read_no_begin": (
        "読取ポイント {point} の読み取りがいつ始まるか分かりません。",
        "repeat(何秒ごとか)か、start(始まりの信号)を書いてください。",
        "Nothing begins a cycle of read point {point}.",
        "Write repeat, in seconds, or a signal as start.",
    ),
    "site.read_no_end": (
        "読取ポイント {point} の読み取りがいつ終わるか分かりません。",
        "duration か stable(秒)、stop(終わりの信号)、data_available: true のどれかを書いてください。",
        "Nothing ends a cycle of read point {point}.",
        "Write duration or stable, in seconds, a signal as stop, or data_available: true.",
    ),
    "site.read_no_io": (
        "読取ポイント {point} の信号がどの機器のものか分かりません。",
        "io に Modbus 機器の ID を書いてください。",
        "Read point {point} has a signal, but no device to read it from.",
        "Name the Modbus device as io.",
    ),
    "site.read_gone_after": (
        "タグが何秒読めなければ無くなったとするのか分かりません。",
        "0〜86400 の秒数(例: 60)か、最短と最長(例: {{least: 20, most: 120}})を書いてください。",
        "This does not say after how many seconds of silence a tag is gone.",
        "Write seconds from 0 to 86400, as 60, or the least and the most, as {{least: 20, most: 120}}.",
    ),
    "site.read_least_above_most": (
        "最短 {least} 秒が最長 {most} 秒より長くなっています。",
        "least を most 以下にしてください。同じ秒数なら、いつもその秒数だけ待ちます。",
        "The least, {least} s, is longer than the most, {most} s.",
        "Let least be no more than most; where both are alike, it is a fixed time.",
    ),
    "site.bad_pattern": (
        "タグのパターンとして読めません(「{part}」のところ)。",
        "urn:epc:pat:sgtin-96:*.4912345.*.*、urn:epc:idpat:sscc:4912345.*、hex:3034 のように書いてください。",
        "This is no pattern of tags; what does not hold is '{part}'.",
        "Write it as urn:epc:pat:sgtin-96:*.4912345.*.*, urn:epc:idpat:sscc:4912345.* or hex:3034.",
    ),
}
