"""Recorded labels that are probably wrong: the list, the evidence, and the decision."""

import streamlit as st

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.review.choice import Choice
from qcmfm.review.doubtful import Doubt, doubtful
from qcmfm.ui.review.decisions import save_with_message, show_message
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import percent, plain, words_for
from qcmfm.ui.shared.jobs import latest_job, show_job, start_job
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.records import records, thumbnail
from qcmfm.ui.shared.resources import open_session, out_of_fold_predictions
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import is_allowed, permission_options

ON_A_PAGE = 10


def show_doubtful_labels(name: str, who: str) -> None:
    """All of the page Clean up for one collection."""
    collection = records(name)
    labels = collection.labels
    if len(labels) < 2:
        st.info(
            _(
                "The records of this collection have no recorded labels to check. Review "
                "its proposals instead."
            )
        )
        page_link("review", _("Review"), ":material/rate_review:")
        return
    job = latest_job("compare_labels", collection=name)
    running = bool(job) and show_job(job)
    answers = out_of_fold_predictions(name)
    if answers is None:
        if not running:
            _show_check_button(name, labels, first=True)
        return
    run = service.base_run(name, sorted(labels))
    found = open_session(name, run) if run else None
    found = found or open_session(name, "")
    assert found is not None
    doubts = doubtful(answers, collection.records)
    state = found.review.refresh()
    left = [doubt for doubt in doubts if state.of(doubt.record_id).status == "open"]
    st.progress(
        1 - len(left) / len(doubts) if doubts else 1.0,
        _(
            "{done:,} of {n:,} doubtful labels are looked at; {compared:,} labels were compared"
        ).format(done=len(doubts) - len(left), n=len(doubts), compared=len(answers.record_ids)),
    )
    show_message()
    if not left:
        st.success(_("No doubtful label is left."), icon=":material/done_all:")
    for place, doubt in enumerate(left[:ON_A_PAGE], start=1):
        _show_doubt(found, doubt, who, place)
    if len(left) > ON_A_PAGE:
        st.caption(
            _("{more:,} more come up as you decide on these.").format(more=len(left) - ON_A_PAGE)
        )
    if not running:
        _show_check_button(name, labels, first=False)


def _show_check_button(name: str, labels: set[str], first: bool) -> None:
    run = service.base_run(name, sorted(labels))
    if first:
        st.markdown(
            _(
                "Models are trained on parts of the collection and asked of the other "
                "parts, so none has seen the record it judges. That takes a few minutes "
                "for a thousand records."
            )
        )
    st.button(
        _("Look for label errors") if first else _("Look again, with what was decided since"),
        type="primary" if first else "secondary",
        on_click=start_job, args=("compare_labels", {"collection": name, "run": run}),
        **permission_options(Permission.RETRAIN),
    )  # fmt: skip


def _show_doubt(found: service.OpenReviewSession, doubt: Doubt, who: str, place: int) -> None:
    record = found.records[doubt.record_id]
    recorded, suggested = (plain(words_for(x)) for x in (doubt.recorded, doubt.suggested))
    with st.container(border=True), error_boundary():
        left, middle, right = st.columns([1, 3, 2], vertical_alignment="center")
        picture = thumbnail(found.collection, record)
        if picture:
            left.image(
                picture,
                width=120,
                alt=record.caption or _("Record {record_id}").format(record_id=record.record_id),
            )
        else:
            left.markdown(_(":material/hide_image: *No photo*"))
        middle.markdown(
            _(
                "{place}. **{record_id}** · recorded as **{recorded}** "
                "({probability}), looks like **{suggested}** "
                "({suggested_probability})"
            ).format(
                place=place,
                record_id=plain(record.record_id),
                recorded=recorded,
                probability=percent(doubt.probability),
                suggested=suggested,
                suggested_probability=percent(doubt.suggested_probability),
            )
        )
        middle.caption(plain(record.caption) or _("No caption"))
        with right:
            st.button(
                _("It is {suggested}").format(suggested=suggested),
                key=f"fix-{doubt.record_id}", type="primary",
                on_click=_decide, args=(found, doubt, doubt.suggested, who), width="stretch",
                **permission_options(Permission.DECIDE),
            )  # fmt: skip
            st.button(
                _("Keep {recorded}").format(recorded=recorded), key=f"keep-{doubt.record_id}",
                on_click=_decide, args=(found, doubt, doubt.recorded, who), width="stretch",
                **permission_options(Permission.DECIDE),
            )  # fmt: skip
            with st.popover(_("Something else"), width="stretch"):
                key = f"else-{doubt.record_id}"
                st.selectbox(
                    _("Another label"), found.labels(), index=None, key=key, format_func=words_for,
                    placeholder=_("Type its first letters"), on_change=_decide_other,
                    args=(found, doubt, key, who), disabled=not is_allowed(Permission.DECIDE),
                )  # fmt: skip
                where = {"collection": found.name, "record": doubt.record_id}
                page_link("review", _("Open it in Review"), **where)


def _decide_other(found: service.OpenReviewSession, doubt: Doubt, key: str, who: str) -> None:
    if label := st.session_state[key]:
        _decide(found, doubt, label, who)


def _decide(found: service.OpenReviewSession, doubt: Doubt, label: str, who: str) -> None:
    def save() -> str:
        choice = Choice(
            doubt.record_id,
            "correct",
            label,
            evidence={
                "out_of_fold": {
                    doubt.recorded: round(doubt.probability, 4),
                    doubt.suggested: round(doubt.suggested_probability, 4),
                }
            },
            prediction=found.predictions.get(doubt.record_id),
            seen="",
        )
        found.review.decide([choice], who, found.labels())
        return _("Saved: {record_id} is {label}.").format(
            record_id=plain(doubt.record_id), label=plain(words_for(label))
        )

    save_with_message(save)
