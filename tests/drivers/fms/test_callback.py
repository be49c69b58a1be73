"""Callbacks are read only from who holds the secret, and from now."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.fms.callback import WINDOW, Malformed, Unsigned, read_callback, sign
from drivers.fms.messages import TaskReport, TaskState

NOW = datetime(2026, 11, 24, tzinfo=UTC)
BODY = json.dumps({"task": {"key": "T1", "state": "done", "revision": 4, "robot": "F1"}}).encode()
SECRET = "s3cret"


def test_what_is_signed_is_read() -> None:
    told = read_callback(SECRET, sign(SECRET, BODY, NOW), BODY, NOW + timedelta(seconds=WINDOW))
    assert told == TaskReport("T1", TaskState.DONE, 4, "F1", "done")


def test_the_signature_is_the_one_of_the_document() -> None:
    assert sign("secret", b"{}", datetime(2026, 1, 1, tzinfo=UTC)) == (
        "t=1767225600,v1=fa7eaa06bf97d7815f3f456e97cde70c9e50cb005f01660c8d10b10c21964887"
    )


@pytest.mark.parametrize(
    ("secret", "header", "body"),
    [
        ("other", sign(SECRET, BODY, NOW), BODY),
        ("", sign("", BODY, NOW), BODY),
        (SECRET, sign(SECRET, BODY, NOW), BODY.replace(b"done", b"fail")),
        (SECRET, sign(SECRET, BODY, NOW - timedelta(seconds=WINDOW + 1)), BODY),
        (SECRET, sign(SECRET, BODY, NOW + timedelta(seconds=WINDOW + 1)), BODY),
        (SECRET, sign(SECRET, BODY, NOW).replace("t=", "t=1"), BODY),
        (SECRET, sign(SECRET, BODY, NOW).partition(",")[2], BODY),
        (SECRET, "", BODY),
    ],
)
def test_what_is_not_is_not_even_read(secret: str, header: str, body: bytes) -> None:
    with pytest.raises(Unsigned):
        read_callback(secret, header, body, NOW)


@given(st.text())
def test_no_header_breaks_it(header: str) -> None:
    with pytest.raises(Unsigned):
        read_callback(SECRET, header, BODY, NOW)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"task": {}}', b'{"task": {"key": "", "state": "done"}}', b"\xff"])
def test_what_is_signed_and_senseless_is_told(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_callback(SECRET, sign(SECRET, body, NOW), body, NOW)
