"""The Noise lab: the same records under several noises, side by side."""

import shlex
from dataclasses import asdict
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.errors import QcmfmError
from qcmfm.lab import later
from qcmfm.lab.condition import Condition
from qcmfm.lab.later import Spread, StateFigures, Sure
from qcmfm.lab.material import Material
from qcmfm.lab.outcome import Flip, Outcome, flips, judge
from qcmfm.lab.report import intervals_report, outcome_report, table_csv
from qcmfm.records import Collection
from qcmfm.ui.address import Address, switch
from qcmfm.ui.lab import choose_record, kept, work_once, wrapping
from qcmfm.ui.language import N_, _
from qcmfm.ui.noise_controls import choose_count, control
from qcmfm.ui.pictures import bars, figures
from qcmfm.ui.records import thumbnail
from qcmfm.ui.signing_in import barred
from qcmfm.ui.sweeping import show_sweep
from qcmfm.ui.widgets import plain, show_error, told, words_for

FITS = ("none", *later.FITS)
LETTERS = "ABCD"
SHOWN = 4
"""Pictures of records that flip, in a column."""


class Column:
    """One condition on the page: what is known of it, and where it is drawn.

    Args:
        letter: What it is called on the page.
        condition: The noise and the shots.
        outcome: The labels under it.
        changed: The records whose label differs.
    """

    def __init__(
        self, letter: str, condition: Condition, outcome: Outcome, changed: list[Flip]
    ) -> None:
        self.letter, self.condition = letter, condition
        self.outcome, self.changed = outcome, changed
        self.figures = st.empty()
        self.bars = st.empty()
        self.state = st.empty()
        self.sure: Sure | None = None
        self.spread: Spread | None = None
        self.better: tuple[Outcome, Sure | None, int] | None = None
        self.seen: StateFigures | None = None


@st.fragment
def show_lab(address: Address, found: Material, collection: Collection) -> None:
    """Controls, figures and pictures of all conditions; what takes longer fills in after."""
    with told():
        reference = _judged(found, Condition(found.own))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            record_id = choose_record(address, found)
            count = choose_count(address)
            fit = switch(
                address, _("Error mitigation"), "mitigation", FITS, "none", help=_(MITIGATION)
            )  # fmt: skip
        with wrapping("chosen"):
            _show_chosen(found, record_id, collection, reference)
        progress = st.empty()
        columns: list[Column] = []
        with wrapping("conditions"):
            for place, spot in enumerate(st.columns(count, gap="medium", border=True)):
                with spot:
                    column = _show_condition(
                        address, found, collection, reference, record_id, place
                    )
                    columns += [column] if column else []
        for column in columns:
            _fill_in(column, found, reference, record_id, fit, progress)
        progress.empty()
        show_sweep(address, found, reference, "" if fit == "none" else fit)
        _show_exports(found, reference, columns, record_id, fit)


def _judged(found: Material, condition: Condition) -> Outcome:
    key = ("judged", found.key, condition.to_json())
    return kept().once(key, lambda: judge(found, condition.setting))


def _show_chosen(
    found: Material, record_id: str, collection: Collection, reference: Outcome
) -> None:
    """The chosen record, and how the run answers."""
    record = found.records[found.row(record_id)]
    chosen, right = st.columns(2, gap="medium", vertical_alignment="center")
    left, middle = chosen.columns([1, 2], vertical_alignment="center")
    picture = thumbnail(collection, record)
    if picture:
        left.image(picture, alt=record.caption or record_id)
    middle.markdown(plain(record.caption or _("No caption")))
    label = plain(words_for(record.label)) or _("none")
    middle.caption(
        _("Record {record_id} · recorded label: {label}").format(
            record_id=plain(record_id), label=label
        )
    )
    with right:
        told_as = (
            _("without noise")
            if not found.own.entries
            else _("trained under {name}").format(name=found.own.name)
        )
        told_ = [_("As the model answers, {told_as}").format(told_as=plain(told_as))]
        if reference.accuracy is not None:
            told_.append(_("accuracy {accuracy:.1%}").format(accuracy=reference.accuracy))
        st.caption(" · ".join(told_))
        st.html(bars(_labels(found, reference, record_id), top=4))


