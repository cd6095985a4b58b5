"""What somebody may do where nobody signs in, and what is kept of their visit."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qcmfm.access import Role, folder_of
from qcmfm.core import settings
from qcmfm.observability import logs, metrics
from qcmfm.ui.shell import sign_in
from tests.browser.vases import draw_vases, pretend_labelled

SESSION = "test session id"
"""The id that Streamlit's `AppTest` gives every session."""


def page() -> None:
    import streamlit as st

    from qcmfm.ui.shell import sign_in

    sign_in.require_role()
    st.write(f"role {sign_in.current_actor().role}")


def shown(app: AppTest) -> str:
    assert not app.exception
    return " ".join(element.value for element in (*app.markdown, *app.info, *app.error))


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor comes over the network."""
    monkeypatch.setattr(sign_in, "is_at_this_computer", lambda: False)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor's browser runs on the server's computer."""
    monkeypatch.setattr(sign_in, "is_at_this_computer", lambda: True)


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("role", ["", None])
def test_a_policy_shuts_strangers_out_where_nobody_signs_in(role: str | None, home: Path):
    assert "role viewer" in shown(AppTest.from_function(page).run())
    (home / "access.json").write_text(json.dumps({"signed_out": role}))
    text = shown(AppTest.from_function(page).run())
    assert "You have no role here" in text and "role viewer" not in text
    (home / "access.json").write_text(json.dumps({"signed_out": "annotator"}))
    assert "role annotator" in shown(AppTest.from_function(page).run())


@pytest.mark.usefixtures("here")
def test_whoever_sits_at_the_computer_is_admin_unless_the_policy_says_otherwise(home: Path):
    file = home / "access.json"
    file.write_text(json.dumps({"signed_out": ""}))
    assert "role admin" in shown(AppTest.from_function(page).run())
    file.write_text(json.dumps({"this_computer": "viewer"}))
    assert "role viewer" in shown(AppTest.from_function(page).run())
    file.write_text(json.dumps({"this_computer": ""}))
    assert "You have no role here" in shown(AppTest.from_function(page).run())
    file.write_text("{")
    assert "access.json is no list of roles" in shown(AppTest.from_function(page).run())


@pytest.mark.parametrize(
    ("address", "header"), [("192.0.2.7", ""), *((None, name) for name in sign_in.FORWARDED)]
)
def test_behind_an_address_or_a_proxy_nobody_sits_at_this_computer(
    address: str | None, header: str, monkeypatch: pytest.MonkeyPatch
):
    def visit(address: str | None, *headers: str) -> bool:
        given = SimpleNamespace(ip_address=address, headers=dict.fromkeys(headers, "127.0.0.1"))
        monkeypatch.setattr(st, "context", given)
        return sign_in.is_at_this_computer()

    assert visit(None) and not visit(address, *[header][: bool(header)])


def review(home: Path) -> None:
    app = AppTest.from_file(
        str(settings.PACKAGE.parent / "pages" / "review.py"), default_timeout=60
    )
    app.session_state["reviewer"] = "Ada"
    app.query_params["collection"] = "vases"
    assert "vase-" in shown(app.run()) or app.main


def written(home: Path) -> list[Path]:
    return sorted(path for path in (home / "review").rglob("*") if path.is_file())


@pytest.mark.usefixtures("away")
def test_viewers_leave_no_presence_and_who_may_decide_does(home: Path):
    draw_vases(home, 2)
    pretend_labelled()
    review(home)
    assert written(home) == []
    (home / "access.json").write_text(json.dumps({"signed_out": Role.ANNOTATOR}))
    review(home)
    assert [path.parent.name for path in written(home)] == [".vases.open"]


@pytest.mark.usefixtures("here")
def test_the_session_id_is_written_nowhere(home: Path, capsys: pytest.CaptureFixture[str]):
    """Neither in the workspace (audit log, presence, uploads) nor in figures."""
    draw_vases(home, 2)
    pretend_labelled()
    review(home)
    assert written(home)
    secrets = [SESSION.encode(), folder_of(SESSION).encode()]
    for path in home.rglob("*"):
        assert SESSION not in path.name and folder_of(SESSION) not in path.name
        if path.is_file():
            assert not [secret for secret in secrets if secret in path.read_bytes()], path
    said = capsys.readouterr()
    for secret in (SESSION, folder_of(SESSION)):
        assert secret not in said.out + said.err
        assert secret not in str(list(metrics.begin().registry.collect()))
    assert logs.session_mark(SESSION) not in folder_of(SESSION)
