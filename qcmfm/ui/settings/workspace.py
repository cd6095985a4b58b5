"""Looking after the workspace: findings, backups, roles, and who did what."""

from datetime import UTC, datetime

import streamlit as st

from qcmfm import service
from qcmfm.access import ALLOWED, Permission, Role, actor, in_words, policy_file
from qcmfm.core import settings
from qcmfm.core.progress import Result, Work
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shared.progress import run_with_progress
from qcmfm.ui.shell.language import _, ngettext
from qcmfm.ui.shell.sign_in import is_set_up
from qcmfm.workspace import FAULT, Examination, Finding

DOWNLOADED = 200 * 2**20
"""Bytes of a backup up to which the page offers it; it is held in memory meanwhile."""
ENTRIES = 100
"""Entries of the audit log that are shown."""


def show_findings() -> None:
    """What is wrong with the workspace, and a button that repairs what can be repaired."""
    st.caption(
        _("Everything that is made here lies in {home}").format(home=plain(str(settings.home())))
    )
    found: Examination | None = st.session_state.get("examined")
    if found is None or found.home != settings.home():
        found = _examine()
    if found.repaired:
        n = len(found.repaired)
        repaired_text = ngettext("{n} thing was mended.", "{n} things were mended.", n)
        st.success(repaired_text.format(n=n), icon=":material/build:")
    if found.clean:
        st.success(_("All is well."), icon=":material/health_and_safety:")
    else:
        n = len(found.faults)
        faults = ngettext(
            "{n} thing is wrong in this workspace.", "{n} things are wrong in this workspace.", n
        )
        st.error(faults.format(n=n), icon=":material/error:")
    for level, title in ((True, _("What is wrong")), (False, _("Good to know"))):
        rows = [_row(finding) for finding in found.findings if (finding.level == FAULT) == level]
        if rows:
            with st.expander(f"{title} ({len(rows)})", expanded=level):
                st.table(
                    rows,
                    hide_index=True,
                    border="horizontal",
                    alt=_("{title}, with what to do about it").format(title=title),
                )
    with st.container(horizontal=True):
        if st.button(_("Look again"), icon=":material/refresh:"):
            _examine()
            st.rerun()
        can = sum(finding.act is not None for finding in found.findings)
        if can and st.button(
            _("Mend {can}").format(can=can), type="primary", icon=":material/build:"
        ):
            _remember(_run_with_vanishing_progress(service.repair_workspace()))
            st.rerun()


def show_backups() -> None:
    """A button that copies the workspace, and the last copy."""
    st.header(_("Backup"), anchor=False)
    folder = settings.home() / "backups"
    st.caption(
        _(
            "A backup holds collections, decisions, runs and settings in one file. What "
            "can be made again is left out. It is put back with: `python -m qcmfm restore "
            "FILE`"
        )
    )
    if st.button(_("Make a backup"), icon=":material/archive:"):
        name = f"workspace-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"
        made = _run_with_vanishing_progress(service.back_up(folder / name))
        st.success(
            _("{files:,} files, {size:,.1f} MB.").format(files=made.files, size=made.size / 1e6),
            icon=":material/check:",
        )
    last = max(folder.glob("workspace-*.zip"), default=None)
    if last is None:
        return
    st.markdown(_("The last one is `{last}`").format(last=last))
    if last.stat().st_size <= DOWNLOADED:
        st.download_button(
            _("Download it"), last.read_bytes, last.name, "application/zip",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def show_activity() -> None:
    """Who did what, the latest first."""
    st.header(_("Who did what"), anchor=False)
    rows = [
        {
            _("When (UTC)"): str(entry["at"])[:16].replace("T", " "),
            _("Who"): str(entry.get("who", "")),
            _("What"): str(entry["verb"]).rsplit(".", 1)[-1].replace("_", " "),
            _("On"): ", ".join(_join(value) for value in dict(entry.get("on") or {}).values()),
            _("How it ended"): _(str(entry.get("outcome", ""))),
        }
        for entry in service.audit_log(ENTRIES)
    ]
    if not rows:
        st.caption(_("Nothing yet."))
        return
    widths = zip(rows[0], (125, 80, 120, 130, 95), strict=True)
    st.dataframe(
        rows, hide_index=True, alt=_("The last entries of the audit log"),
        column_config={title: st.column_config.Column(width=wide) for title, wide in widths},
    )  # fmt: skip


def show_roles() -> None:
    """Who the visitor is, and what each role may do."""
    st.header(_("Who may do what"), anchor=False)
    who = actor()
    if not is_set_up():
        st.caption(
            _(
                "Nobody signs in. By default, whoever sits at this computer may do everything, and "
                "whoever comes over the network may look. The README says how to set up a sign-in "
                "and how to change this."
            )
        )
    else:
        where = plain(str(policy_file()))
        st.caption(
            _("You are {who}, {role}. Roles stand in {where}").format(
                who=plain(who.who), role=_(who.role or ""), where=where
            )
        )
    rows = [
        {_("What"): _(in_words(permission))}
        | {_(role).capitalize(): _("yes") if permission in ALLOWED[role] else "" for role in Role}
        for permission in Permission
    ]
    st.table(rows, hide_index=True, border="horizontal", alt=_("What each role may do"))


def _examine() -> Examination:
    return _remember(_run_with_vanishing_progress(service.examine_workspace()))


def _remember(found: Examination) -> Examination:
    st.session_state["examined"] = found
    return found


def _run_with_vanishing_progress(work: Work[Result]) -> Result:
    """Do long work under a progress bar that goes away."""
    place = st.empty()
    with place.container():
        found = run_with_progress(work)
    place.empty()
    return found


def _row(finding: Finding) -> dict[str, str]:
    return {
        _("Where"): plain(finding.path),
        _("What"): plain(_(finding.what)),
        _("What to do"): plain(_(finding.remedy)),
    }


def _join(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
