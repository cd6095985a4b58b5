"""Importing: choosing a source, mapping its columns, watching, and the report."""

import base64
import contextlib
from pathlib import Path
from typing import Any

import streamlit as st

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.core.errors import QcmfmError
from qcmfm.core.text import visible
from qcmfm.importers import Columns, Preview
from qcmfm.service import imports
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shared.jobs import start_job
from qcmfm.ui.shared.progress import run_with_progress
from qcmfm.ui.shell.language import N_, _
from qcmfm.ui.shell.sign_in import is_allowed

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
    local = is_allowed(Permission.MANAGE)
    address = st.text_input(
        _("Or an address"),
        key="import-address",
        placeholder=_("https://… of a table, a ZIP or a IIIF manifest")
        + (_(", or a folder on this computer") if local else ""),
        persist_state="session",
    ).strip()
    saved = [str(imports.save_upload(file.name, file)) for file in files or ()]
    if saved:
        zips = [path for path in saved if path.lower().endswith(".zip")]
        tables = [path for path in saved if path not in zips]
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


def _preview(source: str, photos: str, chosen: Columns | None) -> Preview:
    """The preview of a source; computed once for the same columns."""
    question = (source, photos, chosen)
    saved = st.session_state.get("import-preview", {})
    if question not in saved:
        place = st.empty()
        with place.container():
            saved = {
                **dict(list(saved.items())[-5:]),
                question: run_with_progress(imports.preview_import(*question)),
            }
        place.empty()
        st.session_state["import-preview"] = saved
    return saved[question]


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
        column_name = column.selectbox(
            _(label), options, options.index(guess), key=f"{key}-{field}", help=_(help_text),
            format_func=lambda column: _(column) if column == NONE else visible(column),
        )  # fmt: skip
        values[field] = "" if column_name == NONE else column_name
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