def _labels(found: Material, outcome: Outcome, record_id: str) -> dict[str, float]:
    row = outcome.probabilities[found.row(record_id)].tolist()
    return dict(zip(found.readout.labels, row, strict=True))


def _show_condition(
    address: Address,
    found: Material,
    collection: Collection,
    reference: Outcome,
    record_id: str,
    place: int,
) -> Column | None:
    """One condition: its controls and everything that follows at once."""
    letter = LETTERS[place]
    title = st.empty()
    with st.container():
        slots = st.container()
        with st.expander(_("Settings"), expanded=True, icon=":material/tune:"):
            chosen = control(address, place)
        with slots:
            title.markdown(f"**{letter}: {plain(chosen.name())}**")
            try:
                condition = chosen.condition()
                outcome = _judged(found, condition)
            except QcmfmError as error:
                show_error(error)
                return None
            column = Column(letter, condition, outcome, flips(found, outcome, reference))
            column.figures.html(_figures(column, reference, len(found.records)))
            column.bars.html(
                bars(
                    _labels(found, outcome, record_id), _labels(found, reference, record_id), top=4
                )
            )
    _show_flips(found, collection, column)
    return column


def _figures(column: Column, reference: Outcome, records: int) -> str:
    """The figures of a condition as far as they are known."""
    outcome, rows = column.outcome, []
    for name, words in (("accuracy", _("Accuracy")), ("macro_f1", _("Macro-F1"))):
        value, before = getattr(outcome, name), getattr(reference, name)
        if value is not None and before is not None:
            interval = getattr(column.sure, name) if column.sure else None
            note = (
                _("{low:.1%} to {high:.1%}").format(low=interval.low, high=interval.high)
                if interval
                else "…"
            )
            rows.append((words, f"{value:.1%}", f"{100 * (value - before):+.1f}", note))
    change = outcome.confidence_change(reference)
    rows.append((_("How sure"), f"{outcome.confidence:.1%}", f"{100 * change:+.1f}", ""))
    share = len(column.changed) / max(records, 1)
    rows.append(
        (
            _("Labels that flip"),
            f"{len(column.changed):,}",
            _("of {records:,}").format(records=records),
            f"{share:.1%}",
        )
    )
    if column.spread:
        spread = column.spread
        value = spread.accuracy
        text = f"{value.value:.1%}" if value else "–"
        note = _("{low:.1%} to {high:.1%}").format(low=value.low, high=value.high) if value else ""
        flipped = _("{flips:.1f} flip").format(flips=spread.flips)
        rows.append((_("With {shots:,} shots").format(shots=spread.shots), text, flipped, note))
    if column.better:
        better, sure, changed = column.better
        text = f"{better.accuracy:.1%}" if better.accuracy is not None else "–"
        note = (
            _("{low:.1%} to {high:.1%}").format(low=sure.accuracy.low, high=sure.accuracy.high)
            if sure
            else ""
        )
        rows.append((_("Mitigated"), text, _("{changed} flip").format(changed=changed), note))
    return figures(rows)


def _show_flips(found: Material, collection: Collection, column: Column) -> None:
    """Pictures of the records whose label changes."""
    if not column.changed:
        st.caption(_("No label changes."))
        return
    some = (
        _("all of them")
        if len(column.changed) <= SHOWN
        else _("the surest {most}").format(most=SHOWN)
    )
    st.caption(_("Labels that change, {some}:").format(some=some))
    for flip in column.changed[:SHOWN]:
        left, right = st.columns([1, 2], vertical_alignment="center")
        try:
            picture = thumbnail(collection, found.records[found.row(flip.record_id)])
        except QcmfmError:
            picture = None
        if picture:
            left.image(
                picture, width=64, alt=_("Record {record_id}").format(record_id=flip.record_id)
            )
        right.markdown(
            f"{plain(words_for(flip.before))} → **{plain(words_for(flip.after))}**  \n"
            f":small[{plain(flip.record_id)} · {flip.was_sure:.0%} → {flip.is_sure:.0%}]"
        )


