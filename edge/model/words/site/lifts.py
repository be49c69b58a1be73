"""Lifts."""

from edge.model.words.table import Table

WORDS: Table = {
    "site.lift_same_map": (
        "かごの地点「{node}」は「{other}」と同じ地図 {map} にあります。",
        "リフトの階ごとに地図を分け、地点の map に書いてください。",
        "Cabin node '{node}' is on the same map {map} as '{other}'.",
        "Each floor of a lift has a map of its own: write it as map of the node.",
    ),
    "site.lift_apart": (
        "かごの地点「{node}」と「{other}」の x、y が違います。かごはどの階でも同じ位置です。",
        "すべての地図の原点をそろえ、同じ x と y を書いてください。",
        "Cabin nodes '{node}' and '{other}' differ in x or y, but a cabin goes straight up.",
        "Let all maps have one origin, and write the same x and y.",
    ),
    "site.lift_node_taken": (
        "地点「{node}」は階「{other}」でもう使われています。",
        "かごと乗り場には、階ごとに別の地点を書いてください。",
        "Node '{node}' is used at floor '{other}' already.",
        "Give each floor a cabin node and a landing of its own.",
    ),
    "site.lift_stop": (
        "地点「{node}」は {place} の停車場所です。リフトの前や中で作業を待つと、リフトがふさがります。",
        "{place} を別の地点に移してください。",
        "Robots stop at node '{node}' for {place}: the lift would wait with them.",
        "Give {place} another node.",
    ),
    "site.lift_no_lane": (
        "乗り場「{landing}」とかご「{cabin}」の間に通路がありません。",
        "roadmap.lanes に通路を追加してください。",
        "No lane joins landing '{landing}' and cabin '{cabin}'.",
        "Add one to roadmap.lanes.",
    ),
    "site.lift_other_lane": (
        "通路「{lane}」は乗り場「{landing}」を通らずにかごに出入りします。",
        "かごの通路は、その階の乗り場との間だけにしてください。",
        "Lane '{lane}' leads into or out of the cabin past landing '{landing}'.",
        "Let only lanes to and from the landing of the floor touch a cabin node.",
    ),
    "site.lift_door": (
        "リフトのかごか乗り場の通路に扉 {door} があります。",
        "その通路を doors から消してください。別の扉は、乗り場の先に地点を 1 つ置き、その先に付けてください。",
        "Door {door} stands on a lane at the lift's cabin or landing.",
        "A lift opens its own doors; let another door stand beyond the node after the landing.",
    ),
    "site.lift_not_left": (
        "Genba が止まると、{device} の信号「{id}」が切られ、ロボットの上でリフトの扉が閉まります。",
        "この信号に safe: null を書き、valid を消してください。",
        "Point '{id}' of device {device} is switched off when Genba stops, and the lift closes on a robot.",
        "Give that point safe: null, and no valid.",
    ),
    "site.lift_two_commands": (
        "{device} の信号「{id}」はリフト {lift} も呼びます。",
        "リフトごとに別の出力を書いてください。",
        "Point '{id}' of device {device} calls lift {lift} too.",
        "Give each lift its own outputs.",
    ),
    "site.lift_managed": (
        "ロボットはメーカーの管理システムが動かすため、Genba はリフトに乗せられません。",
        "lifts を消し、リフトは管理システムに設定してください。",
        "The robots are driven by their maker's manager, so Genba cannot send them into a lift.",
        "Remove lifts, and set them up at that manager.",
    ),
}
