"""What is wrong with the reports of robots that others drive."""

from edge.model.words.table import Table

WORDS: Table = {
    "foreign.connections": (
        "キー {key} の接続が多すぎます。",
        "使っていない接続を閉じるか、1 本の接続で複数のロボットを報告してください。",
        "There are too many connections with key {key}.",
        "Close those that are not used, or report several robots by one connection.",
    ),
    "exception.foreign_misread": (
        "キー {key} の他社ロボットの報告が読めません。",
        "送信側の設定を直し、直したら完了にしてください。",
        "Reports of foreign robots by key {key} cannot be read.",
        "Correct their sender, then settle this.",
    ),
    "exception.foreign_unmapped": (
        "他社ロボット {robot} の座標系 {datum} が登録されていません。",
        "サイトファイルの massrobotics.datums にその位置と向きを書き、再起動してください。",
        "Foreign robot {robot} reports in coordinates {datum}, which are not known here.",
        "Write where they lie into massrobotics.datums of the site file and restart.",
    ),
    "exception.foreign_taken": (
        "キー {key} が、キー {other} のロボット {robot} を報告しています。",
        "2 台に同じ UUID が付いていないか、二重に送っていないか確認してください。",
        "Key {key} reports robot {robot}, which key {other} reports already.",
        "Check whether two robots have one UUID, or one is sent twice.",
    ),
    "exception.foreign_flood": (
        "キー {key} の他社ロボットの報告が多すぎるため、遅れて読んでいます。",
        "送信側で報告の間隔を 1 秒程度にしてください。",
        "Reports of foreign robots by key {key} come too fast and are read late.",
        "Have each robot report about once a second.",
    ),
    "exception.foreign_crowd": (
        "他社ロボットが {most} 台を超えたため、キー {key} の新しいロボットは表示されません。",
        "送信側が UUID を毎回変えていないか確認してください。",
        "There are more than {most} foreign robots; new ones by key {key} are not shown.",
        "Check whether their sender makes up a new UUID each time.",
    ),
    # --- what is wrong with a message, after exception.foreign_misread
    "report.too_long": (
        "長すぎます({field} {value})。",
        "短くしてください。",
        "It is too long ({field} {value}).",
        "Make it shorter.",
    ),
    "report.not_json": (
        "JSON ではありません({value})。",
        "1 つのメッセージに 1 つの JSON オブジェクトを送ってください。",
        "It is no JSON ({value}).",
        "Send one JSON object in each message.",
    ),
    "report.not_object": (
        "{field} がオブジェクトではありません({value})。",
        "規格の形にしてください。",
        "It is no object where one is due: {field} ({value}).",
        "Write it as the standard has it.",
    ),
    "report.no_report": (
        "identityReport でも statusReport でもありません({value})。",
        "規格 1.0 のどちらかを送ってください。",
        "It is neither an identityReport nor a statusReport ({value}).",
        "Send one of the two of version 1.0.",
    ),
    "report.missing": (
        "{field} がありません。",
        "送ってください。",
        "{field} is missing.",
        "Send it.",
    ),
    "report.not_text": (
        "{field} の「{value}」は文字列ではありません。",
        "引用符で囲んでください。",
        "{field} is no text: {value}.",
        "Put it in quotes.",
    ),
    "report.empty": (
        "{field} が空です。",
        "名前を送ってください。",
        "{field} is empty.",
        "Send a name.",
    ),
    "report.not_number": (
        "{field} の「{value}」は数値ではありません。",
        "数値を引用符なしで送ってください。",
        "{field} is no number: {value}.",
        "Send a number without quotes.",
    ),
    "report.not_list": (
        "{field} の「{value}」は配列ではありません。",
        "[ ] で囲んでください。",
        "{field} is no list: {value}.",
        "Put it in brackets.",
    ),
    "report.not_uuid": (
        "{field} の「{value}」は UUID ではありません。",
        "RFC 4122 の UUID を送ってください。",
        "{field} is no UUID: {value}.",
        "Send a UUID of RFC 4122.",
    ),
    "report.not_time": (
        "{field} の「{value}」は時差の付いた時刻ではありません。",
        "2026-11-22T09:00:00Z の形で送ってください。",
        "{field} is no time with an offset: {value}.",
        "Send it like 2026-11-22T09:00:00Z.",
    ),
    "report.not_state": (
        "{field} の「{value}」は規格にない状態です。",
        "navigating、idle など規格の値を送ってください。",
        "{field} is no state of the standard: {value}.",
        "Send one of its values, as navigating or idle.",
    ),
    "report.no_angle": (
        "{field} は回転を表していません。",
        "長さ 1 の四元数を送ってください。",
        "{field} is no rotation.",
        "Send a quaternion of length 1.",
    ),
    "report.too_small": (
        "{field} の {value} は小さすぎます。",
        "単位を確認してください(m、m/s、時間、%)。",
        "{field} is too small: {value}.",
        "Check the unit: m, m/s, hours, percent.",
    ),
    "report.too_large": (
        "{field} の {value} は大きすぎます。",
        "単位を確認してください(m、m/s、時間、%)。",
        "{field} is too large: {value}.",
        "Check the unit: m, m/s, hours, percent.",
    ),
    "report.too_many": (
        "{field} が {value} 個あり、多すぎます。",
        "規格の数までにしてください(経路と目的地は 10)。",
        "{field} has too many entries: {value}.",
        "Keep to the standard: ten for path and destinations.",
    ),
}
