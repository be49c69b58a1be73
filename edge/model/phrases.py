"""What the handheld's screens say: id -> (Japanese, English). Short verbs, field words."""

from collections.abc import Mapping
from typing import Any

PHRASES: Mapping[str, tuple[str, str]] = {
    "ask.place": ("作業場所をスキャン", "Scan your place"),
    "ask.place.detail": ("ゾーン・作業台・ドックの札", "zone, station or dock sheet"),
    "ask.wait": ("待機中", "Standing by"),
    "ask.away": ("作業を続けますか", "Are you there?"),
    "ask.location": ("棚をスキャン", "Scan the location"),
    "ask.item": ("商品をスキャン", "Scan the item"),
    "ask.tote": ("トートをスキャン", "Scan the tote"),
    "ask.pack.tote": ("梱包待ちトートをスキャン", "Scan a waiting tote"),
    "ask.other.tote": ("同じ注文のトートをスキャン", "Scan the order's next tote"),
    "ask.verify": ("商品を1点ずつスキャン", "Scan every item"),
    "ask.carton": ("箱をスキャン", "Scan the carton"),
    "ask.weigh": ("はかりに載せて「計量」", "Put it on the scale"),
    "ask.label": ("送り状を貼ってスキャン", "Stick on the label, scan it"),
    "ask.parcel": ("荷物をスキャン", "Scan the parcels"),
    "ask.hand": ("荷物の送り状をスキャン", "Scan each label"),
    "ask.release": ("責任者の承認を待つ", "Wait for a supervisor"),
    "ask.gate": ("ゲートを通る", "Go through the gate"),
    "ask.putback.container": ("戻す容器をスキャン", "Scan the tote or parcel"),
    "ask.putback.item": ("戻す商品をスキャン", "Scan the item to put back"),
    "ask.putback.location": ("戻す棚をスキャン", "Scan its location"),
    "ask.rescue.tote": ("ロボットのトートをスキャン", "Scan the robot's totes"),
    "ask.rescue.station": ("運び先をスキャン", "Scan where you took them"),
    "to.tote": ("トート {tote} へ", "into tote {tote}"),
    "on.robot": ("ロボット {robot}", "on robot {robot}"),
    "from": ("{container} から", "from {container}"),
    "at.gate": ("ゲート {gate}", "gate {gate}"),
    "carrier": ("{carrier}", "{carrier}"),
    "dock": ("ドック {dock}", "dock {dock}"),
    "expiry": ("賞味期限 {expiry}", "best before {expiry}"),
    "lot": ("ロット {lot}", "lot {lot}"),
    "weight": ("予定 {expected} g", "expected {expected} g"),
    "missing": ("不足: {codes}", "missing: {codes}"),
    "extra": ("余分: {codes}", "too many: {codes}"),
    "button.quantity": ("数量", "Quantity"),
    "button.short": ("欠品", "Short"),
    "button.skip": ("後回し", "Skip"),
    "button.undo": ("戻す", "Undo"),
    "button.weigh": ("計量", "Weigh"),
    "button.reprint": ("再印刷", "Reprint"),
    "button.missing": ("足りない", "Missing"),
    "button.recount": ("数え直す", "Recount"),
    "button.accept": ("責任者が承認", "Accept (supervisor)"),
    "button.go": ("ゲートへ", "To the gate"),
    "button.by_hand": ("手作業で確認", "By hand"),
    "button.back": ("やり直す", "Back"),
    "button.here": ("続ける", "I am here"),
    "button.leave": ("場所を変える", "Change place"),
    "button.absent": ("荷物がない", "Not here"),
    "reason.empty": ("棚が空", "Location is empty"),
    "reason.damaged": ("破損", "Damaged"),
    "reason.wrong_item": ("別の商品が入っている", "Other goods inside"),
    "reason.blocked": ("通れない・届かない", "Cannot reach it"),
    "reason.later": ("あとで", "Later"),
}


def phrase(phrase_id: str, language: str, **values: Any) -> str:
    """Return a phrase in `ja` or `en`; raises KeyError for one that does not exist."""
    ja, en = PHRASES[phrase_id]
    return (ja if language == "ja" else en).format(**values)
