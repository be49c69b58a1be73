"""Orders of the WMS that cannot be taken or changed, and how they ended."""

from edge.model.words.table import Table

WORDS: Table = {
    "order.unknown_owner": (
        "荷主 {owner} はこのサイトに登録されていません。",
        "荷主コードを確認してください。",
        "Owner {owner} is not known at this site.",
        "Check the owner code.",
    ),
    "order.unknown_sku": (
        "商品 {sku} は登録されていません。",
        "先に商品マスターを送ってください。",
        "Item {sku} is not known.",
        "Send its master data first.",
    ),
    "order.discontinued": (
        "商品 {sku} は販売終了です。",
        "この明細を外してください。",
        "Item {sku} is discontinued.",
        "Leave this line out.",
    ),
    "order.unknown_carrier": (
        "運送会社 {carrier} はこのサイトにありません。",
        "運送会社コードを確認してください。",
        "Carrier {carrier} does not serve this site.",
        "Check the carrier code.",
    ),
    "order.no_lines": ("明細がありません。", "明細を付けてください。", "The order has no lines.", "Give it lines."),
    "order.double_line": (
        "明細番号 {line} が重複しています。",
        "明細番号を分けてください。",
        "Line number {line} stands twice.",
        "Number the lines apart.",
    ),
    "order.unknown": (
        "注文 {order} は見つかりません。",
        "注文番号を確認してください。",
        "There is no order {order}.",
        "Check the order key.",
    ),
    "order.too_late": (
        "注文 {order} は {at} に出荷済みです。",
        "返品として扱ってください。",
        "Order {order} left at {at}.",
        "Treat it as a return.",
    ),
    "order.ended": (
        "注文 {order} は終了しています({state})。",
        "状態を確認してください。",
        "Order {order} has ended ({state}).",
        "Look at its state.",
    ),
    "order.ended_at_wms": (
        "復元で経過が失われ、WMS では終了しています。",
        "現物と在庫を確認してください。",
        "The restore lost its story; for the WMS it has ended.",
        "Look at the goods and the stock.",
    ),
    "order.labelled": (
        "注文 {order} の送り状は印刷済みです。",
        "先に取消しを依頼してください。",
        "The label of order {order} is already printed.",
        "Ask for its cancellation instead.",
    ),
    "order.no_stock": (
        "引き当てられる在庫がありません。",
        "入荷を確認してください。",
        "There is no stock to allocate.",
        "Check what is to be received.",
    ),
    "order.at_gate": (
        "荷物がゲートを通過中です。",
        "通過の結果で決まります。",
        "The parcel is going through the gate.",
        "The gate decides.",
    ),
}
