"""What an EPCIS repository does not take, and what is wrong with an EPCIS document."""

from edge.model.words.table import Table

WORDS: Table = {
    "epcis.not_set_up": (
        "サイトファイルに epcis の項目がなく、イベントに名前を付けられません。",
        "epcis に gln か base を書き、genba を再起動してください(docs/epcis.md)。",
        "The site file has no epcis, so events have no names to tell.",
        "Write epcis with gln or base into it and restart Genba (docs/epcis.md).",
    ),
    "exception.epcis_down": (
        "EPCIS リポジトリに {minutes} 分送れていません: {error}",
        "作業は続けられます。回線、アドレス、トークンを確認してください。",
        "The EPCIS repository has taken nothing for {minutes} min: {error}",
        "Work goes on; check line, address and token.",
    ),
    "exception.epcis_parked": (
        "EPCIS リポジトリが {about} のイベントを拒否しました: {error}",
        "内容を確認し、再送または破棄してください。",
        "The EPCIS repository refused an event on {about}: {error}",
        "Look at it, then send again or discard.",
    ),
    "exception.epcis_unresolved": (
        "{about} のイベントを EPCIS リポジトリが受け取ったか分かりません: {error}",
        "リポジトリで確認してください。再送しても同じ eventID です。",
        "It is not known whether the EPCIS repository took an event on {about}: {error}",
        "Look it up there; sent again it has the same eventID.",
    ),
    "epcis.sound": (
        "{file}: 問題は見つかりません。イベント {events} 件。",
        "",
        "{file}: nothing is wrong, {events} events.",
        "",
    ),
    "epcis.unread": (
        "読めません: {error}",
        "ファイル名と、JSON であることを確認してください。",
        "It cannot be read: {error}",
        "Check its name, and that it is JSON.",
    ),
    "epcis.written": (
        "{file}: イベント {events} 件を書き出しました。",
        "",
        "{file}: {events} events written.",
        "",
    ),
    "epcis.unwritten": (
        "書けません: {error}",
        "フォルダーと所有者を確認してください。",
        "It cannot be written: {error}",
        "Check the folder and its owner.",
    ),
    "epcis.no_document": (
        "EPCIS 2.0 の文書ではありません。",
        "type が EPCISDocument または EPCISQueryDocument で、eventList のあるものを渡してください。",
        "This is no EPCIS 2.0 document.",
        "Give one of type EPCISDocument or EPCISQueryDocument with its eventList.",
    ),
    "epcis.no_event": (
        "EPCIS のイベントではありません: {value}",
        "type に ObjectEvent など 5 種類のどれかを書いてください。",
        "This is no event of EPCIS: {value}",
        "Give it one of the five types, such as ObjectEvent.",
    ),
    "epcis.no_time": (
        "オフセット付きの日時ではありません: {value}",
        "2026-11-25T09:00:00.000+09:00 の形で書いてください。",
        "This is no time with an offset: {value}",
        "Write it as 2026-11-25T09:00:00.000+09:00.",
    ),
    "epcis.no_offset": (
        "時差ではありません: {value}",
        "+09:00 の形で、-14:00 から +14:00 までを書いてください。",
        "This is no offset from UTC: {value}",
        "Write one from -14:00 to +14:00, as +09:00.",
    ),
    "epcis.offset_contradicts": (
        "時差が eventTime と合いません: {value}",
        "現地の時差をそろえるか、eventTime を UTC(Z)で書いてください。",
        "The offset contradicts eventTime: {value}",
        "Write the local offset in both, or eventTime in UTC (Z).",
    ),
    "epcis.no_word": (
        "規格の語ではありません: {value}",
        "CBV 2.0 の語をそのまま書いてください(例: shipping)。",
        "This is no word of the standard: {value}",
        "Write a word of CBV 2.0 as it is, such as shipping.",
    ),
    "epcis.old_word": (
        "CBV の語が URI で書かれています: {value}",
        "EPCIS 2.0 では語だけを書きます(例: shipping)。",
        "A word of the CBV stands as a URI: {value}",
        "In EPCIS 2.0 the bare word is written, such as shipping.",
    ),
    "epcis.no_uri": (
        "URI ではありません: {value}",
        "https:// か urn: で始まる、空白のない URI を書いてください。",
        "This is no URI: {value}",
        "Write one that begins with https:// or urn:, without spaces.",
    ),
    "epcis.unsound": (
        "GS1 の識別子として正しくありません: {value}",
        "桁数、事業者コード、チェックデジットを確認してください。",
        "This cannot be an identifier of GS1: {value}",
        "Check its digits, company prefix and check digit.",
    ),
    "epcis.empty": (
        "空です。",
        "中身を入れるか、項目ごと消してください。",
        "There is nothing in it.",
        "Fill it, or leave it out.",
    ),
    "epcis.double": (
        "同じものが 2 回あります: {value}",
        "1 つだけ残してください。",
        "It stands here twice: {value}",
        "Leave it once.",
    ),
    "epcis.quantity": (
        "0 より大きい数ではありません: {value}",
        "正の数量を書くか、数量を消してください。",
        "This is no number above 0: {value}",
        "Write a positive quantity, or none.",
    ),
    "epcis.missing": (
        "ありません。",
        "書いてください。",
        "It is missing.",
        "Write it.",
    ),
    "epcis.same_id": (
        "同じ eventID のイベントが他にもあります: {value}",
        "イベントごとに別の eventID にしてください。訂正には errorDeclaration を付けます。",
        "Another event has the same eventID: {value}",
        "Give each its own; a correction has an errorDeclaration.",
    ),
}
