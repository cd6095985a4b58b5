"""Every page of the app, in the order of the menu."""

from pathlib import Path

import streamlit as st

from qcmfm.access import Permission
from qcmfm.ui.looks import show_looks
from qcmfm.ui.memory import note_visit
from qcmfm.ui.running import opened, timed
from qcmfm.ui.signing_in import let_in, shown
from qcmfm.ui.tour import show_tour
from qcmfm.ui.widgets import told

PAGES = Path(__file__).resolve().parents[2] / "pages"

st.set_page_config(page_title="QCMFM Studio", page_icon="🏺", layout="wide")
page = st.navigation(
    {
        "": [
            st.Page(PAGES / "home.py", title="Home", icon=":material/home:", default=True),
            st.Page(PAGES / "guide.py", title="Guide", icon=":material/menu_book:"),
        ],
        "Collections": [
            st.Page(PAGES / "collections.py", title="Collections", icon=":material/grid_view:"),
            st.Page(PAGES / "search.py", title="Search", icon=":material/search:"),
            st.Page(PAGES / "map.py", title="Map", icon=":material/scatter_plot:"),
            st.Page(PAGES / "import.py", title="Import", icon=":material/upload_file:"),
        ],
        "Label": [
            st.Page(PAGES / "classify.py", title="Classify", icon=":material/image_search:"),
            st.Page(PAGES / "attention.py", title="Attention", icon=":material/visibility:"),
            st.Page(PAGES / "review.py", title="Review", icon=":material/rate_review:"),
            st.Page(PAGES / "bulk.py", title="Bulk", icon=":material/checklist:"),
            st.Page(PAGES / "clean_up.py", title="Clean up", icon=":material/cleaning_services:"),
            st.Page(PAGES / "progress.py", title="Progress", icon=":material/monitoring:"),
        ],
        "Models": [
            st.Page(PAGES / "learn.py", title="Learn", icon=":material/school:"),
            st.Page(PAGES / "study.py", title="Study", icon=":material/science:"),
        ],
        "Understand": [
            st.Page(PAGES / "circuit.py", title="Circuit", icon=":material/schema:"),
            st.Page(PAGES / "noise_lab.py", title="Noise lab", icon=":material/blur_on:"),
            st.Page(PAGES / "lesson.py", title="Lesson", icon=":material/co_present:"),
            st.Page(PAGES / "claims.py", title="Claims", icon=":material/balance:"),
        ],
        "This server": [
            st.Page(
                PAGES / "workspace.py",
                title="Workspace",
                icon=":material/home_storage:",
                visibility="visible" if shown(Permission.MANAGE) else "hidden",
            ),
        ],
    },
    position="sidebar" if shown(Permission.LOOK) else "hidden",
    expanded=True,
)
note_visit()
show_looks()
let_in()
with told(), timed(page.url_path):
    opened()
    with told():
        show_tour(page.url_path or "home")
    page.run()
