"""A noise setting of the Noise lab on the page: its controls, figures and the labels that flip."""

import streamlit as st

from qcmfm.core.errors import QcmfmError
from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.lab.estimates import MetricIntervals, ShotSpread, StateFigures
from qcmfm.lab.outcome import Flip, Outcome, compute_outcome, flips
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.noise_files import to_json
from qcmfm.records import Collection
from qcmfm.ui.lab.noise_controls import choose_noise
from qcmfm.ui.lab.pictures import bars, figures
from qcmfm.ui.lab.results import result_cache
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.errors import show_error
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shared.records import thumbnail
from qcmfm.ui.shell.language import _

LETTERS = "ABCD"
SHOWN = 4
"""Pictures of records that flip, in a column."""


class NoiseColumn:
    """One noise setting on the page: what is known of it, and where it is drawn.

    Args:
        letter: What it is called on the page.
        setting: The noise and the shots.
        outcome: The labels under it.
        changed: The records whose label differs.
    """

    def __init__(
        self, letter: str, setting: NoiseSetting, outcome: Outcome, changed: list[Flip]
    ) -> None:
        self.letter, self.setting = letter, setting
        self.outcome, self.changed = outcome, changed
        self.figures = st.empty()
        self.bars = st.empty()
        self.state = st.empty()
        self.sure: MetricIntervals | None = None
        self.spread: ShotSpread | None = None
        self.better: tuple[Outcome, MetricIntervals | None, int] | None = None
        self.seen: StateFigures | None = None


def outcome_under(found: CircuitInputs, setting: NoiseSetting) -> Outcome:
    """The labels of all records under a noise; computed once."""
    key = ("judged", found.key, to_json(setting))
    return result_cache().get(key, lambda: compute_outcome(found, setting))


def labels_under(found: CircuitInputs, outcome: Outcome, record_id: str) -> dict[str, float]:
    """Probability of each label of a record under a noise."""
    row = outcome.probabilities[found.row(record_id)].tolist()
    return dict(zip(found.readout.labels, row, strict=True))


def show_column(
    address: Address,
    found: CircuitInputs,
    collection: Collection,
    reference: Outcome,
    record_id: str,
    place: int,
) -> NoiseColumn | None:
    """One noise setting: its controls and everything that follows at once."""
    letter = LETTERS[place]
    title = st.empty()
    with st.container():
        slots = st.container()
        with st.expander(_("Settings"), expanded=True, icon=":material/tune:"):
            recipe = choose_noise(address, place)
        with slots:
            title.markdown(f"**{letter}: {plain(recipe.name())}**")
            try:
                setting = recipe.setting()
                outcome = outcome_under(found, setting)
            except QcmfmError as error:
                show_error(error)
                return None
            column = NoiseColumn(letter, setting, outcome, flips(found, outcome, reference))
            column.figures.html(figures_of(column, reference, len(found.records)))
            column.bars.html(
                bars(
                    labels_under(found, outcome, record_id),
                    labels_under(found, reference, record_id),
                    top=4,
                )
            )
    _show_flips(found, collection, column)
    return column


def figures_of(column: NoiseColumn, reference: Outcome, records: int) -> str:
    """The figures of a column as far as they are known."""
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


def _show_flips(found: CircuitInputs, collection: Collection, column: NoiseColumn) -> None:
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
        picture = thumbnail(collection, found.records[found.row(flip.record_id)])
        if picture:
            left.image(
                picture, width=64, alt=_("Record {record_id}").format(record_id=flip.record_id)
            )
        right.markdown(
            f"{plain(words_for(flip.before))} → **{plain(words_for(flip.after))}**  \n"
            f":small[{plain(flip.record_id)} · {flip.was_sure:.0%} → {flip.is_sure:.0%}]"
        )
