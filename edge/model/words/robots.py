"""Robots: what keeps one from driving, and what is wrong with one."""

from edge.model.words.table import Table

WORDS: Table = {
    "robot.unknown": (
        "ロボット {robot} はこのサイトにありません。",
        "一覧を確認してください。",
        "There is no robot {robot}.",
        "Look at the list.",
    ),
    "robot.no_work": ("ロボットに割り当てる作業がありません。", "", "There is no work for this robot.", ""),
    "robot.not_at_pick": (
        "ロボット {robot} はピックの場所に止まっていません。",
        "画面を更新してください。",
        "Robot {robot} does not stand at a pick.",
        "Refresh the page.",
    ),
    "robot.charging": ("充電しています({battery}%)。", "", "It charges ({battery} %).", ""),
    "robot.paused": ("責任者が一時停止しました。", "再開してください。", "A person paused it.", "Resume it."),
    "robot.all_stopped": (
        "全ロボットを停止中です。",
        "フロアの安全を確認してから、フロアの地図で走行を再開してください。",
        "All robots are stopped.",
        "When the floor is safe, let them drive on from the floor map.",
    ),
    "robot.called_home": (
        "全ロボットを待機場所へ戻しています。到着しました。",
        "フロアの地図で作業を再開してください。",
        "All robots were called home, and it is there.",
        "Let them work again from the floor map.",
    ),
    "robot.not_automatic": (
        "自動モードではありません。",
        "手動の作業が終わったら、自動モードに戻してください。",
        "It is not in automatic mode.",
        "Put it back to automatic when the work by hand is done.",
    ),
    "robot.out_of_service": (
        "休止中です。",
        "使うときは復帰させてください。",
        "It is out of service.",
        "Return it to service to use it.",
    ),
    "robot.changes_map": (
        "地図かゾーンの設定を切り替えています。",
        "",
        "It changes its map or its zones.",
        "",
    ),
    "robot.asks_leave": (
        "ゾーン {zone} に入る許可を待っています。",
        "ゾーンが閉鎖中なら、開放すると進みます。",
        "It waits for leave to enter zone {zone}.",
        "If that zone is closed, it goes on once it is opened.",
    ),
    "robot.no_map": (
        "地図 {map} が有効になっていません。",
        "ロボット側で有効にするか、サイトファイルの maps に書いてください。",
        "It has not enabled map {map}.",
        "Enable it at the robot, or name it at maps in the site file.",
    ),
    "robot.strange_load": (
        "覚えのない荷物を載せています。",
        "荷物を下ろしてください。",
        "It carries something nobody asked for.",
        "Take it off.",
    ),
    "robot.silent": (
        "応答がありません。",
        "電源と無線を確認してください。",
        "It says nothing.",
        "Check its power and radio.",
    ),
    "robot.drops_order": (
        "前の命令の取り消しを待っています。",
        "取り消しを確認するまで、進路は空けません。",
        "Its old order is being cancelled.",
        "It keeps the way it was given until it confirms that.",
    ),
    "robot.dead": (
        "停止と判断しました。",
        "現場で確認し、復帰させてください。",
        "It was declared dead.",
        "Check it on the floor, then return it to service.",
    ),
    "robot.dead_answers": (
        "停止と判断しましたが、また応答しています。",
        "現場で確認し、復帰させてください。",
        "It was declared dead, and answers again.",
        "Check it on the floor, then return it to service.",
    ),
    # --- what people have to see to
    "exception.robot_dead": (
        "ロボット {robot} が {node} 付近で応答しません。",
        "現場を確認してください。場所は塞がったままです。",
        "Robot {robot} near {node} does not answer.",
        "Look at it on the floor; its place stays held.",
    ),
    "exception.robot_error": (
        "ロボット {robot} の異常: {error}",
        "現場を確認してください。",
        "Robot {robot} reports {error}.",
        "Look at it on the floor.",
    ),
    "exception.robot_deaf": (
        "ロボット {robot} が命令を受け取りません。",
        "電源、無線、ロボットの画面を確認してください。命令は出し直します。",
        "Robot {robot} does not confirm its order.",
        "Check its power, its radio and its own screen; the order is given again.",
    ),
    "exception.robot_keeps_order": (
        "ロボット {robot} が命令を取り消しません。",
        "ロボットの非常停止を押し、ロボット側で命令を消してください。",
        "Robot {robot} does not give its order up.",
        "Stop it at the robot and clear the order there.",
    ),
    "exception.robot_ignores": (
        "ロボット {robot} が指示 {action} に応じません。",
        "ロボットの画面を確認してください。",
        "Robot {robot} does not answer to {action}.",
        "Check its own screen.",
    ),
    "exception.robot_asks": (
        "ロボット {robot} が {place} への進入許可を求めましたが、許可していません。",
        "ロボット側の区域設定を外すか、手動で移動させてください。",
        "Robot {robot} asked leave to enter {place} and was refused.",
        "Take that zone off the robot, or lead it on by hand.",
    ),
    "exception.robot_map_failed": (
        "ロボット {robot} が地図 {map} の版 {version} を取り込めません({error})。",
        "サイトファイルの link と地図サーバーを確認してください。10 分ごとに試します。",
        "Robot {robot} could not take map {map}, version {version} ({error}).",
        "Check link in the site file and the map server; it is tried again every 10 minutes.",
    ),
    "exception.robot_map_silent": (
        "ロボット {robot} が地図 {map} の版 {version} の指示に応じません。",
        "ロボットの画面で地図を確認してください。10 分ごとに試します。",
        "Robot {robot} does not show map {map}, version {version}, as it was told.",
        "Look at its maps on its own screen; it is told again every 10 minutes.",
    ),
    "exception.robot_map_by_hand": (
        "ロボット {robot} に地図 {map} の版 {version} を送れません。",
        "ロボット側で地図を入れて有効にしてください。",
        "Robot {robot} takes no maps from us and has not {map}, version {version}.",
        "Load and enable it at the robot.",
    ),
    "exception.robot_zones_failed": (
        "ロボット {robot} がゾーンの設定を取り込めません({error})。",
        "ゾーンの速度は車線の速度として守られます。ロボットの画面を確認してください。",
        "Robot {robot} does not take the zones ({error}).",
        "It keeps their speed by its lanes; look at its own screen.",
    ),
    "exception.robot_lost_order": (
        "ロボット {robot} が {node} 付近で命令を失いました。",
        "続くようなら、誰かがロボットを操作していないか確認してください。新しい命令を送ります。",
        "Robot {robot} lost its order near {node}.",
        "It is given a new one. If this goes on, check whether somebody operates it at the robot.",
    ),
    "exception.robot_misplaced": (
        "ロボット {robot} が {node} 付近で経路と違う場所にいます。",
        "現場を確認し、地図上の位置と合っているか見てください。",
        "Robot {robot} near {node} is not on its way.",
        "Look at it on the floor: does it stand where the map shows it?",
    ),
    "exception.pick_waits": (
        "ロボット {robot} が {node} で {place} のピックを待っていますが、誰も来ません。",
        "人を呼ぶか、フロアでロボットを選び「先へ進める」を押してください。",
        "Robot {robot} stands at {node} for a pick in {place} and nobody comes.",
        "Call somebody there, or choose the robot on the floor map and send it on.",
    ),
}
