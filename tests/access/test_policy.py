"""Roles from a file and from a sign-in's claims."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm import service
from qcmfm.access import (
    Actor,
    Role,
    audit_file,
    comparable_email,
    policy_file,
    read_audit,
    read_policy,
    write_audit,
)
from qcmfm.core.errors import AccessError

ANNA = {"email": "Anna@Museum.example", "sub": "17", "iss": "https://id", "name": "Anna"}


def write(home: Path, content: Any) -> None:
    (home / "access.json").write_text(json.dumps(content))


def test_without_a_file_who_signs_in_has_no_role(home: Path):
    who = read_policy().actor(ANNA)
    assert (who.who, who.role, who.signed_in) == ("anna@museum.example", None, True)


def test_people_claims_and_the_rest(home: Path):
    write(
        home,
        {
            "people": {"anna@museum.example ": "curator"},
            "claim": "realm_access.roles",
            "claims": {"boss": "admin", "staff": "annotator"},
            "signed_in": "viewer",
        },
    )
    policy = read_policy()
    assert policy.actor(ANNA).role is Role.CURATOR
    both = ANNA | {"realm_access": {"roles": ["staff", "boss", "other"]}}
    assert policy.actor(both).role is Role.ADMIN
    other = {"email": "b@museum.example", "realm_access": {"roles": "staff"}}
    assert policy.actor(other).role is Role.ANNOTATOR
    assert policy.actor({"email": "c@museum.example"}).role is Role.VIEWER
    assert policy.signed_out is None


def test_an_address_that_nobody_verified_is_nobodys(home: Path):
    write(home, {"people": {"anna@museum.example": "admin"}})
    who = read_policy().actor(ANNA | {"email_verified": False})
    assert who.role is None and "@" not in who.who


@pytest.mark.parametrize("claim", [False, "false", "False", " false ", 0, "0", "no", "", [], {}])
def test_whatever_says_that_an_address_was_not_verified_counts(claim: Any, home: Path):
    write(home, {"people": {"anna@museum.example": "admin"}})
    who = read_policy().actor(ANNA | {"email_verified": claim})
    assert who.role is None and "@" not in who.who


@pytest.mark.parametrize("claim", [True, "true", "True", 1, "1"])
def test_a_verified_address_counts_however_the_issuer_writes_it(claim: Any, home: Path):
    write(home, {"people": {"anna@museum.example": "admin"}, "require_verified_email": True})
    assert read_policy().actor(ANNA | {"email_verified": claim}).role is Role.ADMIN


@pytest.mark.parametrize("user", [ANNA, ANNA | {"email_verified": None}])
def test_an_address_of_which_nothing_is_said_counts_unless_the_policy_requires_it(
    user: dict[str, Any], home: Path
):
    write(home, {"people": {"anna@museum.example": "admin"}})
    assert read_policy().actor(user).role is Role.ADMIN
    write(home, {"people": {"anna@museum.example": "admin"}, "require_verified_email": True})
    assert read_policy().actor(user).role is None


LOOK_ALIKES = (
    "anna@mu\u017feum.example",  # long s, which case folding and NFKC turn into s
    "\uff21nna@museum.example",  # full-width A
    "anna@\U0001d426useum.example",  # mathematical bold m
    "ﬁona@museum.example",  # a ligature
)


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_an_address_that_looks_like_another_is_not_that_person(address: str, home: Path):
    people = {"anna@museum.example": "admin", "fiona@museum.example": "admin"}
    write(home, {"people": people})
    who = read_policy().actor(ANNA | {"email": address})
    assert who.role is None and "museum.example" not in who.who
    assert comparable_email(address) == ""
    write(home, {"people": {address: "admin"}})
    with pytest.raises(AccessError, match="look like others"):
        read_policy()


def test_only_ascii_letters_are_lower_cased_and_accents_compare_in_either_form(home: Path):
    write(home, {"people": {"ZO\u00cb@Museum.example": "curator"}})
    policy = read_policy()
    assert policy.actor({"email": "zoE\u0308@MUSEUM.example"}).role is Role.CURATOR
    assert policy.actor({"email": "zo\u00eb@museum.example"}).role is None
    assert comparable_email("ann\u0130@x.example") == "ann\u0130@x.example"


def test_a_name_cannot_pass_for_an_address(home: Path):
    who = read_policy().actor({"name": "anna@museum.example", "sub": "66"})
    assert "@" not in who.who and "66" in who.who


def test_each_has_a_folder_of_their_own(home: Path):
    policy = read_policy()
    one, two = policy.actor(ANNA), policy.actor(ANNA | {"sub": "18"})
    assert one.session != two.session and one.session.isalnum()
    assert Actor.from_json(json.loads(json.dumps(one.to_json()))) == one


@pytest.mark.parametrize(
    "content",
    ["[]", "{", '{"people": {"a": "king"}}', '{"peple": {}}', '{"people": ["a"]}', '{"claim": 3}',
     '{"signed_in": "king"}', "null", '{"signed_out": "king"}', '{"this_computer": 1}',
     '{"require_verified_email": "yes"}', '{"claim": ' + "[" * 5000 + "]" * 5000 + "}",
     '{"claims": {"x": 1}}', "\xff"],
)  # fmt: skip
def test_a_damaged_file_lets_nobody_in(content: str, home: Path):
    (home / "access.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(AccessError, match=r"access\.json"):
        read_policy()


def test_a_changed_file_counts_at_once(home: Path, monkeypatch: pytest.MonkeyPatch):
    write(home, {"signed_in": "viewer"})
    assert read_policy().signed_in is Role.VIEWER
    write(home, {"signed_in": "curator"})
    assert read_policy().signed_in is Role.CURATOR
    elsewhere = home / "elsewhere.json"
    elsewhere.write_text('{"signed_in": "admin"}')
    monkeypatch.setenv("QCMFM_ACCESS", str(elsewhere))
    assert policy_file() == elsewhere and read_policy().signed_in is Role.ADMIN


def test_a_line_of_the_audit_log_is_on_the_disk_when_the_verb_returns(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    flushed: list[tuple[int, bytes]] = []
    real = os.fsync

    def flushing(handle: int) -> None:
        found = os.fstat(handle)
        file = audit_file()
        flushed.append((found.st_ino, file.read_bytes() if file.is_file() else b""))
        real(handle)

    monkeypatch.setattr(os, "fsync", flushing)
    service.save_submission("vases", service.Submission(b"", "a cup"))
    *_, (inode, on_disk), (folder, _) = flushed  # the line, and the new file's name
    assert inode == audit_file().stat().st_ino and b"save_submission" in on_disk
    assert folder == home.stat().st_ino
    flushed.clear()
    write_audit(Actor("Ada", Role.ADMIN), "second", {}, "done")
    assert [found[0] for found in flushed] == [inode] and b"second" in flushed[0][1]


def test_half_a_line_of_the_audit_log_spoils_no_other(home: Path):
    who = Actor("ada", Role.ADMIN)
    write_audit(who, "first", {}, "done")
    with audit_file().open("ab") as handle:
        handle.write(b'{"at": "2026", "ve')
    write_audit(who, "second", {"name": "ünïcode\n"}, "done")
    entries, broken = read_audit()
    assert [entry["verb"] for entry in entries] == ["first", "second"] and broken == 1
    assert entries[1]["on"] == {"name": "ünïcode\n"}
    assert [entry["verb"] for entry in read_audit(1)[0]] == ["second"]
    if os.name == "posix":
        assert audit_file().stat().st_mode & 0o077 == 0


CLAIMS = st.sampled_from(["email", "sub", "roles", "name", "iss", "email_verified", "a.b"])


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda x: st.lists(x) | st.dictionaries(CLAIMS, x)
    )
)
def test_no_claim_breaks_the_reading_of_roles(claims: Any):
    from qcmfm.access import Policy

    user = claims if isinstance(claims, dict) else {"roles": claims}
    for claim in ("roles", "a.b", "roles.x", ""):
        who = Policy(claim=claim).actor(user)
        assert who.signed_in and len(who.who) <= 200
