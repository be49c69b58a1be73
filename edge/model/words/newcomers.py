"""Who may come into the fleet, who not, and why."""

from edge.model.words.table import Table

WORDS: Table = {
    # --- a machine that wants in
    "newcomer.not_heard": (
        "{machine} から今は何も届いていません。",
        "電源、無線、ブローカーのユーザーを確認してください。",
        "Nothing is heard of {machine} now.",
        "Check its power, its radio and its user on the broker.",
    ),
    "newcomer.no_state": (
        "状態がまだ届いていません。",
        "30 秒待ってください。届かなければ、ロボットの VDA 5050 の設定を確認してください。",
        "It has not told its state yet.",
        "Wait 30 seconds; if nothing comes, check the VDA 5050 settings of the robot.",
    ),
    "newcomer.not_automatic": (
        "自動モードではありません({mode})。",
        "ロボットを自動モードにしてください。",
        "It is not in automatic mode ({mode}).",
        "Put the robot into automatic mode.",
    ),
    "newcomer.not_placed": (
        "自分の位置が分かっていません。",
        "ロボットの操作盤で位置を合わせてください。",
        "It does not know where it is.",
        "Localise it at its own panel.",
    ),
    "newcomer.other_map": (
        "地図が違います({map})。",
        "ロボットに地図 {ours} を読み込んで有効にしてください。",
        "It uses another map ({map}).",
        "Load map {ours} on the robot and enable it.",
    ),
    "newcomer.off_node": (
        "地点の上にいません。最寄りの {node} まで {distance} mm あります。",
        "手動で地点 {node} の上に動かしてください。",
        "It stands on no node; {node} is {distance} mm away.",
        "Drive it onto node {node} by hand.",
    ),
    "newcomer.node_held": (
        "地点 {node} はロボット {robot} が確保しています。",
        "{robot} が離れるのを待つか、空いている地点に動かしてください。",
        "Node {node} is held by robot {robot}.",
        "Wait until {robot} has left, or drive it onto a free node.",
    ),
    "newcomer.busy": (
        "走行中か、ほかの命令を持っています。",
        "止めて、ロボットの操作盤で命令を消してください。",
        "It drives, or still has an order of somebody else.",
        "Stop it and clear the order at its own panel.",
    ),
    "newcomer.loaded": (
        "荷物を載せています。",
        "荷物を下ろしてください。",
        "It carries something.",
        "Take it off.",
    ),
    "newcomer.version": (
        "{version} で話します。種類 {type} は {wanted} です。",
        "ほかの場所を選ぶか、robot_types の vda5050 を見直してください。",
        "It speaks {version}; type {type} wants {wanted}.",
        "Choose another place, or look at vda5050 in robot_types.",
    ),
    "newcomer.totes": (
        "トートを {has} 個しか載せられません。種類 {type} は {needs} 個です。",
        "合う種類の場所を選んでください。",
        "It has room for {has} totes; type {type} carries {needs}.",
        "Choose a place of a type that fits.",
    ),
    "newcomer.limits": (
        "種類 {type} の命令を受け取れません: {problem}。",
        "仕様のもっと大きいロボットにするか、メーカーに確認してください。",
        "It cannot take the orders of type {type}: {problem}.",
        "Rent one that can, or ask its maker.",
    ),
    "newcomer.home_held": (
        "待機場所 {home} にロボット {robot} がいます。",
        "{robot} を動かすか、ほかの場所を選んでください。",
        "Robot {robot} stands in its home {home}.",
        "Move {robot}, or choose another place.",
    ),
    "newcomer.no_way": (
        "{node} から待機場所 {home} への経路がありません。",
        "閉鎖を解くか、ほかの地点に動かしてください。",
        "There is no way from {node} to its home {home}.",
        "Open what is closed, or drive it onto another node.",
    ),
    # --- a place in the fleet
    "robot.vacant": (
        "{robot} にはロボットがいません。",
        "機器の画面で、来たロボットを就役させてください。",
        "No machine has the place {robot}.",
        "Take one into service on the page of devices.",
    ),
    "robot.not_vacant": (
        "{robot} には {machine} がいます。",
        "空いている場所を選ぶか、先に外してください。",
        "{robot} is the place of {machine}.",
        "Choose a vacant place, or take that one out first.",
    ),
    "robot.has_place": (
        "{machine} はすでに {robot} です。",
        "先に {robot} から外してください。",
        "{machine} already is {robot}.",
        "Take it out there first.",
    ),
    "robot.named": (
        "{robot} はサイトファイルで {machine} と決められています。",
        "エンジニアがサイトファイルを直し、エッジを再起動します。",
        "The site file says that {robot} is {machine}.",
        "An engineer changes the site file and restarts the edge.",
    ),
    "robot.has_tour": (
        "{robot} は作業中です。",
        "休止にして作業が終わるのを待つか、停止と判断してください。",
        "{robot} has a tour.",
        "Take it out of service and wait for the end of it, or declare it dead.",
    ),
    "robot.has_totes": (
        "{robot} にトート {totes} が載っています。",
        "先にトートを運び出してください。",
        "{robot} has totes aboard: {totes}.",
        "Have them fetched first.",
    ),
    "robot.drives": (
        "{robot} は走行中です。",
        "止まるまで待つか、停止と判断してください。",
        "{robot} is on its way.",
        "Wait until it stands, or declare it dead.",
    ),
    "robot.in_the_way": (
        "{robot} は通路の {node} にいます。",
        "待機場所 {home} に戻るのを待つか、運び出してから「運び出した」と伝えてください。",
        "{robot} stands at {node}, where others drive.",
        "Wait until it is in its home {home}, or carry it away and say so.",
    ),
    "fleet.managed": (
        "ロボットの入れ替えは、メーカーのフリートマネージャーで行います。",
        "サイトファイルを直し、エッジを再起動してください。",
        "These robots are known to their maker's fleet manager.",
        "Change the site file and restart the edge.",
    ),
    "robot.must_run": (
        "エッジが動いていないと、ロボットを就役させられません。",
        "genba run を始めてから、もう一度行ってください。",
        "A machine can be taken in only while the edge runs and hears it.",
        "Start genba run, then do this again.",
    ),
}
