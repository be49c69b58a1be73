"""Stock that is not where or what it should be."""

from edge.model.words.table import Table

WORDS: Table = {
    "stock.unknown_location": (
        "棚 {location} はこのサイトにありません。",
        "棚番を確認してください。",
        "There is no location {location}.",
        "Check the location.",
    ),
    "stock.too_little": (
        "{location} の {sku} は {available} 点で、{wanted} 点は引けません。",
        "数量を確認してください。",
        "{location} holds {available} of {sku}; {wanted} cannot be taken.",
        "Check the quantity.",
    ),
    "exception.short": (
        "{location} の {sku} が {missing} 点足りません。",
        "棚を数えてください。",
        "{location} lacks {missing} of {sku}.",
        "Count the location.",
    ),
}
