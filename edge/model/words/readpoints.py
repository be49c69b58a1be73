"""What people have to see to at read points."""

from edge.model.words.table import Table

WORDS: Table = {
    "exception.point_full": (
        "読取ポイント {point} の前にタグが {most} 枚を超えてあり、超えた分は数えていません。",
        "サイトファイルの include か exclude で要るタグだけに絞るか、場所を分けてリーダーを足してください。",
        "More than {most} tags stand at read point {point}; those beyond are not counted.",
        "Narrow it to the tags you want by include or exclude in the site file, or split the place between readers.",
    ),
}
