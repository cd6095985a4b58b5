"""Taking the figures of the Noise lab away, and saving its settings."""

import shlex
from dataclasses import asdict
from typing import Any

import streamlit as st

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.core.errors import QcmfmError
from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.lab.outcome import Outcome
from qcmfm.lab.report import intervals_report, outcome_report, table_csv
from qcmfm.quantum.noise_files import to_json
from qcmfm.ui.lab.noise_columns import NoiseColumn
from qcmfm.ui.shared.errors import show_error
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import permission_options


def show_exports(
    found: CircuitInputs, reference: Outcome, columns: list[NoiseColumn], record_id: str, fit: str
) -> None:
    """The table as CSV, every setting as JSON, and a name to save one under."""
    st.header(_("Keep and share"), anchor=False)

    def table() -> str:
        rows: dict[str, dict[str, Any]] = {}
        for column in columns:
            row = outcome_report(found, column.outcome, reference)
            row |= {"shots": column.setting.shots} | intervals_report(column.sure)
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
                f"{column.letter}, JSON", to_json(column.setting), f"noise-{column.letter}.json",
                "application/json", key=f"json-{column.letter}", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip
    if columns:
        _show_save_form(columns)
    given = ["--run", found.run, "--records", "FOLDER", "--setting", "noise-A.json"]
    given += ["--record", record_id, *(() if fit == "none" else ("--mitigation", fit)), "--json"]
    place = st.expander(
        _("The same figures on the command line"), key="noise-command", on_change="rerun"
    )
    if place.open:
        place.caption(_("With the JSON of a column:"))
        command = shlex.join(["python", "-m", "qcmfm", "noise", *given])
        place.code(command, language="bash", wrap_lines=True)


def _show_save_form(columns: list[NoiseColumn]) -> None:
    """Save a setting under a name, for this page and for the review queue."""
    with (
        st.form("save-noise", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        letters = [column.letter for column in columns]
        letter = st.selectbox(_("Setting"), letters, width=110)
        name = st.text_input(_("Name"), placeholder=_("our lab's device"))
        instead = st.checkbox(_("Replace one of that name"))
        if st.form_submit_button(
            _("Save"), icon=":material/save:", **permission_options(Permission.ADD)
        ):
            column = next(c for c in columns if c.letter == letter)
            try:
                saved = service.save_noise_setting(name, column.setting, instead)
                st.success(
                    _(
                        "Kept as {name}. On Review it is an order of the queue: unstable "
                        "under noise."
                    ).format(name=plain(saved.stem)),
                    icon=":material/check:",
                )
            except QcmfmError as error:
                show_error(error)
