"""Robots, their types and their fleet manager."""

from edge.model.words.table import Table

WORDS: Table = {
    "site.maps_unknown": (
        "このロボットに地図は送れません({why})。",
        "maps を消し、地図はロボット側か管理システムで入れてください。",
        "These robots take no maps from Genba ({why}).",
        "Remove maps, and load the map at the robot or at its manager.",
    ),
    "site.no_fms": (
        "このロボットを動かすフリートマネージャーがありません。",
        "fms に url を書くか、driver を消してください。",
        "There is no fleet manager that drives these robots.",
        "Add fms with its url, or leave out driver.",
    ),
    "site.two_drivers": (
        "{robot} は {first} と driver が違うのに、同じ車線でつながっています。",
        "driver ごとに、互いに車線でつながらない roadmap に分けてください。",
        "{robot} has another driver than {first}, and lanes join their places.",
        "Give each driver a part of the roadmap that no lane joins to the other's.",
    ),
    "site.half_named": (
        "manufacturer と serial は両方書くか、両方消してください。",
        "両方ないと、監督者が空いている場所にロボットを就役させます。",
        "A machine is named by manufacturer and serial, or not at all.",
        "Write both, or leave both out: supervisors then take a machine into service there.",
    ),
    "site.not_named": (
        "{robot} の manufacturer と serial がありません。",
        "フリートマネージャーのロボットは名乗り出ません。両方書いてください。",
        "{robot} has no manufacturer and serial.",
        "Robots of a fleet manager do not announce themselves: write both.",
    ),
    "site.charge_limits": (
        "{below} % 未満で充電を始めるのに、{to} % までしか充電しません。",
        "charge_to を charge_below より大きくしてください。",
        "It charges below {below} % but only up to {to} %.",
        "Let charge_to be larger than charge_below.",
    ),
}
