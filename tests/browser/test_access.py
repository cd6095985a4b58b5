"""Signing in, what each role is shown, and that nobody sees what another uploads."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from qcmfm.access import read_audit
from qcmfm.review.log import ReviewLog
from tests.browser.identity import Provider, provider, write_secrets
from tests.browser.studio import TABLET, Visit, server
from tests.browser.vases import draw_vases, pretend_labelled

ROLES = {"people": {"vera@museum.example": "viewer", "cora@museum.example": "curator"}}


@pytest.fixture
def identity() -> Iterator[Provider]:
    with provider() as found:
        yield found


def sign_in(browser: Browser, address: str, identity: Provider, email: str) -> Visit:
    identity.claims = {"sub": email, "email": email, "name": "A name of one's own"}
    visit = Visit(browser, address).open()
    assert "Sign in to look" in visit.text()
    visit.page.get_by_role("button", name="Sign in").click()
    visit.page.get_by_role("button", name="Sign out").wait_for()
    return visit.idle()


def test_people_sign_in_and_are_shown_what_they_may_do(
    browser: Browser, home: Path, identity: Provider
):
    draw_vases(home, 6)
    pretend_labelled()
    (home / "access.json").write_text(json.dumps(ROLES))
    secrets = write_secrets(home / "secrets.toml", identity)
    start = "/review?collection=vases&status=open"
    with server(home, more=["--secrets.files", str(secrets)], forked=True) as address:
        stranger = sign_in(browser, address, identity, "x@elsewhere.example")
        assert "no role here yet" in stranger.text() and "Collections" not in stranger.text()
        stranger.open("/review")  # a link leads no further
        assert "no role here yet" in stranger.text()

        viewer = sign_in(browser, address, identity, "vera@museum.example").open(start)
        assert "Deciding on records needs the role annotator; you are a viewer." in viewer.text()
        assert "Proposed" in viewer.text()
        expect(viewer.page.get_by_role("button", name="Accept")).to_have_count(0)
        assert "Importing needs the role curator" in viewer.open("/import").text()
        assert "needs the role admin" in viewer.open("/workspace").text()

        curator = sign_in(browser, address, identity, "cora@museum.example").open(start)
        curator.page.get_by_role("button", name="Accept").click()
        curator.idle()
        (decision,) = ReviewLog(home / "review" / "vases.csv").decisions
        assert decision.reviewer == "cora@museum.example"
        curator.page.get_by_role("button", name="Sign out").click()
        curator.page.get_by_role("button", name="Sign in").wait_for()
        for visit in (stranger, viewer, curator):
            assert not visit.faults
            visit.context.close()
    (entry,) = [entry for entry in read_audit()[0] if entry["verb"] == "decide"]
    assert (entry["who"], entry["role"]) == ("cora@museum.example", "curator")


def test_two_people_do_not_see_what_the_other_uploads_and_look_after_the_workspace(
    browser: Browser, home: Path
):
    draw_vases(home, 3)
    photo = home / "collections" / "vases" / "images" / "1.jpg"
    (home / "her list.csv").write_text("record_id,caption\n7,Her secret vase\n")
    with server(home, forked=True) as address:
        her, him = Visit(browser, address), Visit(browser, address)
        her.open("/classify").upload(photo)
        her.type("Caption", "Her secret vase")
        assert her.page.get_by_test_id("stImage").count() > 0
        him.open("/classify")
        assert him.page.get_by_test_id("stImage").count() == 0
        assert "secret" not in him.page.content()
        her.open("/import").upload(home / "her list.csv")
        expect(her.page.get_by_text("columns between commas")).to_be_visible()
        him.open("/import")
        assert "her list" not in him.page.content()
        uploads = home / "uploads"
        (kept,) = uploads.glob("*/*/her list.csv")
        for path in (kept, kept.parent, uploads, home / "review"):
            him.type("Or an address", str(path))
            assert "That file belongs to the workspace." in him.text()
        _look_after(him.open("/workspace"), home)
        for visit in (her, him):
            assert not visit.faults and not visit.outside
            visit.context.close()


def _look_after(visit: Visit, home: Path) -> None:
    """The page of the workspace: findings, mending, a backup, who did what."""
    assert "All is well." in visit.text()
    (home / "collections" / "vases" / "images" / "1.jpg").unlink()
    (home / "predictions" / "vases").mkdir(parents=True)
    (home / "predictions" / "vases" / "x.parquet").write_bytes(b"torn")
    visit.click("Look again")
    assert "2 things are wrong" in visit.text()
    visit.page.get_by_role("button", name="Mend 1").click()
    visit.idle()
    assert "1 thing is wrong" in visit.text()
    visit.page.get_by_role("button", name="Make a backup").click()
    visit.idle()
    assert list((home / "backups").glob("*.zip"))
    visit.screenshot("workspace")
    visit.page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    visit.idle().fits().screenshot("workspace-tablet")
