"""Secrets."""

from edge.model.words.table import Table

WORDS: Table = {
    "secret.shown": (
        "ほかの人も読めるようになっています。",
        "chmod 600 {file} を実行してください。",
        "Others may read this file.",
        "Run chmod 600 {file}",
    ),
    "secret.not_set": (
        "この秘密の値が設定されていません。",
        "環境変数 {variable} を設定するか、秘密ファイルに「{name}: …」を追加してください。",
        "This secret is not set.",
        "Set {variable}, or add '{name}: …' to the secrets file.",
    ),
    "secret.not_text": (
        "文字列ではありません。",
        "値を引用符で囲んでください。",
        "This is no text.",
        "Put its value in quotes.",
    ),
    "secret.none": (
        "読める秘密の値がありません。",
        "「名前: 値」(name: value)の行を UTF-8 で書いてください。",
        "The file holds no secrets that can be read.",
        "Write lines of the form 'name: value', in UTF-8.",
    ),
}
