"""Every refusal, wait and exception in words: what is the matter and what to do next, in Japanese and English.

Codes are stable: the WMS, tests and the journal know them. Placeholders in braces are filled from the reason's details.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.model.fleet_words import FLEET_WORDS
from edge.model.foreign_words import FOREIGN_WORDS
from edge.model.newcomer_words import NEWCOMER_WORDS
from edge.model.site_words import SITE_WORDS
from edge.model.watch_words import WATCH_WORDS


@dataclass(frozen=True, slots=True)
class Words:
    """A code's text and the next step, in one language."""

    text: str
    next: str

    def __str__(self) -> str:
        """Return both as one line."""
        return f"{self.text} {self.next}".strip()


class Refusal(Exception):
    """A request that cannot be done: the decision is undone and the asker told why and what next."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(f"{code} {details}" if details else code)
        self.code = code
        self.details = details

    def words(self, language: str) -> Words:
        """Return text and next step in a language."""
        return say(self.code, language, self.details)


def say(code: str, language: str, details: Mapping[str, Any] | None = None) -> Words:
    """Return the words for a code; an unknown code is said as itself, never hidden."""
    ja, next_ja, en, next_en = WORDS.get(code, (code, "", code, ""))
    filled = _Filled(details or {})
    text, step = (ja, next_ja) if language == "ja" else (en, next_en)
    return Words(text.format_map(filled), step.format_map(filled))


class _Filled(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


WORDS: Mapping[str, tuple[str, str, str, str]] = {
    **FLEET_WORDS,
    **FOREIGN_WORDS,
    **NEWCOMER_WORDS,
    **SITE_WORDS,
    **WATCH_WORDS,
} | {
    # code: (Japanese, next step, English, next step)
    # --- orders and the WMS
    "order.unknown_owner": (
        "荷主 {owner} はこのサイトに登録されていません。",
        "荷主コードを確認してください。",
        "Owner {owner} is not known at this site.",
        "Check the owner code.",
    ),
    "order.unknown_sku": (
        "商品 {sku} は登録されていません。",
        "先に商品マスターを送ってください。",
        "Item {sku} is not known.",
        "Send its master data first.",
    ),
    "order.discontinued": (
        "商品 {sku} は販売終了です。",
        "この明細を外してください。",
        "Item {sku} is discontinued.",
        "Leave this line out.",
    ),
    "order.unknown_carrier": (
        "運送会社 {carrier} はこのサイトにありません。",
        "運送会社コードを確認してください。",
        "Carrier {carrier} does not serve this site.",
        "Check the carrier code.",
    ),
    "order.no_lines": ("明細がありません。", "明細を付けてください。", "The order has no lines.", "Give it lines."),
    "order.double_line": (
        "明細番号 {line} が重複しています。",
        "明細番号を分けてください。",
        "Line number {line} stands twice.",
        "Number the lines apart.",
    ),
    "order.unknown": (
        "注文 {order} は見つかりません。",
        "注文番号を確認してください。",
        "There is no order {order}.",
        "Check the order key.",
    ),
    "order.too_late": (
        "注文 {order} は {at} に出荷済みです。",
        "返品として扱ってください。",
        "Order {order} left at {at}.",
        "Treat it as a return.",
    ),
    "order.ended": (
        "注文 {order} は終了しています({state})。",
        "状態を確認してください。",
        "Order {order} has ended ({state}).",
        "Look at its state.",
    ),
    "order.ended_at_wms": (
        "復元で経過が失われ、WMS では終了しています。",
        "現物と在庫を確認してください。",
        "The restore lost its story; for the WMS it has ended.",
        "Look at the goods and the stock.",
    ),
    "order.labelled": (
        "注文 {order} の送り状は印刷済みです。",
        "先に取消しを依頼してください。",
        "The label of order {order} is already printed.",
        "Ask for its cancellation instead.",
    ),
    "order.no_stock": (
        "引き当てられる在庫がありません。",
        "入荷を確認してください。",
        "There is no stock to allocate.",
        "Check what is to be received.",
    ),
    "order.at_gate": (
        "荷物がゲートを通過中です。",
        "通過の結果で決まります。",
        "The parcel is going through the gate.",
        "The gate decides.",
    ),
    "request.other_content": (
        "キー {key} は別の内容で使用済みです。",
        "新しいキーで送ってください。",
        "Key {key} was used for other content.",
        "Send it under a new key.",
    ),
    "stock.unknown_location": (
        "棚 {location} はこのサイトにありません。",
        "棚番を確認してください。",
        "There is no location {location}.",
        "Check the location.",
    ),
    "stock.too_little": (
        "{location} の {sku} は {available} 点で、{wanted} 点は引けません。",
        "数量を確認してください。",
        "{location} holds {available} of {sku}; {wanted} cannot be taken.",
        "Check the quantity.",
    ),
    # --- why an order or task waits
    "wait.hold": ("保留中です。", "保留を解除してください。", "It is on hold.", "Release the hold."),
    "wait.no_stock": (
        "在庫がありません。",
        "入荷か在庫調整を待っています。",
        "There is no stock.",
        "It waits for a receipt or an adjustment.",
    ),
    "wait.wave": (
        "{at} の締めの波で出します。",
        "急ぐ場合は優先度を上げてください。",
        "It goes with the wave of the {at} cut-off.",
        "Raise its priority if it is urgent.",
    ),
    "wait.companions": (
        "同じ巡回にまとめる注文を待っています。",
        "まもなく始まります。",
        "It waits for orders to share a tour.",
        "It starts shortly.",
    ),
    "wait.totes": (
        "空きトートがありません。",
        "梱包待ちのトートを進めてください。",
        "No tote is free.",
        "Pack the waiting totes.",
    ),
    "wait.robot": (
        "空いているロボットがありません。",
        "充電中・停止中を確認してください。",
        "No robot is free.",
        "Check robots that charge or stand.",
    ),
    "wait.all_stopped": (
        "全ロボットを停止中です。",
        "フロアの地図で走行を再開すると進みます。",
        "All robots are stopped.",
        "It goes on when they are let drive on from the floor map.",
    ),
    "wait.called_home": (
        "全ロボットを待機場所へ戻しています。",
        "フロアの地図で作業を再開すると進みます。",
        "All robots were called home.",
        "It goes on when they are let work again from the floor map.",
    ),
    "wait.robot_coming": (
        "ロボット {robot} を待っています。",
        "到着すると始まります。",
        "It waits for robot {robot}.",
        "It starts when the robot arrives.",
    ),
    "wait.person": (
        "{place} に手の空いた人がいません。",
        "人を割り当ててください。",
        "Nobody is free at {place}.",
        "Send somebody there.",
    ),
    "wait.person_busy": (
        "{place} の担当者は別の作業中です。",
        "順番に進みます。",
        "Whoever works at {place} is busy.",
        "It follows in turn.",
    ),
    "wait.other_totes": (
        "同じ注文の他のトートを待っています。",
        "届くと梱包できます。",
        "It waits for other totes of the order.",
        "It can be packed when they arrive.",
    ),
    "wait.gate": (
        "ゲート {gate} が使用中です。",
        "前の通過が終わるまで待ちます。",
        "Gate {gate} is in use.",
        "It goes after the load before it.",
    ),
    "wait.planning": ("まもなく計画に入ります。", "", "It is about to be planned.", ""),
    "wait.load": (
        "梱包済みで、積込を待っています。",
        "ドックに着くと始まります。",
        "It is packed and waits to be loaded.",
        "It starts when somebody is at the dock.",
    ),
    "wait.absent": (
        "荷物が見つかっていません。",
        "探して、見つけたらドックでスキャンしてください。",
        "Its parcel has not been found.",
        "Look for it; scan it at its dock when it is found.",
    ),
    "wait.cancel": (
        "取消しの結果を待っています。",
        "ゲート通過の結果で決まります。",
        "It waits for the outcome of its cancel.",
        "The gate decides.",
    ),
    "wait.no_work": (
        "{place} に今できる作業はありません。",
        "このままお待ちください。作業が出ると表示されます。",
        "There is no work at {place} now.",
        "Wait here; work shows by itself.",
    ),
    # --- scans
    "scan.unknown": (
        "「{scanned}」は登録のないコードです。",
        "{ask}。",
        '"{scanned}" is not a known code.',
        "{ask}.",
    ),
    "scan.no_read": (
        "スキャナー {scanner} がコードを読めませんでした。",
        "コードが見えるように置き直すか、ハンディでスキャンしてください。",
        "Scanner {scanner} saw no code.",
        "Lay it so that its code can be seen, or scan it with the handheld.",
    ),
    "scan.whose": (
        "「{scanned}」: {place} に {count} 人いるため、だれの読み取りか分かりません。",
        "ハンディでスキャンしてください。",
        '"{scanned}": {count} people work at {place}, and nothing tells whose scan it is.',
        "Scan it with the handheld.",
    ),
    "scan.other_kind": (
        "「{scanned}」は{what}です。",
        "{ask}。",
        '"{scanned}" is {what}.',
        "{ask}.",
    ),
    "scan.wrong_location": (
        "ここは {scanned} です。{expected} ではありません。",
        "{expected} をスキャンしてください。",
        "This is {scanned}, not {expected}.",
        "Scan {expected}.",
    ),
    "scan.wrong_item": (
        "「{scanned_name}」です。「{expected_name}」ではありません。",
        "棚番と商品をもう一度確かめてください。",
        "This is {scanned_name}, not {expected_name}.",
        "Check location and item again.",
    ),
    "scan.wrong_tote": (
        "トート {scanned} ではなく {expected} です。",
        "{expected} をスキャンしてください。",
        "This is tote {scanned}, not {expected}.",
        "Scan {expected}.",
    ),
    "scan.wrong_container": (
        "{scanned} ではなく {expected} から戻します。",
        "{expected} をスキャンしてください。",
        "This is {scanned}; the goods to put back are in {expected}.",
        "Scan {expected}.",
    ),
    "scan.not_here": (
        "「{scanned}」はここでは使えません。",
        "{ask}。",
        '"{scanned}" has no place here.',
        "{ask}.",
    ),
    "scan.item_first": (
        "先に商品を1点スキャンしてください。",
        "そのあと数量を入れられます。",
        "Scan one item first.",
        "Then enter the quantity.",
    ),
    "scan.not_in_order": (
        "「{scanned_name}」はこの注文に入っていません。",
        "横に置いて、責任者に渡してください。",
        "{scanned_name} does not belong to this order.",
        "Put it aside and give it to a supervisor.",
    ),
    "scan.enough": ("数は足りています。", "次へ進んでください。", "There are enough already.", "Go on."),
    "scan.wrong_carton": (
        "箱 {scanned} はこのサイトにありません。",
        "箱のコードをスキャンしてください。",
        "{scanned} is no carton of this site.",
        "Scan a carton's code.",
    ),
    "scan.wrong_label": (
        "この送り状は {scanned} です。{expected} ではありません。",
        "今印刷した送り状をスキャンしてください。",
        "This label is {scanned}, not {expected}.",
        "Scan the label just printed.",
    ),
    "scan.void_label": (
        "送り状 {scanned} は無効です。",
        "新しい送り状を貼ってください。",
        "Label {scanned} is void.",
        "Use the new label.",
    ),
    "label.which": (
        "送り状番号 {scanned} は {prints} 枚印刷されていて、番号だけでは新しい送り状か分かりません。",
        "新しい送り状の四角いコードをスキャンしてください。",
        "Number {scanned} is on {prints} prints and does not tell the new label from the old.",
        "Scan the square code of the new label.",
    ),
    "label.void": (
        "これは荷物 {parcel} の古い送り状({issue} 枚目)で、無効です。",
        "はがして捨て、{now} 枚目を貼ってください。",
        "This is an old label of parcel {parcel} (print {issue}) and void.",
        "Take it off and stick on print {now}.",
    ),
    "label.printing": (
        "新しい送り状を印刷しています。前の送り状は無効です。",
        "前のものは捨て、新しいものを貼って四角いコードをスキャンしてください。",
        "A new label is printing; the one before is void.",
        "Throw that away, stick on the new one and scan its square code.",
    ),
    "label.ended": (
        "荷物 {parcel} の送り状は印刷し直せません。",
        "梱包が済んでいないか、出荷済みか、取り消されています。注文の画面で確認してください。",
        "The label of parcel {parcel} cannot be printed again.",
        "It has none yet, has left, or is void: look at its order.",
    ),
    "label.not_drawn": (
        "荷物 {parcel} の送り状は描けません({error})。",
        "ラベルのひな形を見直してください。",
        "The label of parcel {parcel} cannot be drawn ({error}).",
        "Look at its label template.",
    ),
    "label.no_reason": (
        "印刷し直す理由がありません。",
        "理由を選んでください。",
        "A reprint needs a reason.",
        "Choose one.",
    ),
    "label.at_gate": (
        "荷物 {parcel} はゲート {gate} にあります。",
        "ゲートから戻してから印刷し直してください。",
        "Parcel {parcel} stands at gate {gate}.",
        "Take its load back first.",
    ),
    "label.left_load": (
        "荷物 {parcel} の送り状を印刷し直すため、この便から外しました。",
        "荷物を脇に置き、新しい送り状を貼ってください。",
        "The label of parcel {parcel} is printed anew: it has left this load.",
        "Put it aside and stick on the new label.",
    ),
    "scan.no_order_tote": (
        "トート {scanned} は空です。",
        "梱包待ちのトートをスキャンしてください。",
        "Tote {scanned} is empty.",
        "Scan a waiting tote.",
    ),
    "scan.other_station": (
        "トート {scanned} は {station} の担当です。",
        "{station} へ運んでください。",
        "Tote {scanned} belongs to {station}.",
        "Take it there.",
    ),
    "scan.twice": (
        "この荷物は確認済みです。",
        "次の荷物をスキャンしてください。",
        "This parcel is already counted.",
        "Scan the next.",
    ),
    "scan.not_packed": (
        "荷物 {scanned} は出荷できる状態ではありません。",
        "梱包の完了を確認してください。",
        "Parcel {scanned} is not ready to leave.",
        "Check that it is packed.",
    ),
    "scan.other_load": (
        "荷物 {scanned} はこの便の荷物ではありません。",
        "別の置き場に戻してください。",
        "Parcel {scanned} is not part of this load.",
        "Put it back.",
    ),
    # --- work
    "work.done": ("完了しました。", "", "Done.", ""),
    "work.right": ("OK", "", "OK", ""),
    "work.not_yours": (
        "この作業は他の人が進めています。",
        "次の作業に進みます。",
        "Somebody else has this work now.",
        "Here is your next work.",
    ),
    "work.not_held": (
        "この作業は誰も持っていません。",
        "一覧を更新してください。",
        "Nobody holds this work.",
        "Refresh the list.",
    ),
    "work.given": ("責任者がこの作業を割り当てました。", "", "A supervisor gave you this work.", ""),
    "work.no_hands": (
        "この作業は人に割り当てられません。",
        "運搬はロボットが行います。",
        "This work is not for people.",
        "Robots carry.",
    ),
    "work.not_ready": (
        "この作業はまだ始められないか、もう終わっています。",
        "一覧の「待ち理由」を確認してください。",
        "This work cannot be begun yet, or is over.",
        "See in the list what it waits for.",
    ),
    "work.already_theirs": (
        "{person} さんがすでに担当しています。",
        "何もする必要はありません。",
        "{person} has this work already.",
        "There is nothing to do.",
    ),
    "work.person_role": (
        "{person} さんにはこの作業の役割がありません。",
        "別の人を選んでください。",
        "{person} does not have the role for this work.",
        "Choose somebody else.",
    ),
    "work.person_absent": (
        "{person} さんはハンディで作業していません。",
        "ログインしてもらうか、別の人を選んでください。",
        "{person} is not at a handheld now.",
        "Have them log in, or choose somebody else.",
    ),
    "work.person_elsewhere": (
        "{person} さんは {place} にいません。",
        "{place} の札をスキャンしてもらうか、そこにいる人を選んでください。",
        "{person} is not at {place}.",
        "Have them scan the sheet of {place}, or choose somebody who is there.",
    ),
    "work.person_busy": (
        "{person} さんは別の作業の途中です。",
        "先にその作業の担当を外すか、別の人を選んでください。",
        "{person} has begun other work.",
        "Take that from them first, or choose somebody else.",
    ),
    "work.replaced": (
        "{person} さんが {place} を引き継ぎました。",
        "自分の作業場所をスキャンしてください。",
        "{person} has taken over {place}.",
        "Scan your own place.",
    ),
    "work.lease": (
        "しばらく操作がないため、この作業を待ちに戻しました。",
        "戻ったら「続ける」を押すか、何かスキャンしてください。",
        "Nothing was done for a while, so this work was put back.",
        "When you return, press “I am here” or scan anything.",
    ),
    "work.resumed": (
        "操作のない間に他の人は始めていません。",
        "画面の続きから進めてください。",
        "Nobody began your work while you were away.",
        "Go on where the screen says.",
    ),
    "work.passed_on": (
        "しばらく操作がなかったため、{person} さんが引き継ぎました。そのあとのスキャンは数えません。",
        "手元の商品を元に戻し、次の作業に進んでください。",
        "You were away, so {person} took over. Scans after that do not count.",
        "Put back what is in your hands; here is your next work.",
    ),
    "work.put_back": (
        "しばらく操作がなかったため、この作業は待ちに戻りました。そのあとのスキャンは数えません。",
        "手元の商品を元に戻し、画面の作業に進んでください。",
        "You were away, so this work waits for somebody again. Scans after that do not count.",
        "Put back what is in your hands and follow the screen.",
    ),
    "work.in_hand": (
        "ロボット {robot} のピックは作業中です。",
        "「作業」で担当を外してから先に進めてください。",
        "Somebody is picking at robot {robot}.",
        "Take the task from them first (Work), then send the robot on.",
    ),
    "work.changed": ("別の作業に切り替えました。", "", "Other work was taken instead.", ""),
    "work.cancelled": (
        "この作業は取り消されました。",
        "次の作業に進みます。",
        "This work was cancelled.",
        "Here is your next work.",
    ),
    "work.stale_screen": (
        "画面が古くなっています。",
        "最新の画面でもう一度操作してください。",
        "The screen is out of date.",
        "Do it again on the new screen.",
    ),
    "work.no_button": (
        "この操作は今できません。",
        "画面の指示に従ってください。",
        "That cannot be done now.",
        "Follow the screen.",
    ),
    "work.role": (
        "この作業の権限がありません({role})。",
        "責任者に相談してください。",
        "You may not do this ({role}).",
        "Ask a supervisor.",
    ),
    "work.manual": (
        "手入力は責任者だけができます。",
        "コードをスキャンしてください。",
        "Only supervisors may type codes.",
        "Scan the code.",
    ),
    "work.nothing_to_undo": ("戻せる操作がありません。", "", "There is nothing to undo.", ""),
    "work.undone": ("ひとつ戻しました。", "", "One step undone.", ""),
    "work.skipped": ("後回しにしました。", "", "Skipped for now.", ""),
    "work.short": ("欠品を記録しました。", "", "The short is recorded.", ""),
    "work.quantity": (
        "数量は 0 から {most} の間です。",
        "数え直してください。",
        "The quantity is between 0 and {most}.",
        "Count again.",
    ),
    # --- packing and gate
    # --- put walls
    "wall.full": (
        "{place} の作業者の色({count} 色)はすべて使用中です。",
        "別の場所で作業するか、だれかが離れるまで待ってください。",
        "All {count} colours of {place} are in use.",
        "Work elsewhere, or wait until somebody leaves it.",
    ),
    "wall.put_now": (
        "その商品です。",
        "間口に入れて、ボタンを押してください。",
        "This is the item.",
        "Put it in and press.",
    ),
    "wall.put_first": (
        "「{expected_name}」がまだ入れ終わっていません。",
        "先に入れるか、「あとで入れる」を押してください。",
        "{expected_name} is not put away yet.",
        "Put it into its slots first, or press Put it later.",
    ),
    "wall.leave": (
        "「{scanned_name}」を待つ間口はありません(取消し・欠品の分です)。",
        "トート {tote} に残してください。棚に戻す作業が出ます。",
        "No slot wants {scanned_name}: its order was cancelled.",
        "Leave it in tote {tote}; it will be put back.",
    ),
    "wall.unwanted": (
        "「{scanned_name}」を待つ間口はありません。",
        "トート {tote} の横に置いて、責任者に渡してください。",
        "No slot wants {scanned_name}.",
        "Lay it beside tote {tote} and give it to a supervisor.",
    ),
    "wall.wrong_slot": (
        "間口 {scanned} ではなく {expected} です。",
        "{expected} に入れて、押すかスキャンしてください。",
        "This is slot {scanned}, not {expected}.",
        "Put it into {expected}; press or scan there.",
    ),
    "wall.taken": (
        "間口 {slot} は{person}のために光っています。",
        "ほかの間口を先にするか、少し待ってください。",
        "Slot {slot} is lit for {person}.",
        "Take another slot first, or wait a moment.",
    ),
    "wall.not_lit": (
        "間口 {slot} は光っていません。何も記録していません。",
        "商品をスキャンし、光った間口のボタンを押してください。",
        "Slot {slot} is not lit; nothing was counted.",
        "Scan an item and press where it lights up.",
    ),
    "wall.cancelled": (
        "間口 {slot} の注文が取り消されました。",
        "その商品はトートに残してください。",
        "The order of slot {slot} was cancelled.",
        "Leave its goods in the tote.",
    ),
    "wall.absent": ("仕分けのとき、トートにありませんでした。", "", "It was not in the tote when that was sorted.", ""),
    "wall.damaged": ("仕分けのとき、破損していました。", "", "It was damaged when its tote was sorted.", ""),
    "pack.weight_off": (
        "重さが {weight} g です(予定 {expected} ± {tolerance} g)。",
        "中身を数え直すか、責任者を呼んでください。",
        "It weighs {weight} g; {expected} ± {tolerance} g was expected.",
        "Count the contents again, or call a supervisor.",
    ),
    "pack.scale_silent": (
        "はかり {scale} が応答しません。",
        "電源とケーブルを確認してください。",
        "Scale {scale} does not answer.",
        "Check its power and cable.",
    ),
    "pack.short": (
        "足りない商品を記録しました。",
        "残りを梱包してください。",
        "The missing units are recorded.",
        "Pack what is there.",
    ),
    "putback.missing": ("戻す商品が容器にありませんでした。", "", "Goods to put back were not in the container.", ""),
    "pack.nothing_left": (
        "梱包する商品がありません。注文を終了しました。",
        "",
        "Nothing is left to pack; the order is closed.",
        "",
    ),
    "pack.held": (
        "この注文は保留中です。",
        "トートを脇に置いてください。",
        "This order is on hold.",
        "Put the tote aside.",
    ),
    "pack.printing": (
        "送り状を印刷しています。",
        "貼ってスキャンしてください。",
        "The label is printing.",
        "Stick it on and scan it.",
    ),
    "load.absent": (
        "荷物 {parcel} をこの便から外しました。見つかるまで次の便にも載りません。",
        "探して、見つけたらここでスキャンしてください。",
        "Parcel {parcel} is off this load, and no other takes it before it is found.",
        "Look for it and scan it here.",
    ),
    "load.cancelled": (
        "この便は取り消されました。",
        "荷物をゲートの中に戻し、置き場に置いてください。",
        "This load was cancelled.",
        "Bring its parcels back inside and put them with the waiting parcels.",
    ),
    "load.parcel_cancelled": (
        "荷物 {parcel} は取り消されました。",
        "便から外して置き場に戻してください。",
        "Parcel {parcel} is cancelled.",
        "Take it off the load and put it with the waiting parcels.",
    ),
    "load.held": (
        "荷物 {parcel} は保留になりました。",
        "便から外して置き場に戻してください。",
        "Parcel {parcel} is on hold.",
        "Take it off the load and put it with the waiting parcels.",
    ),
    "load.found": (
        "荷物 {parcel} が見つかりました。",
        "置き場に置いてください。次の便に入ります。",
        "Parcel {parcel} is found.",
        "Put it with the waiting parcels; it goes with the next load.",
    ),
    "load.not_all": (
        "まだ {parcels} 個が未確認です。",
        "{next} をスキャンしてください。",
        "{parcels} parcels are not scanned yet.",
        "Scan {next}.",
    ),
    "gate.pass": ("{parcels} 個の通過を確認しました。", "", "{parcels} parcels passed.", ""),
    "gate.stop": (
        "ゲートで不一致: 不足 {missing} 個、余分 {extra} 個。",
        "表示の荷物を確かめて、もう一度通ってください。",
        "The gate found {missing} missing and {extra} too many.",
        "Check the parcels shown and go through again.",
    ),
    "gate.not_through": (
        "荷物はゲートを出ていません。",
        "もう一度、最後まで通ってください。",
        "The load did not go out through the gate.",
        "Go through again, all the way.",
    ),
    "gate.hand_not_needed": (
        "ゲート {gate} は動いています。手作業での確認は、読めない荷物があったときか、機器が止まったときだけです。",
        "ゲートを通ってください。",
        "Gate {gate} works; labels are scanned only after it missed a parcel or while it is down.",
        "Go through the gate.",
    ),
    "gate.hand_extra": (
        "この便ではない荷物があります: {parcels}",
        "便から外して、もう一度ゲートを通ってください。",
        "Parcels of other loads were seen: {parcels}.",
        "Take them off and go through the gate again.",
    ),
    "gate.hand_scan": (
        "未確認の荷物は {parcels} 個です。",
        "送り状を1個ずつスキャンしてください。",
        "{parcels} parcels are not proved yet.",
        "Scan the label of each.",
    ),
    "gate.hand_read": (
        "荷物 {parcel} はゲートで確認済みです。",
        "残りの荷物をスキャンしてください。",
        "The gate has read parcel {parcel}.",
        "Scan the others.",
    ),
    "gate.hand_ask": (
        "すべての荷物を確認しました。",
        "責任者の承認を待ってください。",
        "All parcels are proved.",
        "Wait for a supervisor to release the load.",
    ),
    "gate.hand_over": (
        "この便は承認を待っていません。",
        "一覧を読み込み直してください。",
        "This load does not wait to be released.",
        "Load the list again.",
    ),
    "gate.device_down": ("ゲートの機器が止まっています。", "", "A device of the gate is down.", ""),
    "gate.tags_missed": ("ゲートで読めないタグがありました。", "", "The gate could not read every tag.", ""),
    "gate.works_again": ("ゲートの機器は復旧しています。", "", "The devices of the gate work again.", ""),
    # --- exceptions
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
    "exception.device_lost": (
        "機器 {device} につながりません。",
        "電源と LAN を確認してください。",
        "Device {device} cannot be reached.",
        "Check its power and network.",
    ),
    "exception.device_flaps": (
        "機器 {device} が {minutes} 分間に {count} 回切れました。",
        "ケーブル、コネクター、電源、無線の電波を確認してください。",
        "Device {device} was lost {count} times in {minutes} min.",
        "Check cable, plug, power supply or radio.",
    ),
    "exception.wish_dropped": (
        "{device} の {point} を {value} にできないまま期限が過ぎたため、取りやめました。",
        "機器と現場を確認し、必要ならもう一度操作してください。",
        "{point} of {device} could not become {value} in time; it was given up.",
        "Look at the device and the floor; repeat it if it is still wanted.",
    ),
    "exception.pick_waits": (
        "ロボット {robot} が {node} で {place} のピックを待っていますが、誰も来ません。",
        "人を呼ぶか、フロアでロボットを選び「先へ進める」を押してください。",
        "Robot {robot} stands at {node} for a pick in {place} and nobody comes.",
        "Call somebody there, or choose the robot on the floor map and send it on.",
    ),
    "exception.short": (
        "{location} の {sku} が {missing} 点足りません。",
        "棚を数えてください。",
        "{location} lacks {missing} of {sku}.",
        "Count the location.",
    ),
    "exception.slot_button": (
        "{wall} の間口 {slot} のボタンが押されたままです。",
        "ボタンと配線を見てください。その間、{slot} はラベルをスキャンして作業できます。",
        "The button of slot {slot} at {wall} stays pressed.",
        "Look at button and wire; meanwhile the label of {slot} is scanned instead.",
    ),
    "exception.weight": (
        "荷物 {parcel} の重さが合いません({weight} g、予定 {expected} g)。",
        "中身を確認してください。",
        "Parcel {parcel} weighs {weight} g, expected {expected} g.",
        "Check its contents.",
    ),
    "exception.door_late": (
        "扉 {door} が {seconds} 秒たっても開きません。ロボットは通しません。",
        "挟まった物がないか、駆動装置と操作盤を確認してください。開けば自動で再開します。",
        "Door {door} did not open within {seconds} s. No robot is let through.",
        "Look for something in its way, at its drive and its panel. All goes on by itself when it opens.",
    ),
    "exception.door_fault": (
        "扉 {door} が故障を知らせています。ロボットは通しません。",
        "操作盤で故障を解除してください。解除されれば自動で再開します。",
        "Door {door} reports a fault. No robot is let through.",
        "Clear the fault at its panel. All goes on by itself then.",
    ),
    "exception.door_shut": (
        "ロボットを通している間に、扉 {door} が閉まりました。",
        "扉のところへ行き、ロボットと人が挟まれていないか確認し、扉を開けてください。",
        "Door {door} closed while a robot was let through.",
        "Go there: see that no robot and nobody is caught, and open it.",
    ),
    "exception.door_lost": (
        "扉 {door} の入出力ユニット {device} につながりません。ロボットは通しません。",
        "ユニットの電源と LAN を確認してください。つながれば自動で再開します。",
        "The I/O unit {device} of door {door} cannot be reached. No robot is let through.",
        "Check its power and network. All goes on by itself then.",
    ),
    "exception.door_signals": (
        "扉 {door} が「全開」と「全閉」を同時に知らせています。ロボットは通しません。",
        "リミットスイッチと配線を確認してください。",
        "Door {door} says that it is open and closed at once. No robot is let through.",
        "Check its limit switches and their wiring.",
    ),
    "exception.lift_late": (
        "リフト {lift} を {floor} 階に呼びましたが、{seconds} 秒たっても来ません。",
        "かごの位置と操作盤を確認してください。来れば自動で再開します。",
        "Lift {lift} was called to floor {floor} and did not come within {seconds} s.",
        "Find its cabin and look at its panel. All goes on by itself when it comes.",
    ),
    "exception.lift_door": (
        "リフト {lift} の扉が {floor} 階で {seconds} 秒たっても開きません。",
        "挟まった物がないか、扉と操作盤を確認してください。開けば自動で再開します。",
        "The doors of lift {lift} did not open on floor {floor} within {seconds} s.",
        "Look for something in their way, at their drive and the panel. All goes on by itself when they open.",
    ),
    "exception.lift_fault": (
        "リフト {lift} が故障を知らせています。ロボットは乗せません。",
        "操作盤で故障を解除してください。解除されれば自動で再開します。",
        "Lift {lift} reports a fault. No robot is let in.",
        "Clear the fault at its panel. All goes on by itself then.",
    ),
    "exception.lift_manual": (
        "リフト {lift} は手動に切り替えられています。ロボットは乗せません。",
        "使い終わったら自動に戻してください。戻れば自動で再開します。",
        "Somebody has taken lift {lift}. No robot is let in.",
        "Give it back to automatic when it is free. All goes on by itself then.",
    ),
    "exception.lift_left": (
        "ロボット {robot} が出入りしている間に、リフト {lift} が {floor} 階で閉まったか、動きました。",
        "すぐに {floor} 階へ行き、ロボットと人が挟まれていないか確認し、扉を開けてください。",
        "Lift {lift} closed or left floor {floor} while robot {robot} was in its door.",
        "Go there at once: see that no robot and nobody is caught, and open it.",
    ),
    "exception.lift_lost": (
        "リフト {lift} の入出力ユニット {device} につながりません。ロボットは乗せません。",
        "ユニットの電源と LAN を確認してください。つながれば自動で再開します。",
        "The I/O unit {device} of lift {lift} cannot be reached. No robot is let in.",
        "Check its power and network. All goes on by itself then.",
    ),
    "exception.lift_signals": (
        "リフト {lift} の信号が矛盾しています(2 つの階に同時にいる、全開と全閉が同時など)。",
        "階のスイッチと扉のスイッチ、配線を確認してください。",
        "The signals of lift {lift} contradict each other: two floors, or open and closed at once.",
        "Check the switches of its floors and doors, and their wiring.",
    ),
    "exception.lift_occupied": (
        "ロボット {robot} がリフト {lift} を使ったまま動けません。他のロボットは乗せません。",
        "{robot} を確認してください。動くか、外へ運んで位置を直せば、自動で再開します。",
        "Robot {robot} has lift {lift} and does not drive. No other robot is let in.",
        "See to {robot}. When it drives, or is carried out and placed anew, all goes on by itself.",
    ),
    "exception.gate_alarm": (
        "ゲート {gate} のセンサーが異常です。",
        "光電センサーの汚れと遮りを確認してください。",
        "The sensors of gate {gate} look wrong.",
        "Check its photo-eyes for dirt or something in the way.",
    ),
    "exception.gate_blind": (
        "ゲート {gate} を何かが通りましたが、タグが1枚も読めませんでした。",
        "リーダーとアンテナを確認してください。",
        "Something passed gate {gate}, and not one tag was read.",
        "Check its reader and antennas.",
    ),
    "exception.late_tag": (
        "ゲート {gate} を通ったあとで、タグ {tag} の読み取りが届きました。",
        "その荷物が車に載っているか確認してください。",
        "Tag {tag} was reported after its load had passed gate {gate}.",
        "Check whether its parcel is on the truck.",
    ),
    "exception.antenna_lost": (
        "リーダー {device} のアンテナが外れました ({detail})。",
        "ケーブルとコネクターを確認し、直したら完了にしてください。",
        "Reader {device} lost an antenna ({detail}).",
        "Check cable and plug, then settle this.",
    ),
    "exception.reads_lost": (
        "リーダー {device} の読み取りが失われました ({detail})。",
        "その間にゲートを通った荷物を確認してください。",
        "Reads of reader {device} were lost ({detail}).",
        "Check what went through its gate meanwhile.",
    ),
    "exception.reader_full": (
        "リーダー {device} の記憶域がいっぱいになりかけています ({detail})。",
        "ネットワークを確認してください。このままでは読み取りが失われます。",
        "The memory of reader {device} is filling ({detail}).",
        "Check the network: reads will be lost.",
    ),
    "exception.reader_refuses": (
        "リーダー {device} が設定を受け付けません ({detail})。",
        "サイトファイルのアンテナ番号と機種を確認してください。",
        "Reader {device} refuses what it is told ({detail}).",
        "Check its antennas and model in the site file.",
    ),
    "exception.print": (
        "プリンター {printer} で印刷できません({error})。",
        "用紙と電源を確認し、再印刷してください。",
        "Printer {printer} cannot print ({error}).",
        "Check paper and power, then reprint.",
    ),
    "exception.parcel_absent": (
        "荷物 {parcel}(注文 {order}、{station} で梱包)が {dock} で見つかりません。どの便にも載りません。",
        "{station} と置き場を探し、見つけたら {dock} でスキャンしてください。ないときは注文を取り消してください。",
        "Parcel {parcel} of order {order}, packed at {station}, was not found at {dock}; no load takes it.",
        "Search {station} and the staging area; scan it at {dock} when found. If it is gone, cancel the order.",
    ),
    "exception.gate_by_hand": (
        "ゲート {gate} の便(荷物 {parcels} 個)は、送り状で確認済みです。承認を待っています。",
        "荷物を確かめ、「便を出す」を押してください。出さないときは「解決」を押してください。",
        "A load at gate {gate} ({parcels} parcels) was proved by its labels and waits to be released.",
        "Look at the load, then release it; settle this to send it back to the gate.",
    ),
    "exception.gate": (
        "ゲート {gate} で不一致が出ています。",
        "荷物を確認してください。",
        "Gate {gate} found a mismatch.",
        "Check the load.",
    ),
    "exception.unresolved": (
        "{about} の報告を WMS が受け取ったか分かりません: {error}",
        "WMS で確認してください。再送しても二重にはなりません。",
        "It is not known whether the WMS took a report on {about}: {error}",
        "Look it up there; to send it again does not book it twice.",
    ),
    "exception.parked": (
        "WMS が {about} の報告を拒否しました: {error}",
        "内容を確認し、再送または破棄してください。",
        "The WMS refused a report on {about}: {error}",
        "Look at it, then send again or discard.",
    ),
    "exception.wms_down": (
        "WMS に {minutes} 分つながっていません。",
        "作業は続けられます。回線を確認してください。",
        "The WMS has been out of reach for {minutes} min.",
        "Work goes on; check the line.",
    ),
    "exception.restored": (
        "復元により、WMS が知っている {count} 件の経過がここでは失われました: {documents}",
        "現物を確認し、WMS と在庫を照合してから、保留を解除してください。",
        "The restore lost what the WMS knows of {count} documents: {documents}",
        "Look at the goods, compare stock with the WMS, then release the holds.",
    ),
    "exception.unasked": (
        "復元後、WMS が最後の番号を答えないため、報告を止めています: {error}",
        "WMS の担当者に /events/last の対応を依頼してください。",
        "After the restore the WMS does not say what it knows, so it is told nothing: {error}",
        "Ask the keeper of the WMS to answer /events/last.",
    ),
    "exception.ended": (
        "この例外はすでに解決済みです。",
        "一覧を更新してください。",
        "This exception is already solved.",
        "Refresh the list.",
    ),
    # --- robots
    "robot.unknown": (
        "ロボット {robot} はこのサイトにありません。",
        "一覧を確認してください。",
        "There is no robot {robot}.",
        "Look at the list.",
    ),
    "fleet.unsigned": (
        "この呼び出しには正しい署名がありません。",
        "フリートマネージャーの共有シークレットと時計を確認してください。",
        "This call is not signed as it must be.",
        "Check the shared secret and the clock of the fleet manager.",
    ),
    "fleet.malformed": (
        "この呼び出しの内容は読めません: {error}。",
        "docs/fleets.md の形にしてください。",
        "What this call says cannot be read: {error}.",
        "Give it the form of docs/fleets.md.",
    ),
    "usage.no_days": (
        "{first} から {last} までに日がありません。",
        "終わりの日を始めの日以後にしてください。",
        "There is no day from {first} to {last}.",
        "Let the last day not be before the first.",
    ),
    "place.unknown": (
        "{place} はこのサイトの地図にありません。",
        "地図で選んでください。",
        "{place} is not on this site's map.",
        "Choose it on the map.",
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
    "robot.blocked": (
        "{node} で {by} を待っています。",
        "",
        "It waits at {node} for {by}.",
        "",
    ),
    # --- login
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
    # --- people, keys and requests
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
    "key.unknown": (
        "有効な API キー {key} はありません。",
        "`genba key list` で確認してください。",
        "There is no active API key {key}.",
        "Look at `genba key list`.",
    ),
    "key.taken": (
        "API キー {key} はすでにあります。",
        "別の名前を付けてください。",
        "API key {key} exists already.",
        "Give it another name.",
    ),
    "key.bad_name": (
        "キーの名前は英小文字・数字・ハイフンで 2〜40 文字です。",
        "別の名前を付けてください。",
        "A key's name has 2 to 40 small letters, digits or hyphens.",
        "Give it another name.",
    ),
    "key.refused": (
        "API キーが無効です。",
        "担当者に新しいキーをもらってください。",
        "The API key is not valid.",
        "Ask for a new key.",
    ),
    "request.forged": (
        "この画面からの操作と確認できませんでした。",
        "画面を再読み込みして、もう一度操作してください。",
        "The request did not come from a page of this site.",
        "Reload the page and do it again.",
    ),
    "request.invalid": (
        "リクエストの {field} が正しくありません: {problem}",
        "内容を直して送ってください。",
        "The request's {field} is wrong: {problem}",
        "Correct it and send it again.",
    ),
    "request.too_large": (
        "データが大きすぎます(上限 {most} バイト)。",
        "分けて送ってください。",
        "The request is larger than {most} bytes.",
        "Send it in parts.",
    ),
    "request.not_found": (
        "このページはありません。",
        "アドレスを確認してください。",
        "There is no such page.",
        "Check the address.",
    ),
    "request.failed": (
        "サーバーで問題が起きました。何も変わっていません。",
        "もう一度操作してください。続く場合は責任者に連絡してください。",
        "Something went wrong here; nothing has changed.",
        "Do it again; if it goes on, tell a supervisor.",
    ),
    "work.update": (
        "画面のプログラムが古くなっています。",
        "更新します。もう一度スキャンしてください。",
        "This handheld's program is out of date.",
        "It updates itself; then scan again.",
    ),
    # --- host
    "host.not_parked": (
        "{subject} に保留中の報告はありません。",
        "画面を更新してください。",
        "No report on {subject} is parked.",
        "Refresh the page.",
    ),
    "store.failed": (
        "記録できませんでした。何も変わっていません。",
        "もう一度操作してください。続く場合は責任者に連絡してください。",
        "It could not be recorded; nothing has changed.",
        "Do it again; if it goes on, tell a supervisor.",
    ),
    # --- console
    "console.nothing_chosen": (
        "何も選ばれていません。",
        "一覧で選んでからもう一度操作してください。",
        "Nothing is selected.",
        "Select rows in the list, then do it again.",
    ),
    "console.too_many": (
        "一度に選べるのは {most} 件までです。",
        "分けて操作してください。",
        "At most {most} can be changed at once.",
        "Do it in parts.",
    ),
    "console.one_only": (
        "担当を決められるのは一度に 1 件です。",
        "1 件だけ選んでください。",
        "One task at a time is given to a person.",
        "Select one row only.",
    ),
    "console.priority": (
        "優先度は 0 から 9 です。",
        "選び直してください。",
        "A priority is 0 to 9.",
        "Choose again.",
    ),
}
