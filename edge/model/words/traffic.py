"""Why a robot stands or drives where it does."""

from edge.model.words.table import Table

WORDS: Table = {
    "traffic.home": ("待機場所 {node} で作業を待っています。", "", "It is in its bay {node} and waits for work.", ""),
    "traffic.going": ("{node} へ走行中です。", "", "It is driving to {node}.", ""),
    "traffic.at_stop": (
        "{node} で作業中です。",
        "作業が終わると進みます。",
        "It is at work at {node}.",
        "It goes on when that is done.",
    ),
    "traffic.no_route": (
        "{node} にいますが、経路がありません。",
        "経路を計画し直すか、手で移動してください。",
        "It stands at {node} without a route.",
        "Plan one, or move it by hand.",
    ),
    "traffic.stopped": (
        "{node} で停止しています。",
        "ロボットを確認し、復帰または移動してください。",
        "It is stopped at {node}.",
        "Check the robot, then resume or move it.",
    ),
    "traffic.held": ("{robot} が {node} を空けるのを待っています。", "", "It waits for {robot} to leave {node}.", ""),
    "traffic.jam": (
        "今進むと {node} で {robot} と行き詰まります。",
        "先に {robot} が通ります。",
        "Going on now would lock it with {robot} at {node}.",
        "{robot} passes first.",
    ),
    "traffic.patience": (
        "最も長く待っている {robot} を先に通します。",
        "",
        "It lets {robot} go first, which has waited longest.",
        "",
    ),
    "traffic.cut": (
        "{node} にいる {robot} が動かないため進めません。",
        "迂回させるか、{robot} を移動してください。",
        "{robot} at {node} is in its way and does not move.",
        "Send it another way, or move {robot}.",
    ),
    "traffic.closed": (
        "この先の {node} が閉鎖中です。",
        "開放するか、別の経路にしてください。",
        "The way is closed at {node}.",
        "Open it, or choose another way.",
    ),
    "traffic.no_way": (
        "{node} から {goal} へ通れる道がありません。",
        "フロアの地図で、閉鎖中の場所と止まっている機体を確認してください。",
        "No way is open from {node} to {goal}.",
        "Look on the floor map for closed places and machines that stand in the way.",
    ),
    "traffic.stranger": (
        "この先の {node} に、未登録の機体 {machine} が止まっています。",
        "ロボット画面で {machine} を稼働させるか、移動してください。",
        "{machine}, which is not in the fleet, stands at {node} ahead.",
        "Take {machine} into service on the robots page, or move it.",
    ),
    "traffic.door": (
        "{node} で扉 {door} が開くのを待っています。",
        "長く続くときは、フロアの地図で扉の状態を確認してください。",
        "It waits at {node} for door {door} to open.",
        "If that takes long, look at the door on the floor map.",
    ),
    "traffic.lift": (
        "{node} でリフト {lift} を待っています。",
        "長く続くときは、フロアの地図でリフトの状態を確認してください。",
        "It waits at {node} for lift {lift}.",
        "If that takes long, look at the lift on the floor map.",
    ),
    "traffic.clash": (
        "{robot} と同じ場所({node})が報告されています。",
        "両方の位置を確認してください。",
        "It and {robot} are both reported at {node}.",
        "Check where each of them is.",
    ),
    "traffic.bay_taken": (
        "待機場所 {node} は {robot} のものです。",
        "別の場所を選んでください。",
        "Bay {node} belongs to {robot}.",
        "Choose another.",
    ),
    "traffic.bay_on_way": (
        "経路が {robot} の待機場所 {node} にかかります。",
        "別の経路にしてください。",
        "The way touches bay {node} ({robot}).",
        "Choose another way.",
    ),
    "traffic.no_bay": (
        "{node} は待機場所ではありません。",
        "経路の終点は待機場所か充電場所にしてください。",
        "{node} is not a bay.",
        "End the route in a parking or charging place.",
    ),
    "traffic.base_ahead": (
        "{node} までは走行が決まっています。",
        "{node} から先だけ変更できます。",
        "Its way is settled up to {node}.",
        "Change only what follows {node}.",
    ),
}
