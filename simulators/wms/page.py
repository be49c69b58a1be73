"""The status page: one HTML text without scripts that renews itself."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1f23 }
h1 { font-size: 1.3rem }
h2 { font-size: 1rem; margin-top: 2rem }
dl { display: flex; flex-wrap: wrap; gap: 1rem; margin: 0 }
dl div { border: 1px solid #ddd; border-radius: 6px; padding: .5rem 1rem }
dt { color: #57606a; font-size: .8rem }
dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums }
.bad dd { color: #b00020 }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid #e5e5e5; padding: .3rem .6rem; text-align: left; vertical-align: top }
"""


def render(report: Mapping[str, Any], events: Sequence[Mapping[str, Any]], trouble: Mapping[str, Any]) -> str:
    """Return the page."""
    orders, units = report["orders"], report["units"]
    violations = report["violations"]
    figures = [
        *((f"orders {state}", count, False) for state, count in orders.items()),
        *((f"pieces {name}", count, False) for name, count in units.items()),
        *((f"requests {name}", count, False) for name, count in report["requests"].items()),
        ("duplicates (legal)", report["duplicates"], False),
        ("violations", len(violations), bool(violations)),
    ]
    tiles = "".join(
        f"<div{' class=bad' if bad else ''}><dt>{escape(name)}</dt><dd>{value}</dd></div>"
        for name, value, bad in figures
    )
    broken = _table(
        ["what", "subject", "no.", "detail"],
        [[v["code"], v["subject"], v["number"], v["detail"]] for v in violations[-50:]],
    )
    last = _table(
        ["received", "subject", "no.", "type", "data"],
        [[e["received_at"], e["subject"], e["number"], e["type"], e["data"]] for e in events],
    )
    active = ", ".join(f"{name} {value}" for name, value in trouble.items() if value and not name.endswith("_s"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">'
        f'<link rel="icon" href="data:,"><title>Test WMS</title><style>{STYLE}</style></head><body>'
        f"<h1>Test WMS for site {escape(report['site'])}</h1><p>Trouble switched on: {escape(active) or 'none'}</p>"
        f"<dl>{tiles}</dl><h2>Violations</h2>{broken}<h2>Last events</h2>{last}</body></html>"
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return "<p>none</p>"
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
