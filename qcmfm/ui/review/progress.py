"""How the review goes, in tables and charts, and its files to download."""

from collections.abc import Callable, Sequence

import streamlit as st

from qcmfm import exports, service
from qcmfm.access import Permission, acting_as, actor
from qcmfm.core.errors import ReviewError
from qcmfm.review import statistics
from qcmfm.review.agreement import agreement
from qcmfm.review.state import STATUSES
from qcmfm.ui.shared.errors import show_error
from qcmfm.ui.shared.formatting import words_for
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import permission_options

MOST_TAKEN = ("records", "spreadsheet", "review_log")
"""Formats that are offered first; the others are for other programs."""


def show_counts(session: service.OpenReviewSession) -> None:
    """How many records are in which state."""
    state = session.review.refresh()
    counts = state.counts(session.records)
    done = len(session.records) - counts["open"]
    share = done / len(session.records) if session.records else 0.0
    st.progress(
        share, _("{done:,} of {n:,} records are reviewed").format(done=done, n=len(session.records))
    )
    for column, status in zip(st.columns(len(STATUSES)), STATUSES, strict=True):
        column.metric(_(status).capitalize(), f"{counts[status]:,}")


def show_exports(session: service.OpenReviewSession) -> None:
    """A button for every format, what most people take first; made when it is pressed."""
    st.header(_("Download"), anchor=False)
    with st.container(horizontal=True):
        _show_download_buttons(session, MOST_TAKEN)
        with st.popover(_("For other programs"), icon=":material/download:"):
            _show_download_buttons(
                session, [name for name in exports.names() if name not in MOST_TAKEN]
            )


def _show_download_buttons(session: service.OpenReviewSession, names: Sequence[str]) -> None:
    for name in names:
        try:
            file, mime = exports.described(name, session.name)
        except ReviewError as error:  # a plug-in that fails to load hides no other format
            show_error(error)
            continue
        st.download_button(
            _(exports.title(name)), _export_later(session, name), file, mime, key=f"export-{name}",
            icon=":material/download:", on_click="ignore", **permission_options(Permission.EXPORT),
        )  # fmt: skip


def _export_later(session: service.OpenReviewSession, name: str) -> Callable[[], bytes]:
    """Make a file when the button is pressed, outside the page, as the one who sees the button."""
    who = actor()

    def made() -> bytes:
        with acting_as(who):
            return session.export(name).content

    return made


def show_days(session: service.OpenReviewSession) -> None:
    """Decisions a day, by reviewer."""
    st.header(_("Decisions a day"), anchor=False)
    found = statistics.decisions_a_day(session.review.refresh())
    if found.empty:
        st.caption(_("Nobody has decided anything yet."))
        return
    names = {"day": _("Day"), "reviewer": _("Reviewer"), "decisions": _("Decisions")}
    table, n_days = found.rename(columns=names), found["day"].nunique()
    if n_days > 1:  # one bar adds nothing to its number
        alt = _("{total:,} decisions that stand, on {n} days; the table below has the numbers")
        alt = alt.format(total=found["decisions"].sum(), n=n_days)
        day, reviewer, decisions = names.values()
        st.bar_chart(table, x=day, y=decisions, color=reviewer, height=260, alt=alt)
    st.dataframe(table, hide_index=True, alt=_("Decisions a day by reviewer"))


def show_corrections(session: service.OpenReviewSession) -> None:
    """Which labels were confused with which."""
    st.header(_("Corrections"), anchor=False)
    found = statistics.corrections_by_label(session.review.refresh())
    if found.empty:
        st.caption(_("Nothing was corrected yet."))
        return
    shown = found.assign(
        model_label=found["model_label"].map(words_for).replace("", _("nothing")),
        reviewed_label=found["reviewed_label"].map(words_for),
    ).set_axis([_("The model said"), _("It is"), _("Records")], axis=1)
    st.dataframe(shown, hide_index=True, alt=_("Corrections by predicted and reviewed label"))


def show_confidence(session: service.OpenReviewSession) -> None:
    """Whether reviewers accept the more the surer the model is."""
    st.header(_("Accepted, by how sure the model was"), anchor=False)
    bins = statistics.accepted_by_confidence(session.review.refresh())
    if bins.empty:
        st.caption(_("No prediction was accepted or corrected yet."))
        return
    rows = [
        {
            _("Sure"): _interval(found["low"], found["high"]),
            _("Records"): int(found["records"]),
            _("Accepted"): f"{found['share']:.0%}",
            _("95% interval"): _interval(found["share_low"], found["share_high"]),
        }
        for found in bins.to_dict("records")
    ]
    st.dataframe(rows, hide_index=True, alt=_("Share of predictions accepted, by confidence"))


def show_agreement(session: service.OpenReviewSession) -> None:
    """How far reviewers agree beyond chance."""
    st.header(_("Agreement"), anchor=False)
    found = agreement(session.review.refresh())
    if not found.records:
        st.caption(_("No record was decided on by two reviewers yet."))
        return
    st.markdown(
        _("{records:,} records were decided on by two or more. Fleiss’ kappa: {fleiss}.").format(
            records=found.records, fleiss=_kappa(found.fleiss)
        )
    )
    rows = [
        {
            _("Reviewers"): _(" and ").join(pair.reviewers),
            _("Records"): pair.records,
            _("Same label"): f"{pair.agreed:.0%}",
            _("Cohen’s kappa"): _kappa(pair.kappa),
        }
        for pair in found.pairs
    ]
    st.dataframe(rows, hide_index=True, alt=_("Agreement of each two reviewers"))
    st.caption(_("Reviewers see each other’s decisions, so they agree more than they would alone."))


def _interval(low: float, high: float) -> str:
    return _("{low:.0%} to {high:.0%}").format(low=low, high=high)


def _kappa(value: float | None) -> str:
    return _("not defined") if value is None else f"{value:.2f}"
