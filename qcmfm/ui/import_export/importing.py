"""Importing: choosing a source, mapping its columns, watching, and the report."""

import base64
import contextlib
from pathlib import Path
from typing import Any

import streamlit as st

from qcmfm import jobs, service
from qcmfm.access import Permission
from qcmfm.core.errors import QcmfmError
from qcmfm.core.text import visible
from qcmfm.importers import Columns, Preview
from qcmfm.service import imports
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shared.jobs import show_job, start_job
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.progress import run_with_progress
from qcmfm.ui.shared.records import records, thumbnail
from qcmfm.ui.shell.language import N_, _
from qcmfm.ui.shell.sign_in import allowed

TYPES = ["csv", "tsv", "txt", "tab", "xlsx", "xlsm", "xlsb", "xls", "ods", "zip", "json"]
MOST_MB = 2048
NONE = N_("(none)")
_FIELDS = {
    "record_id": (N_("Id"), N_("Unique for each object; the next import finds the record by it.")),
    "image": (N_("Photo"), N_("A file name in the ZIP, or an address.")),
    "caption": (N_("Caption"), N_("Several columns are put together, in this order.")),
    "label": (N_("Label"), N_("The category, where it is known already.")),
}


def choose_source() -> tuple[str, str]:
    """Let the visitor give files or an address: the source, and the ZIP of its photos."""
    files = st.file_uploader(
        _(
            "Drop a table, a ZIP of photos, a IIIF manifest, or a table and the ZIP of its "
            "photos"
        ),
        TYPES, accept_multiple_files=True, key="import-files", max_upload_size=MOST_MB,
    )  # fmt: skip
    local = allowed(Permission.MANAGE)
    address = st.text_input(
        _("Or an address"),
        key="import-address",
        placeholder=_("https://… of a table, a ZIP or a IIIF manifest")
        + (_(", or a folder on this computer") if local else ""),
        persist_state="session",
    ).strip()
    kept = [str(imports.save_upload(file.name, file)) for file in files or ()]
    if kept:
        zips = [path for path in kept if path.lower().endswith(".zip")]
        tables = [path for path in kept if path not in zips]
        if len(zips) > 1 or len(tables) > 1:
            st.warning(_("Give one table, one ZIP, or one of each."), icon=":material/rule:")
            return "", ""
        return (tables[0], zips[0] if zips else "") if tables else (zips[0], "")
    if address and not local and not address.lower().startswith(("http://", "https://")):
        st.warning(_("An address begins with https://"), icon=":material/link_off:")
        return "", ""
    return address, ""


def map_columns(source: str, photos: str) -> None:
    """Show what would come of a source, let its columns be chosen, and offer to start."""
    found = _preview(source, photos, None)
    st.caption(f"{plain(_(imports.importer_title(found.importer)))}{_format_text(found)}")
    chosen = None
    if found.chosen is not None:
        chosen = _choose(found, f"{source}-{photos}")
        if chosen != found.chosen:
            found = _preview(source, photos, chosen)
    _show_items(found)
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    name = left.text_input(
        _("Name of the collection"),
        imports.suggested_name(source),
        key=f"import-name-{source}",
        help=_("One that is there already is updated: no record is doubled."),
    )
    arguments: dict[str, Any] = {}
    with error_boundary():
        arguments = imports.import_arguments(source, name, photos, chosen)
    right.button(
        _("Import"), type="primary", icon=":material/download:", disabled=not arguments,
        on_click=start_job, args=(imports.KIND, arguments),
    )  # fmt: skip


def show_imports(most: int = 3) -> None:
    """The last imports: those that run with their progress, those that are done with a report."""
    shown: set[str] = set()
    for job in service.list_jobs(imports.KIND):
        name = str(job.arguments.get("name", ""))
        if name in shown or len(shown) >= most:
            continue
        shown.add(name)
        with st.container(border=True), error_boundary():
            st.header(plain(name), anchor=False)
            if job.state == "done":
                show_report(job)
            else:
                show_job(job)


