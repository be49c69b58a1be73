"""Counting a location, and what becomes of a count."""

from edge.model.words.table import Table

WORDS: Table = {
    "count.agreed": ("{place} の棚卸が終わりました。", "", "The count of {place} is done.", ""),
    "count.differs": (
        "{place} の棚卸が終わりました。帳簿との差は責任者が確かめます。",
        "商品はそのままにしてください。",
        "The count of {place} is done. A supervisor looks at what differs from the books.",
        "Leave the goods as they are.",
    ),
    "count.again": (
        "{place} は数が確定しません。",
        "棚をスキャンして、最初から数え直してください。",
        "The count of {place} is not certain yet.",
        "Scan the location and count it all once more.",
    ),
    "count.moved": (
        "数えている間に {place} の商品が動きました。",
        "棚をスキャンして、最初から数え直してください。",
        "Goods moved at {place} while it was counted.",
        "Scan the location and count it all once more.",
    ),
    "count.put_off": (
        "{place} の棚卸を後回しにしました。数えた分は残っています。",
        "しばらくすると、また表示されます。",
        "The count of {place} is put off; what was counted is kept.",
        "It comes back in a while.",
    ),
    "count.restarted": (
        "数えた分を消しました。",
        "最初から数え直してください。",
        "What was counted is cleared.",
        "Count from the beginning.",
    ),
    "count.set": ("{name} を合計 {quantity} 点にしました。", "", "{name}: {quantity} in all now.", ""),
    "count.after_short": ("注文 {orders} の欠品のため", "", "after a short of order {orders}", ""),
    "count.withdrawn": (
        "{place} の棚卸は取りやめになりました。数えた分は使いません。",
        "次の作業に進んでください。",
        "The count of {place} was withdrawn; what was counted is not used.",
        "Go on with the next work.",
    ),
    "count.none_open": (
        "{location} に進行中の棚卸はありません。",
        "帳簿と違った棚卸は、例外の画面で却下してください。",
        "No count of {location} is under way.",
        "A count that differs from the books is dismissed under Exceptions.",
    ),
    "count.why_withdrawn": (
        "棚卸をやめる理由がありません。",
        "理由を選んでください。",
        "A count is withdrawn with a reason.",
        "Choose one.",
    ),
    "count.unknown_request": (
        "棚卸の依頼「{key}」はありません。",
        "棚卸を頼んだときの request_key を確かめてください。",
        "There is no request for counts under the key {key}.",
        "Check the request_key under which the counts were asked for.",
    ),
    "count.known_tag": ("このタグは数えてあります。", "", "This tag is counted already.", ""),
    "count.tag_unknown": (
        "タグ {scanned} の商品は登録がありません。数えていません。",
        "次をスキャンしてください。",
        "The item of tag {scanned} is not known; it is not counted.",
        "Scan on.",
    ),
    "count.tag_other": (
        "タグ {scanned} は商品のタグではありません。数えていません。",
        "次をスキャンしてください。",
        "Tag {scanned} is not on an item; it is not counted.",
        "Scan on.",
    ),
    "count.unknown": (
        "「{scanned}」は登録のないコードです。数えていません。",
        "商品の別のコードをスキャンするか、横に置いて続けてください。",
        '"{scanned}" is not a known code; it is not counted.',
        "Scan another code of the item, or put it aside and go on.",
    ),
    "count.missing": ("棚卸で見つかりませんでした。", "", "A count did not find it.", ""),
    "count.found": ("棚卸で多く見つかりました。", "", "A count found more.", ""),
    "count.moved_since": (
        "数えたあとで {location} の商品が動きました。帳簿は変えていません。",
        "「数え直す」で、もう一度数えてもらってください。",
        "Goods moved at {location} after the count; the books are unchanged.",
        "Have it counted again.",
    ),
    "count.no_reason": (
        "却下の理由がありません。",
        "理由を選んでください。",
        "A count is dismissed with a reason.",
        "Choose one.",
    ),
    "count.decide": (
        "棚卸の差は「解決にする」では終わりません。",
        "帳簿に入れるか、数え直すか、理由を付けて却下してください。",
        "What a count found different is not just solved.",
        "Book the count, have it counted again, or dismiss it with a reason.",
    ),
    "exception.count_differs": (
        "{location} の棚卸が帳簿と {items} 件違います。",
        "帳簿に入れるか、数え直すか、理由を付けて却下してください。",
        "The count of {location} differs from the books ({items}).",
        "Book the count, have it counted again, or dismiss it with a reason.",
    ),
}
