"""Secrets come from the environment or a file of mode 0600, never from the site file."""

from pathlib import Path

import pytest

from edge.secret import Secrets
from edge.sitefile import SiteError


def secrets_file(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    """Write a secrets file."""
    path = folder / "secrets.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_secret_comes_from_the_file(tmp_path: Path) -> None:
    assert Secrets(secrets_file(tmp_path, "wms_token: abc"), {}).get("wms_token") == "abc"


def test_environment_comes_before_the_file(tmp_path: Path) -> None:
    path = secrets_file(tmp_path, "wms_token: abc")
    assert Secrets(path, {"GENBA_SECRET_WMS_TOKEN": "xyz"}).get("wms_token") == "xyz"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SiteError, match=r"Others may read this file\. Run chmod 600 "):
        Secrets(secrets_file(tmp_path, "wms_token: abc", mode), {})


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_file_of_the_owner_alone_is_taken(tmp_path: Path, mode: int) -> None:
    assert Secrets(secrets_file(tmp_path, "a: b", mode), {}).get("a") == "b"


def test_secret_that_is_not_set_says_how_to_set_it(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"wms_token: This secret is not set\. Set GENBA_SECRET_WMS_TOKEN, or add"):
        Secrets(tmp_path / "none.yaml", {}).get("wms_token")


@pytest.mark.parametrize("text", ["wms_token:", "wms_token: ''", "wms_token: '  '"])
def test_empty_secret_counts_as_not_set(tmp_path: Path, text: str) -> None:
    with pytest.raises(SiteError, match="This secret is not set"):
        Secrets(secrets_file(tmp_path, text), {}).get("wms_token")
    with pytest.raises(SiteError, match="This secret is not set"):
        Secrets(None, {"GENBA_SECRET_WMS_TOKEN": ""}).get("wms_token")


@pytest.mark.parametrize("text", ["- a\n- b", "just words", "a: 'b", "a: [", b"a: \xff\xfe"])
def test_file_that_holds_no_secrets_is_told_without_showing_it(tmp_path: Path, text: str | bytes) -> None:
    path = secrets_file(tmp_path, text)
    with pytest.raises(SiteError) as caught:
        Secrets(path, {})
    assert str(path) in str(caught.value)
    assert "name: value" in str(caught.value)
    assert "just words" not in str(caught.value)


def test_numbers_keep_their_form_only_in_quotes(tmp_path: Path) -> None:
    """`007` in YAML is the number 7: a secret that is no text is refused, not changed."""
    with pytest.raises(SiteError, match="quotes"):
        Secrets(secrets_file(tmp_path, "pin: 007"), {})
    assert Secrets(secrets_file(tmp_path, "pin: '007'"), {}).get("pin") == "007"