def show_report(job: jobs.Job) -> None:
    """What came of an import."""
    report = imports.import_report(str(job.arguments["name"]))
    if report is None:
        st.info(_("This collection was deleted since."))
        return
    numbers = {
        _("Taken"): report.taken, _("Added"): report.added, _("Updated"): report.updated,
        _("With a photo"): report.photos, _("Refused"): len(report.refused),
        _("Taken with gaps"): len(report.notes),
    }  # fmt: skip
    with st.container(horizontal=True, gap="medium"):
        for label, value in numbers.items():
            st.metric(label, f"{value:,}", width=120)
    if report.gone:
        st.caption(
            _("{n:,} records are not in the source any more; they stay.").format(n=len(report.gone))
        )
    problems = sorted([*report.refused, *report.notes], key=lambda problem: problem.row)
    if problems:
        with st.expander(
            _("What was wrong: {n:,} rows").format(n=len(problems)), expanded=len(problems) < 6
        ):
            st.dataframe(
                [
                    {
                        _("Row"): problem.row, _("Record"): problem.record_id,
                        _("Column"): problem.column, _("What was wrong"): problem.reason,
                        _("Taken"): _("no") if problem.refused else _("without it"),
                    }
                    for problem in problems[:1000]
                ],
                hide_index=True,
                alt=_("What was wrong in {name}, row by row").format(name=report.name),
            )  # fmt: skip
    if report.duplicates:
        with st.expander(
            _("Photos that are nearly the same: {n:,} groups").format(n=len(report.duplicates))
        ):
            _show_duplicates(report.name, report.duplicates)
    with st.container(horizontal=True, vertical_alignment="center"):
        file = imports.errors_file(report)
        if file:
            st.download_button(
                _("Your file back, with what was wrong"), file.read_bytes(), file.name,
                icon=":material/rule:", key=f"errors-{job.job_id}", on_click="ignore",
            )  # fmt: skip
        for page, title, icon in (
            ("collections", _("Look at the records"), ":material/grid_view:"),
            ("search", _("Search them"), ":material/search:"),
            ("review", _("Review them"), ":material/rate_review:"),
        ):
            page_link(page, title, icon, collection=report.name)


def _preview(source: str, photos: str, chosen: Columns | None) -> Preview:
    """The preview of a source; looked at once for the same question."""
    asked = (source, photos, chosen)
    kept = st.session_state.get("import-preview", {})
    if asked not in kept:
        place = st.empty()
        with place.container():
            kept = {
                **dict(list(kept.items())[-5:]),
                asked: run_with_progress(imports.preview_import(*asked)),
            }
        place.empty()
        st.session_state["import-preview"] = kept
    return kept[asked]


def _format_text(found: Preview) -> str:
    """How a text table is written."""
    if not found.encoding:
        return ""
    delimiter = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("bars")}
    name = delimiter.get(found.delimiter, found.delimiter)
    return _(" · {n} columns between {name} · written in {encoding}").format(
        n=len(found.columns), name=name, encoding=plain(found.encoding)
    )


def _choose(found: Preview, key: str) -> Columns:
    """The columns that the visitor chooses; those that fit best are chosen already."""
    guessed = found.chosen or Columns()
    values: dict[str, Any] = {}
    for column, (field, (label, help_text)) in zip(st.columns(4), _FIELDS.items(), strict=True):
        if field == "caption":
            values[field] = column.multiselect(
                _(label), found.columns, guessed.caption, key=f"{key}-{field}", help=_(help_text),
                format_func=visible,
            )  # fmt: skip
            continue
        options = [NONE, *found.columns]
        guess = getattr(guessed, field) or NONE
        said = column.selectbox(
            _(label), options, options.index(guess), key=f"{key}-{field}", help=_(help_text),
            format_func=lambda column: _(column) if column == NONE else visible(column),
        )  # fmt: skip
        values[field] = "" if said == NONE else said
    return guessed.changed(values)


def _show_items(found: Preview) -> None:
    """The first records as they would become."""
    for problem in found.problems[:5]:
        st.warning(plain(str(problem)), icon=":material/rule:")
    if not found.items:
        st.info(_("No record was found at its start."))
        return
    st.dataframe(
        [
            {
                _("Photo"): _picture(item.photo),
                _("Id"): item.record_id or _("(made from the photo or caption)"),
                _("Caption"): item.caption,
                _("Label"): item.label,
                _("Where the photo is"): item.problem or Path(item.photo).name or (
                    _("asked of the museum") if item.lookup else _("none")
                ),
            }
            for item in found.items
        ],
        hide_index=True,
        row_height=56,
        column_config={_("Photo"): st.column_config.ImageColumn(width="small")},
        alt=_("The first records as they would be imported"),
    )  # fmt: skip


def _picture(photo: str) -> str | None:
    """A small picture of a photo that is on this machine already, as an address."""
    if not photo or "://" in photo:
        return None
    with contextlib.suppress(QcmfmError, OSError):
        small = service.thumbnail(Path(photo), 96)
        return f"data:image/jpeg;base64,{base64.b64encode(small).decode()}"
    return None


def _show_duplicates(name: str, groups: list[list[str]], most: int = 12) -> None:
    collection = records(name)
    there = {record.record_id: record for record in collection.records}
    for group in groups[:most]:
        with st.container(horizontal=True):
            for record_id in group[:8]:
                picture = thumbnail(collection, there[record_id]) if record_id in there else None
                if picture:
                    st.image(
                        picture,
                        plain(record_id),
                        width=120,
                        alt=_("Record {record_id}").format(record_id=record_id),
                    )
    if len(groups) > most:
        st.caption(
            _("and {more:,} more groups, in the report of the import").format(
                more=len(groups) - most
            )
        )
