"""The last imports: their progress, and what came of them."""

import streamlit as st

from qcmfm import jobs, service
from qcmfm.service import imports
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shared.jobs import show_job
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.records import records, thumbnail
from qcmfm.ui.shell.language import _


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
