"""Loads of parcels at a dock."""

from edge.model.words.table import Table

WORDS: Table = {
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
    "exception.parcel_absent": (
        "荷物 {parcel}(注文 {order}、{station} で梱包)が {dock} で見つかりません。どの便にも載りません。",
        "{station} と置き場を探し、見つけたら {dock} でスキャンしてください。ないときは注文を取り消してください。",
        "Parcel {parcel} of order {order}, packed at {station}, was not found at {dock}; no load takes it.",
        "Search {station} and the staging area; scan it at {dock} when found. If it is gone, cancel the order.",
    ),
}
