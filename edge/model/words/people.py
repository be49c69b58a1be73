"""Logging in, and who works here."""

from edge.model.words.table import Table

WORDS: Table = {
    "login.wrong": (
        "バッジまたは暗証番号が違います。",
        "もう一度入力してください。",
        "Badge or PIN is wrong.",
        "Try again.",
    ),
    "login.locked": (
        "続けて間違えたため {minutes} 分使えません。",
        "待つか、責任者に相談してください。",
        "Locked for {minutes} min after too many tries.",
        "Wait, or ask a supervisor.",
    ),
    "login.blocked": (
        "利用が停止されています。",
        "責任者に相談してください。",
        "You have been blocked.",
        "Ask a supervisor.",
    ),
    "login.ended": (
        "ログインの有効時間が切れました。",
        "バッジをスキャンしてください。",
        "Your session has ended.",
        "Scan your badge.",
    ),
    "login.slow": (
        "この端末からの間違いが続いています。",
        "{minutes} 分待ってからもう一度入力してください。",
        "Too many wrong tries from this address.",
        "Wait {minutes} min, then try again.",
    ),
    "person.unknown": (
        "{person} さんは登録されていません。",
        "サイトファイルの people を確認してください。",
        "There is nobody called {person}.",
        "Check `people` in the site file.",
    ),
    "person.badge_taken": (
        "バッジ {badge} は他の人が使っています。",
        "別のバッジを渡してください。",
        "Badge {badge} belongs to somebody else.",
        "Hand out another badge.",
    ),
    "person.bad_badge": (
        "バッジは 3〜64 文字です。",
        "バッジをスキャンして入力してください。",
        "A badge has 3 to 64 characters.",
        "Scan the badge.",
    ),
    "person.weak_pin": (
        "暗証番号は 4〜8 桁の数字で、同じ数字や連番だけのものは使えません。",
        "別の番号を選んでください。",
        "A PIN has 4 to 8 digits, not all the same and not a plain run.",
        "Choose another.",
    ),
    "person.yourself": (
        "自分の利用は停止できません。",
        "ほかの責任者か技術担当に頼んでください。",
        "You cannot block yourself.",
        "Ask another supervisor or engineer.",
    ),
    "person.last_engineer": (
        "ログインできる技術担当はこの人だけです。",
        "先にほかの技術担当にバッジと暗証番号を設定してください。",
        "Nobody else who can log in is an engineer.",
        "First give another engineer a badge and a PIN.",
    ),
    "person.blocked": (
        "あなたの利用は停止されています。",
        "責任者に相談してください。",
        "You have been blocked.",
        "Ask a supervisor.",
    ),
    "person.id_taken": (
        "ID {id} はすでに使われています。",
        "別の ID を付けてください。退職した人の ID も使えません。",
        "The id {id} is taken.",
        "Choose another; ids of those who left are not given again.",
    ),
    "person.bad_id": (
        "ID は半角の英数字で始め、英数字と _ . : - で 40 文字までです。",
        "ID を直してください。",
        "An id has up to 40 letters, digits, _ . : or -, and begins with a letter or digit.",
        "Correct the id.",
    ),
    "person.no_name": (
        "名前が日本語と英語の両方で入っていません。",
        "両方の名前を入力してください。",
        "The name is missing in Japanese or English.",
        "Enter it in both.",
    ),
    "person.no_role": (
        "役割が選ばれていません。",
        "1 つ以上選んでください。",
        "No role is chosen.",
        "Choose at least one.",
    ),
    "person.pins_differ": (
        "2 回の暗証番号が一致しません。",
        "もう一度入力してください。",
        "The two PINs differ.",
        "Enter them again.",
    ),
}
