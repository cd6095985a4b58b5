"""Every page of the app, in the order of the menu."""

from pathlib import Path

import streamlit as st

from qcmfm.access import Permission
from qcmfm.ui.language import _, choose_language, keep, name_language, pgettext, settle
from qcmfm.ui.looks import show_looks
from qcmfm.ui.memory import note_visit
from qcmfm.ui.running import opened, timed
from qcmfm.ui.signing_in import let_in, shown
from qcmfm.ui.tour import show_tour
from qcmfm.ui.widgets import told

PAGES = Path(__file__).resolve().parents[2] / "pages"

MENU = 230  # pixels across: Streamlit's own 300 leave a tablet too little beside it

settle()
st.set_page_config(
    page_title="QCMFM Studio", page_icon="🏺", layout="wide", initial_sidebar_state=MENU
)
page = st.navigation(
    {
        "": [
            st.Page(PAGES / "home.py", title=_("Home"), icon=":material/home:", default=True),
            st.Page(PAGES / "guide.py", title=_("Guide"), icon=":material/menu_book:"),
        ],
        _("Collections"): [
            st.Page(PAGES / "collections.py", title=_("Collections"), icon=":material/grid_view:"),
            st.Page(PAGES / "search.py", title=_("Search"), icon=":material/search:"),
            st.Page(PAGES / "map.py", title=_("Map"), icon=":material/scatter_plot:"),
            st.Page(PAGES / "import.py", title=_("Import"), icon=":material/upload_file:"),
        ],
        pgettext("menu", "Label"): [
            st.Page(PAGES / "classify.py", title=_("Classify"), icon=":material/image_search:"),
            st.Page(PAGES / "attention.py", title=_("Attention"), icon=":material/visibility:"),
            st.Page(PAGES / "review.py", title=_("Review"), icon=":material/rate_review:"),
            st.Page(PAGES / "bulk.py", title=_("Bulk"), icon=":material/checklist:"),
            st.Page(
                PAGES / "clean_up.py", title=_("Clean up"), icon=":material/cleaning_services:"
            ),
            st.Page(PAGES / "progress.py", title=_("Progress"), icon=":material/monitoring:"),
        ],
        _("Models"): [
            st.Page(PAGES / "learn.py", title=_("Learn"), icon=":material/school:"),
            st.Page(PAGES / "study.py", title=_("Study"), icon=":material/science:"),
        ],
        _("Understand"): [
            st.Page(PAGES / "circuit.py", title=_("Circuit"), icon=":material/schema:"),
            st.Page(PAGES / "noise_lab.py", title=_("Noise lab"), icon=":material/blur_on:"),
            st.Page(PAGES / "lesson.py", title=_("Lesson"), icon=":material/co_present:"),
            st.Page(PAGES / "claims.py", title=_("Claims"), icon=":material/balance:"),
        ],
        _("This server"): [
            st.Page(
                PAGES / "workspace.py",
                title=_("Workspace"),
                icon=":material/home_storage:",
                visibility="visible" if shown(Permission.MANAGE) else "hidden",
            ),
        ],
    },
    position="sidebar" if shown(Permission.LOOK) else "hidden",
    expanded=True,
)
keep()
note_visit()
with st.sidebar:
    choose_language()
    name_language()
show_looks()
let_in()
with told(), timed(page.url_path):
    opened()
    with told():
        show_tour(page.url_path or "home")
    page.run()
