"""Why a robot, a job or a charger waits: codes for machines, words and the next step for people (R124).

WORDS has the same form as edge.model.reasons.WORDS: Japanese, next step, English, next step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from edge.model.reasons import Words


class Reason(StrEnum):
    """Why a robot does not get more of its way just now, or why a route is refused."""

    HOME = "traffic.home"
    GOING = "traffic.going"
    AT_STOP = "traffic.at_stop"
    NO_ROUTE = "traffic.no_route"
    STOPPED = "traffic.stopped"
    HELD = "traffic.held"
    JAM = "traffic.jam"
    PATIENCE = "traffic.patience"
    CUT = "traffic.cut"
    CLOSED = "traffic.closed"
    CLASH = "traffic.clash"
    BAY_TAKEN = "traffic.bay_taken"
    BAY_ON_WAY = "traffic.bay_on_way"
    NO_BAY = "traffic.no_bay"
    BASE_AHEAD = "traffic.base_ahead"


class Pick(StrEnum):
    """Why a job has no robot, or a robot no job."""

    NO_ROBOT = "assign.no_robot"
    NO_SKILL = "assign.no_skill"
    NO_BATTERY = "assign.no_battery"
    NO_WAY = "assign.no_way"
    OTHERS_FIRST = "assign.others_first"
    BUSY = "assign.busy"
    NO_JOB = "assign.no_job"
    NO_FITTING_JOB = "assign.no_fitting_job"
    TOO_LOW = "assign.too_low"
    OUT_OF_REACH = "assign.out_of_reach"
    NEARER_ROBOT = "assign.nearer_robot"


class Power(StrEnum):
    """Why a robot should charge, go on charging, stop charging or go without."""

    EMPTY = "charge.empty"
    LOW = "charge.low"
    IDLE = "charge.idle"
    GOES_ON = "charge.goes_on"
    FULL = "charge.full"
    WORK_WAITS = "charge.work_waits"
    OTHERS_NEED_IT = "charge.others_need_it"
    NO_CHARGER = "charge.no_charger"
    NO_WAY = "charge.no_way"
    CUTOFF_FIRST = "charge.cutoff_first"
    ENOUGH = "charge.enough"
    WORKING = "charge.working"


@dataclass(frozen=True, slots=True)
class Wait:
    """An answer to "why is this robot not moving on?": the reason, which other robot is behind it, and where."""

    reason: Reason
    robot: str | None = None
    node: str | None = None

    def words(self, language: str) -> Words:
        """Give text and next step in Japanese ("ja") or English (any other)."""
        return words(self.reason, language, robot=self.robot or "-", node=self.node or "-")


def words(code: Reason | Pick | Power, language: str, **details: str) -> Words:
    """Give text and next step of a code; traffic codes may name {robot} and {node}."""
    ja, next_ja, en, next_en = WORDS[code]
    text, step = (ja, next_ja) if language == "ja" else (en, next_en)
    return Words(text.format(**details), step.format(**details))


WORDS: Mapping[str, tuple[str, str, str, str]] = {
    Reason.HOME: ("待機場所 {node} で作業を待っています。", "", "It is in its bay {node} and waits for work.", ""),
    Reason.GOING: ("{node} へ走行中です。", "", "It is driving to {node}.", ""),
    Reason.AT_STOP: (
        "{node} で作業中です。",
        "作業が終わると進みます。",
        "It is at work at {node}.",
        "It goes on when that is done.",
    ),
    Reason.NO_ROUTE: (
        "{node} にいますが、経路がありません。",
        "経路を計画し直すか、手で移動してください。",
        "It stands at {node} without a route.",
        "Plan one, or move it by hand.",
    ),
    Reason.STOPPED: (
        "{node} で停止しています。",
        "ロボットを確認し、復帰または移動してください。",
        "It is stopped at {node}.",
        "Check the robot, then resume or move it.",
    ),
    Reason.HELD: ("{robot} が {node} を空けるのを待っています。", "", "It waits for {robot} to leave {node}.", ""),
    Reason.JAM: (
        "今進むと {node} で {robot} と行き詰まります。",
        "先に {robot} が通ります。",
        "Going on now would lock it with {robot} at {node}.",
        "{robot} passes first.",
    ),
    Reason.PATIENCE: (
        "最も長く待っている {robot} を先に通します。",
        "",
        "It lets {robot} go first, which has waited longest.",
        "",
    ),
    Reason.CUT: (
        "{node} にいる {robot} が動かないため進めません。",
        "迂回させるか、{robot} を移動してください。",
        "{robot} at {node} is in its way and does not move.",
        "Send it another way, or move {robot}.",
    ),
    Reason.CLOSED: (
        "この先の {node} が閉鎖中です。",
        "開放するか、別の経路にしてください。",
        "The way is closed at {node}.",
        "Open it, or choose another way.",
    ),
    Reason.CLASH: (
        "{robot} と同じ場所({node})が報告されています。",
        "両方の位置を確認してください。",
        "It and {robot} are both reported at {node}.",
        "Check where each of them is.",
    ),
    Reason.BAY_TAKEN: (
        "待機場所 {node} は {robot} のものです。",
        "別の場所を選んでください。",
        "Bay {node} belongs to {robot}.",
        "Choose another.",
    ),
    Reason.BAY_ON_WAY: (
        "経路が {robot} の待機場所 {node} にかかります。",
        "別の経路にしてください。",
        "The way touches bay {node} ({robot}).",
        "Choose another way.",
    ),
    Reason.NO_BAY: (
        "{node} は待機場所ではありません。",
        "経路の終点は待機場所か充電場所にしてください。",
        "{node} is not a bay.",
        "End the route in a parking or charging place.",
    ),
    Reason.BASE_AHEAD: (
        "{node} までは走行が決まっています。",
        "{node} から先だけ変更できます。",
        "Its way is settled up to {node}.",
        "Change only what follows {node}.",
    ),
    Pick.NO_ROBOT: (
        "空いているロボットがありません。",
        "作業が終わりしだい割り当てます。",
        "No robot is free.",
        "It is given to the next one that is.",
    ),
    Pick.NO_SKILL: (
        "この作業ができるロボットが空いていません。",
        "対応するロボットを確認してください。",
        "No free robot can do this job.",
        "Check the robots of the type it needs.",
    ),
    Pick.NO_BATTERY: (
        "充電が足りるロボットが空いていません。",
        "充電が終わりしだい割り当てます。",
        "No free robot has battery enough for it.",
        "It is given out when one has charged.",
    ),
    Pick.NO_WAY: (
        "空いているロボットから行ける経路がありません。",
        "閉鎖区間と停止中のロボットを確認してください。",
        "No free robot has a way to it.",
        "Look for closures and stopped robots.",
    ),
    Pick.OTHERS_FIRST: (
        "急ぎの作業を先に割り当てました。",
        "",
        "More urgent jobs got the free robots.",
        "",
    ),
    Pick.BUSY: ("作業中または使用不可です。", "", "It is at work or out of service.", ""),
    Pick.NO_JOB: ("割り当てる作業がありません。", "", "There is no job waiting.", ""),
    Pick.NO_FITTING_JOB: (
        "このロボットにできる作業がありません。",
        "",
        "No waiting job suits this robot.",
        "",
    ),
    Pick.TOO_LOW: (
        "待っている作業には充電が足りません。",
        "充電してください。",
        "Its battery is too low for the waiting jobs.",
        "Let it charge.",
    ),
    Pick.OUT_OF_REACH: (
        "待っている作業へ行ける経路がありません。",
        "閉鎖区間と停止中のロボットを確認してください。",
        "It has no way to the waiting jobs.",
        "Look for closures and stopped robots.",
    ),
    Pick.NEARER_ROBOT: (
        "ほかのロボットのほうが適していました。",
        "",
        "Other robots suited the waiting jobs better.",
        "",
    ),
    Power.EMPTY: ("電池がほとんどありません。", "", "Its battery is nearly empty.", ""),
    Power.LOW: ("電池が少なくなりました。", "", "Its battery is low.", ""),
    Power.IDLE: ("手が空いているので充電します。", "", "It charges while there is nothing to do.", ""),
    Power.GOES_ON: ("充電を続けます。", "", "It goes on charging.", ""),
    Power.FULL: ("充電が終わりました。", "", "It is charged.", ""),
    Power.WORK_WAITS: (
        "作業が待っているので充電を切り上げます。",
        "",
        "Work is waiting and it has enough.",
        "",
    ),
    Power.OTHERS_NEED_IT: (
        "ほかのロボットに充電器を譲ります。",
        "",
        "It leaves the charger to a robot that needs it more.",
        "",
    ),
    Power.NO_CHARGER: (
        "空いている充電器がありません。",
        "空きしだい充電します。",
        "No charger is free.",
        "It charges when one is.",
    ),
    Power.NO_WAY: (
        "充電器まで行ける経路がありません。",
        "閉鎖区間と停止中のロボットを確認してください。",
        "It has no way to a charger.",
        "Look for closures and stopped robots.",
    ),
    Power.CUTOFF_FIRST: (
        "締切前なので、充電は締切後か残りわずかになってからにします。",
        "",
        "It charges after the cut-off, or when it is nearly empty.",
        "",
    ),
    Power.ENOUGH: ("電池は足りています。", "", "It has battery enough.", ""),
    Power.WORKING: (
        "作業が終わってから充電します。",
        "",
        "It charges when its job is done.",
        "",
    ),
}
