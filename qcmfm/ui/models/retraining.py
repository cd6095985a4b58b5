"""Teaching a model what was decided: start, progress, before and after, adopting."""

import streamlit as st

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.ui.shared.address import note_reviewed
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shared.jobs import latest_job, show_job, start_job
from qcmfm.ui.shared.records import records
from qcmfm.ui.shared.resources import open_session
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import permission_options

FEW = 40
"""Labelled records below which a model learns little."""


def show_learning(name: str, who: str) -> None:
    """All of the page Learn for one collection."""
    counts = _show_labels(name)
    job = latest_job("learn", collection=name)
    running = bool(job) and show_job(job)
    labels = sorted(records(name).labels)
    parent = service.base_run(name, labels)
    if not running:
        _show_training_form(name, parent, counts)
    if job and job.state == "done":
        _show_comparison(job.result["run"])
    _show_runs(name, who)


def _show_labels(name: str) -> int:
    found = open_session(name, "")
    assert found is not None  # without a model there is nothing to wait for
    state = found.review.refresh()
    outcomes = [(record.label, state.of(record.record_id)) for record in found.collection.records]
    decided = sum(outcome.status in ("accepted", "corrected") for old, outcome in outcomes)
    changed = sum(bool(o.label) and bool(old) and old != o.label for old, o in outcomes)
    labelled = sum(bool(o.label if o.status != "open" else old) for old, o in outcomes)
    left, middle, right = st.columns(3)
    left.metric(
        _("Records with a label"),
        _("{labelled:,} of {n:,}").format(labelled=labelled, n=len(outcomes)),
    )
    middle.metric(_("Decided by reviewers"), f"{decided:,}")
    right.metric(_("Recorded labels changed"), f"{changed:,}")
    return labelled


def _show_training_form(name: str, parent: str, labelled: int) -> None:
    ways = {"nothing": _("Train a model from nothing, on this collection’s own labels")}
    if parent:
        ways = {
            "parent": _("Improve {parent}, which knows these labels already").format(
                parent=plain(parent)
            )
        } | ways
    way = st.radio(_("How"), list(ways), format_func=ways.get, key="learn-way", horizontal=False)
    if labelled < FEW:
        st.info(
            _(
                "{labelled} records have a label. A model needs at least twenty of each "
                "label to be of use; review some more first, or try it and see."
            ).format(labelled=labelled)
        )
    chosen = parent if way == "parent" else ""
    st.button(
        _("Train"), type="primary", on_click=start_job,
        args=("learn", {"collection": name, "parent": chosen, "out": service.next_run_name(name)}),
        **permission_options(
            Permission.RETRAIN, labelled < 5,
            _("A few minutes for a thousand records. Nothing changes until you adopt the result."),
        ),
    )  # fmt: skip


def _show_comparison(run: str) -> None:
    """Before and after on the same test records, and what that is worth."""
    with error_boundary():
        found = service.run_comparison(run)
        if found is None:
            return
        st.header(_("{run} is trained").format(run=plain(run)), anchor=False)
        if found.after is None:
            st.info(
                _(
                    "No labelled record is in the test split, so nobody can say how good "
                    "it is. Look at some of its proposals before you adopt it."
                )
            )
            return
        columns = st.columns(3)
        if found.before:
            columns[0].metric(
                _("Before: {parent}").format(parent=plain(found.parent)),
                f"{found.before['value']:.0%}",
            )
        after, gain = found.after, found.difference
        columns[1].metric(
            _("After"), f"{after['value']:.0%}",
            _("{value:+.0f} points").format(value=100 * gain["value"])
            if gain and gain["value"] else None,
            "off" if gain and gain["low"] <= 0 <= gain["high"] else "normal",
        )  # fmt: skip
        columns[2].metric(_("Test records"), found.records)
        st.markdown(_verdict(found))


def _verdict(found: service.RunComparison) -> str:
    """The difference in a sentence that says whether it may be chance."""
    after, gain = found.after, found.difference
    assert after is not None
    if gain is None:
        return _(
            "It is right on {value:.0%} of {records} test records (95% interval "
            "{low:.0%} to {high:.0%})."
        ).format(value=after["value"], records=found.records, low=after["low"], high=after["high"])
    if not any(gain.values()):
        return _("On the same {records} test records both are right equally often.").format(
            records=found.records
        )
    low, high = (f"{100 * gain[end]:+.0f}" for end in ("low", "high"))
    sentence = _(
        "On the same {records} test records it changes accuracy by {low} to {high} points"
    ).format(records=found.records, low=low, high=high)
    if gain["low"] > 0:
        return _("{told} (95% interval): it is better than before.").format(told=sentence)
    if gain["high"] < 0:
        return _("{told} (95% interval): it is **worse** than before.").format(told=sentence)
    return _("{told} (95% interval): the difference may be chance.").format(told=sentence)


def _show_runs(name: str, who: str) -> None:
    """The models of this collection, and which one proposes its labels."""
    st.header(_("Which model proposes labels here"), anchor=False)
    labels = records(name).labels
    adopted = service.adopted_run(name)
    summaries = {summary.name: summary for summary in service.list_run_summaries()[0]}
    known = [run for run in service.runs_for(labels) if run in summaries]
    if adopted and adopted not in known and adopted in summaries:
        known.append(adopted)
    if not known:
        st.caption(_("No model knows the labels of this collection yet."))
        return
    now = adopted or known[0]
    for run in known:
        summary = summaries[run]
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(
                f"**{plain(run)}**"
                + (_(" · :green-badge[in use]") if run == now else "")
                + _(
                    "  \nRight on {accuracy:.0%} of its {measured_on} records · trained "
                    "{created} · "
                ).format(
                    accuracy=summary.accuracy,
                    measured_on=_(summary.measured_on),
                    created=summary.created[:10],
                )
                + plain(", ".join(words_for(label) for label in summary.labels))
            )
            if run != now:
                st.button(
                    _("Adopt"), key=f"adopt-{run}", on_click=_adopt, args=(name, run, who),
                    **permission_options(Permission.ADOPT),
                )  # fmt: skip
    st.caption(_("Proposals that were made before keep the name of the model that made them."))


def _adopt(name: str, run: str, who: str) -> None:
    with error_boundary():
        service.adopt_run(name, run, who)
        note_reviewed(model=run)
