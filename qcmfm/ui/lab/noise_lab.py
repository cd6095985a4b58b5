"""The Noise lab: the same records under several noises, side by side."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm.core.errors import QcmfmError
from qcmfm.lab import estimates
from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.lab.outcome import Outcome, flips
from qcmfm.quantum.noise_files import to_json
from qcmfm.records import Collection
from qcmfm.ui.lab.inputs import choose_record
from qcmfm.ui.lab.noise_columns import (
    NoiseColumn,
    figures_of,
    labels_under,
    outcome_under,
    show_column,
)
from qcmfm.ui.lab.noise_controls import choose_count
from qcmfm.ui.lab.noise_sharing import show_exports
from qcmfm.ui.lab.pictures import bars
from qcmfm.ui.lab.results import compute_once, result_cache
from qcmfm.ui.lab.sweep import show_sweep
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.address_widgets import switch
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shared.layout import wrapping_container
from qcmfm.ui.shared.records import thumbnail
from qcmfm.ui.shell.language import N_, _

FITS = ("none", *estimates.FITS)


@st.fragment
def show_lab(address: Address, found: CircuitInputs, collection: Collection) -> None:
    """Controls, figures and pictures of all noise settings; what takes longer fills in after."""
    with error_boundary():
        reference = outcome_under(found, found.own_noise)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            record_id = choose_record(address, found)
            count = choose_count(address)
            fit = switch(
                address, _("Error mitigation"), "mitigation", FITS, "none", help=_(MITIGATION)
            )  # fmt: skip
        with wrapping_container("chosen"):
            _show_chosen(found, record_id, collection, reference)
        progress = st.empty()
        columns: list[NoiseColumn] = []
        with wrapping_container("conditions"):
            for place, spot in enumerate(st.columns(count, gap="medium", border=True)):
                with spot:
                    column = show_column(address, found, collection, reference, record_id, place)
                    columns += [column] if column else []
        for column in columns:
            _add_slow_figures(column, found, reference, record_id, fit, progress)
        progress.empty()
        show_sweep(address, found, reference, "" if fit == "none" else fit)
        show_exports(found, reference, columns, record_id, fit)


def _show_chosen(
    found: CircuitInputs, record_id: str, collection: Collection, reference: Outcome
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
        noise = (
            _("without noise")
            if not found.own_noise.entries
            else _("trained under {name}").format(name=found.own_noise.name)
        )
        parts = [_("As the model answers, {told_as}").format(told_as=plain(noise))]
        if reference.accuracy is not None:
            parts.append(_("accuracy {accuracy:.1%}").format(accuracy=reference.accuracy))
        st.caption(" · ".join(parts))
        st.html(bars(labels_under(found, reference, record_id), top=4))


def _add_slow_figures(
    column: NoiseColumn,
    found: CircuitInputs,
    reference: Outcome,
    record_id: str,
    fit: str,
    progress: DeltaGenerator,
) -> None:
    """What takes longer than a click: each figure as soon as it is there."""
    setting, key = column.setting, (found.key, to_json(column.setting))
    total = len(found.records)

    def draw() -> None:
        column.figures.html(figures_of(column, reference, total))

    column.seen = result_cache().get(
        ("state", *key, record_id), lambda: estimates.state_figures(found, setting, record_id)
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
    column.sure = result_cache().get(
        ("sure", *key), lambda: estimates.intervals(found, column.outcome, reference)
    )
    draw()
    if column.setting.shots:
        column.spread = compute_once(
            ("shots", *key),
            lambda: estimates.shots(found, column.setting, reference),
            progress,
        )
        draw()
    if fit != "none":
        try:
            better = compute_once(
                ("mitigated", fit, *key), lambda: estimates.mitigate(found, setting, fit), progress
            )
        except QcmfmError as error:
            column.state.caption(_("Not mitigated: {message}").format(message=plain(error.message)))
            return
        sure = result_cache().get(
            ("mitigated sure", fit, *key), lambda: estimates.intervals(found, better, reference)
        )
        column.better = (better, sure, len(flips(found, better, reference)))
        draw()


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
