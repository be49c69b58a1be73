"""What the console does not do."""

from edge.model.words.table import Table

WORDS: Table = {
    "console.nothing_chosen": (
        "何も選ばれていません。",
        "一覧で選んでからもう一度操作してください。",
        "Nothing is selected.",
        "Select rows in the list, then do it again.",
    ),
    "console.too_many": (
        "一度に選べるのは {most} 件までです。",
        "分けて操作してください。",
        "At most {most} can be changed at once.",
        "Do it in parts.",
    ),
    "console.one_only": (
        "担当を決められるのは一度に 1 件です。",
        "1 件だけ選んでください。",
        "One task at a time is given to a person.",
        "Select one row only.",
    ),
    "console.priority": (
        "優先度は 0 から 9 です。",
        "選び直してください。",
        "A priority is 0 to 9.",
        "Choose again.",
    ),
    "exception.ended": (
        "この例外はすでに解決済みです。",
        "一覧を更新してください。",
        "This exception is already solved.",
        "Refresh the list.",
    ),
    "place.unknown": (
        "{place} はこのサイトの地図にありません。",
        "地図で選んでください。",
        "{place} is not on this site's map.",
        "Choose it on the map.",
    ),
    "usage.no_days": (
        "{first} から {last} までに日がありません。",
        "終わりの日を始めの日以後にしてください。",
        "There is no day from {first} to {last}.",
        "Let the last day not be before the first.",
    ),
}
