"""What the WMS does not take, or does not say."""

from edge.model.words.table import Table

WORDS: Table = {
    "host.not_parked": (
        "{subject} に保留中の報告はありません。",
        "画面を更新してください。",
        "No report on {subject} is parked.",
        "Refresh the page.",
    ),
    "exception.unresolved": (
        "{about} の報告を WMS が受け取ったか分かりません: {error}",
        "WMS で確認してください。再送しても二重にはなりません。",
        "It is not known whether the WMS took a report on {about}: {error}",
        "Look it up there; to send it again does not book it twice.",
    ),
    "exception.parked": (
        "WMS が {about} の報告を拒否しました: {error}",
        "内容を確認し、再送または破棄してください。",
        "The WMS refused a report on {about}: {error}",
        "Look at it, then send again or discard.",
    ),
    "exception.wms_down": (
        "WMS に {minutes} 分つながっていません。",
        "作業は続けられます。回線を確認してください。",
        "The WMS has been out of reach for {minutes} min.",
        "Work goes on; check the line.",
    ),
    "exception.restored": (
        "復元により、WMS が知っている {count} 件の経過がここでは失われました: {documents}",
        "現物を確認し、WMS と在庫を照合してから、保留を解除してください。",
        "The restore lost what the WMS knows of {count} documents: {documents}",
        "Look at the goods, compare stock with the WMS, then release the holds.",
    ),
    "exception.unasked": (
        "復元後、WMS が最後の番号を答えないため、報告を止めています: {error}",
        "WMS の担当者に /events/last の対応を依頼してください。",
        "After the restore the WMS does not say what it knows, so it is told nothing: {error}",
        "Ask the keeper of the WMS to answer /events/last.",
    ),
}
