"""The file itself and its YAML."""

from edge.model.words.table import Table

WORDS: Table = {
    "file.absent": ("ファイルがありません。", "パスを確認してください。", "There is no such file.", "Check the path."),
    "file.folder": (
        "フォルダーです。",
        "その中のファイルを指定してください。",
        "This is a folder.",
        "Name the file in it.",
    ),
    "file.forbidden": (
        "読む権限がありません。",
        "所有者とアクセス権を確認してください。",
        "The file may not be read.",
        "Check its owner and mode.",
    ),
    "file.unreadable": (
        "読めません({error})。",
        "パスとディスクを確認してください。",
        "The file cannot be read ({error}).",
        "Check path and disk.",
    ),
    "file.encoding": (
        "文字コードが UTF-8 ではありません。",
        "UTF-8 で保存してください。",
        "The file is not UTF-8.",
        "Save it as UTF-8.",
    ),
    "yaml.control": (
        "見えない制御文字({character})があります。",
        "削除してください。",
        "There is an invisible control character ({character}).",
        "Delete it.",
    ),
    "yaml.tab": (
        "タブがあります。",
        "字下げは空白にしてください。",
        "There is a tab.",
        "Indent with spaces.",
    ),
    "yaml.character": (
        "値を「{character}」で始めることはできません。",
        "値を引用符で囲んでください。",
        "No value begins with {character}.",
        "Put the value in quotes.",
    ),
    "yaml.colon": (
        "ここにコロンは置けません。",
        "この行と上の行の字下げを直すか、値を引用符で囲んでください。",
        "A colon cannot stand here.",
        "Correct the indentation of this line and the one above, or put the value in quotes.",
    ),
    "yaml.quote": (
        "{opened} 行目の引用符が閉じていません。",
        "引用符を閉じてください。",
        "The quote opened on line {opened} is not closed.",
        "Close it.",
    ),
    "yaml.bracket": (
        "{opened} 行目の括弧が、ここまでに閉じていません。",
        "括弧を閉じるか、抜けたコンマを入れてください。",
        "The bracket opened on line {opened} is not closed before this.",
        "Close it, or add the comma that is missing.",
    ),
    "yaml.alias": (
        "「*」で始まる値は参照になりますが、参照先がありません。",
        "値を引用符で囲んでください。",
        "A value that begins with * refers to another, and there is none.",
        "Put the value in quotes.",
    ),
    "yaml.second": (
        "2 つ目の文書が始まっています(---)。",
        "この行を消してください。1 ファイルに 1 サイトです。",
        "A second document begins here (---).",
        "Remove this line: one file is one site.",
    ),
    "yaml.value": (
        "この値は読めません。",
        "値を引用符で囲んでください。",
        "This value cannot be read.",
        "Put it in quotes.",
    ),
    "yaml.syntax": (
        "YAML として読めません。",
        "この行と上の行の字下げ、コロン、引用符を確認してください。",
        "This is not YAML.",
        "Check indentation, colons and quotes on this line and the one above.",
    ),
    "yaml.key_twice": (
        "「{key}」が 2 回書かれています。",
        "片方を消すか、1 つにまとめてください。",
        "'{key}' stands twice.",
        "Keep one of them, or join both.",
    ),
}
