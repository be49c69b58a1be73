"""What is wrong with a call or a page, whoever made it, and with its API key."""

from edge.model.words.table import Table

WORDS: Table = {
    "request.other_content": (
        "キー {key} は別の内容で使用済みです。",
        "新しいキーで送ってください。",
        "Key {key} was used for other content.",
        "Send it under a new key.",
    ),
    "request.forged": (
        "この画面からの操作と確認できませんでした。",
        "画面を再読み込みして、もう一度操作してください。",
        "The request did not come from a page of this site.",
        "Reload the page and do it again.",
    ),
    "request.invalid": (
        "リクエストの {field} が正しくありません: {problem}",
        "内容を直して送ってください。",
        "The request's {field} is wrong: {problem}",
        "Correct it and send it again.",
    ),
    "request.too_large": (
        "データが大きすぎます(上限 {most} バイト)。",
        "分けて送ってください。",
        "The request is larger than {most} bytes.",
        "Send it in parts.",
    ),
    "request.not_found": (
        "このページはありません。",
        "アドレスを確認してください。",
        "There is no such page.",
        "Check the address.",
    ),
    "request.failed": (
        "サーバーで問題が起きました。何も変わっていません。",
        "もう一度操作してください。続く場合は責任者に連絡してください。",
        "Something went wrong here; nothing has changed.",
        "Do it again; if it goes on, tell a supervisor.",
    ),
    "key.unknown": (
        "有効な API キー {key} はありません。",
        "`genba key list` で確認してください。",
        "There is no active API key {key}.",
        "Look at `genba key list`.",
    ),
    "key.taken": (
        "API キー {key} はすでにあります。",
        "別の名前を付けてください。",
        "API key {key} exists already.",
        "Give it another name.",
    ),
    "key.bad_name": (
        "キーの名前は英小文字・数字・ハイフンで 2〜40 文字です。",
        "別の名前を付けてください。",
        "A key's name has 2 to 40 small letters, digits or hyphens.",
        "Give it another name.",
    ),
    "key.refused": (
        "API キーが無効です。",
        "担当者に新しいキーをもらってください。",
        "The API key is not valid.",
        "Ask for a new key.",
    ),
    "fleet.unsigned": (
        "この呼び出しには正しい署名がありません。",
        "フリートマネージャーの共有シークレットと時計を確認してください。",
        "This call is not signed as it must be.",
        "Check the shared secret and the clock of the fleet manager.",
    ),
    "fleet.malformed": (
        "この呼び出しの内容は読めません: {error}。",
        "docs/fleets.md の形にしてください。",
        "What this call says cannot be read: {error}.",
        "Give it the form of docs/fleets.md.",
    ),
    "store.failed": (
        "記録できませんでした。何も変わっていません。",
        "もう一度操作してください。続く場合は責任者に連絡してください。",
        "It could not be recorded; nothing has changed.",
        "Do it again; if it goes on, tell a supervisor.",
    ),
}