def _fill_in(
    column: Column,
    found: Material,
    reference: Outcome,
    record_id: str,
    fit: str,
    progress: DeltaGenerator,
) -> None:
    """What takes longer than a click: each figure as soon as it is there."""
    setting, key = column.condition.setting, (found.key, column.condition.to_json())
    total = len(found.records)

    def draw() -> None:
        column.figures.html(_figures(column, reference, total))

    column.seen = kept().once(
        ("state", *key, record_id), lambda: later.state_figures(found, setting, record_id)
    )
    column.state.caption(
        _(
            "This record: fidelity **{fidelity:.3f}**, purity **{purity:.3f}** (least "
            "{least_purity:.3f})"
        ).format(
            fidelity=column.seen.fidelity,
            purity=column.seen.purity,
            least_purity=column.seen.least_purity,
        ),
        help=_(STATE),
    )
    column.sure = kept().once(
        ("sure", *key), lambda: later.intervals(found, column.outcome, reference)
    )
    draw()
    if column.condition.shots:
        column.spread = work_once(
            ("shots", *key),
            lambda: later.shots(found, column.condition, reference),
            progress,
        )
        draw()
    if fit != "none":
        try:
            better = work_once(
                ("mitigated", fit, *key), lambda: later.mitigated(found, setting, fit), progress
            )
        except QcmfmError as error:
            column.state.caption(_("Not mitigated: {message}").format(message=plain(error.message)))
            return
        sure = kept().once(
            ("mitigated sure", fit, *key), lambda: later.intervals(found, better, reference)
        )
        column.better = (better, sure, len(flips(found, better, reference)))
        draw()


def _show_exports(
    found: Material, reference: Outcome, columns: list[Column], record_id: str, fit: str
) -> None:
    """The table as CSV, every condition as JSON, and a name to keep one under."""
    st.header(_("Keep and share"), anchor=False)

    def table() -> str:
        rows: dict[str, dict[str, Any]] = {}
        for column in columns:
            row = outcome_report(found, column.outcome, reference)
            row |= {"shots": column.condition.shots} | intervals_report(column.sure)
            if column.spread:
                row["with_shots"] = asdict(column.spread)
            if column.better:
                row["mitigated"] = outcome_report(found, column.better[0], reference)
            if column.seen:
                row["record"] = asdict(column.seen)
            rows[column.letter] = row
        return table_csv(rows)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            _("Table, CSV"), table, "noise.csv", "text/csv", key="noise-csv", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
        for column in columns:
            st.download_button(
                f"{column.letter}, JSON", column.condition.to_json(), f"noise-{column.letter}.json",
                "application/json", key=f"json-{column.letter}", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip
    if columns:
        _offer_saving(columns)
    given = ["--run", found.run, "--records", "FOLDER", "--setting", "noise-A.json"]
    given += ["--record", record_id, *(() if fit == "none" else ("--mitigation", fit)), "--json"]
    st.caption(_("The same figures on the command line, with the JSON of a column:"))
    command = shlex.join(["python", "-m", "qcmfm", "noise", *given])
    st.code(command, language="bash", wrap_lines=True)


def _offer_saving(columns: list[Column]) -> None:
    """Keep a condition under a name, for this page and for the review queue."""
    with (
        st.form("save-noise", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        letters = [column.letter for column in columns]
        letter = st.selectbox(_("Setting"), letters, width=110)
        name = st.text_input(_("Name"), placeholder=_("our lab's device"))
        if st.form_submit_button(_("Save"), icon=":material/save:", **barred(Permission.ADD)):
            column = next(c for c in columns if c.letter == letter)
            try:
                service.save_condition(name, column.condition)
                st.success(
                    _(
                        "Kept as {name}. On Review it is an order of the queue: unstable "
                        "under noise."
                    ).format(name=plain(name.strip())),
                    icon=":material/check:",
                )
            except QcmfmError as error:
                show_error(error)


MITIGATION = N_(
    "The noise is made 1, 2 and 3 times as strong, and the readings are followed back "
    "to none (zero-noise extrapolation). It costs more runs, and noise on single shots "
    "grows."
)
STATE = N_(
    "Fidelity is how like the noise-free state it is, 1 being the same. Purity is 1 "
    "for a state that is fully known, and falls as noise makes it a mixture. Both "
    "before the wires are read."
)
