"""Every page of the app, in the order of the menu."""

from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from qcmfm.access import Permission
from qcmfm.core import settings
from qcmfm.ui.home.tour import show_tour
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import (
    _,
    choose_language,
    language_from_address,
    language_to_address,
    name_language,
    pgettext,
)
from qcmfm.ui.shell.memory import note_visit
from qcmfm.ui.shell.missing import show_missing
from qcmfm.ui.shell.page import check_workspace, count_time
from qcmfm.ui.shell.sign_in import is_shown, require_role
from qcmfm.ui.shell.style import apply_style
from qcmfm.ui.shell.warm_up import start_warm_up

PAGES = settings.shipped("pages")

MENU = 230  # pixels across: Streamlit's own 300 leave a tablet too little beside it


def entry(name: str, title: str, icon: str, **options: Any) -> StreamlitPage:
    """The page `pages/<name>.py` in the menu."""
    return st.Page(PAGES / f"{name}.py", title=title, icon=f":material/{icon}:", **options)


language_from_address()
st.set_page_config(
    page_title="QCMFM Studio", page_icon="🏺", layout="wide", initial_sidebar_state=MENU
)
managing = "visible" if is_shown(Permission.MANAGE) else "hidden"
page = st.navigation(
    {
        "": [
            entry("home", _("Home"), "home", default=True),
            entry("guide", _("Guide"), "menu_book"),
        ],
        _("Collections"): [
            entry("collections", _("Collections"), "grid_view"),
            entry("search", _("Search"), "search"),
            entry("map", _("Map"), "scatter_plot"),
            entry("import", _("Import"), "upload_file"),
        ],
        pgettext("menu", "Label"): [
            entry("classify", _("Classify"), "image_search"),
            entry("attention", _("Attention"), "visibility"),
            entry("review", _("Review"), "rate_review"),
            entry("bulk", _("Bulk"), "checklist"),
            entry("clean_up", _("Clean up"), "cleaning_services"),
            entry("progress", _("Progress"), "monitoring"),
        ],
        _("Models"): [
            entry("learn", _("Learn"), "school"),
            entry("study", _("Study"), "science"),
        ],
        _("Understand"): [
            entry("circuit", _("Circuit"), "schema"),
            entry("noise_lab", _("Noise lab"), "blur_on"),
            entry("lesson", _("Lesson"), "co_present"),
            entry("claims", _("Claims"), "balance"),
        ],
        _("This server"): [
            entry("workspace", _("Workspace"), "home_storage", visibility=managing),
        ],
    },
    position="sidebar" if is_shown(Permission.LOOK) else "hidden",
    expanded=True,
)
language_to_address()
note_visit()
with st.sidebar:
    choose_language()
    name_language()
apply_style()
require_role()
with error_boundary(), count_time(page.url_path):
    check_workspace()
    with error_boundary():
        show_tour(page.url_path or "home")
    with error_boundary():
        show_missing()
    page.run()
start_warm_up()
