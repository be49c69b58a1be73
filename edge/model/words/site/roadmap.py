"""The roadmap: its lanes, and where robots can get and park on it."""

from edge.model.words.table import Table

WORDS: Table = {
    "site.lane_to_itself": (
        "通路の両端が同じ地点 {node} です。",
        "片方の端を直すか、通路を消してください。",
        "The lane leads from {node} to itself.",
        "Correct one of its ends, or remove it.",
    ),
    "site.lane_twice": (
        "通路 {lane} はもうあります(#{first})。",
        "片方を消してください。両方向なら、1 つの通路に both: true と書きます。",
        "There is a lane {lane} already (#{first}).",
        "Keep one of them; for both directions write one lane with both: true.",
    ),
    "site.lane_of_no_length": (
        "通路 {lane} の両端の座標が同じで、長さがありません。",
        "座標を直すか、length を書いてください。",
        "Both ends of lane {lane} stand at one place, so it has no length.",
        "Correct the place of one, or give the lane a length.",
    ),
    "site.lane_other_map": (
        "通路「{lane}」は地図 {one} と {other} にまたがっています。",
        "地図の間を行き来するのはリフトだけです。地点の map を直すか、lifts を書いてください。",
        "Lane '{lane}' leads from map {one} to map {other}.",
        "Only a lift does that: correct the map of a node, or write the lift under lifts.",
    ),
    "map.only_bays": (
        "待機場所・充電場所のほかに地点がありません。",
        "地点と通路を追加してください。",
        "There is no node besides the bays.",
        "Add nodes and lanes.",
    ),
    "map.no_lane": (
        "この地点につながる通路がありません。",
        "通路でつなぐか、地点を消してください。",
        "No lane leads here.",
        "Join it to the map or leave it out.",
    ),
    "map.unreachable": (
        "ロボットがここに来られません。",
        "ここへ入る通路を追加してください。",
        "No robot can get here.",
        "Add a lane that leads here.",
    ),
    "map.dead_end": (
        "ロボットがここから出られません。",
        "ここから出る通路を追加してください。",
        "No robot can get out of here.",
        "Add a lane that leads back.",
    ),
    "map.bay_on_way_in": (
        "待機場所を通り抜けないと、ロボットがここに来られません。",
        "ここへ入る通路を追加するか、待機場所を移してください。",
        "No robot can get here without driving through a bay.",
        "Add a lane that leads here, or move the bay.",
    ),
    "map.bay_on_way_out": (
        "待機場所を通り抜けないと、ロボットがここから出られません。",
        "ここから出る通路を追加するか、待機場所を移してください。",
        "No robot can get out of here without driving through a bay.",
        "Add a lane that leads back, or move the bay.",
    ),
    "map.station_unreachable": (
        "ロボットがステーション {station} に来られません。",
        "地点 {node} へ入る通路を直してください。",
        "No robot can get to station {station}.",
        "Mend the way to node {node}.",
    ),
    "map.station_no_way_back": (
        "ロボットがステーション {station} から出られません。",
        "地点 {node} から出る通路を直してください。",
        "No robot can get away from station {station}.",
        "Mend the way back from node {node}.",
    ),
    "map.bay_too_near": (
        "ここに止めたロボットと {nodes} の間が {clearance} mm より短くなります。",
        "ほかのロボットが通る所、止まる所から離してください。",
        "A robot parked here is less than {clearance} mm from {nodes}.",
        "Move it away from where others drive or park.",
    ),
    "map.few_bays": (
        "ロボット {robots} 台に、待機場所・充電場所が {bays} か所しかありません。",
        "1 台に 1 か所ずつ用意してください。",
        "{robots} robots have {bays} bays.",
        "Give every robot a bay of its own.",
    ),
    "map.crossing": (
        "通路 {lane} と、地点のない所で交わっています。",
        "交わる所に地点を置いてください。",
        "It crosses lane {lane} where there is no node.",
        "Put a node where the lanes cross.",
    ),
}
