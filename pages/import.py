"""Import: bring in a table, photos or a IIIF manifest; watch, leave and come back."""

import streamlit as st

from qcmfm.access import Permission
from qcmfm.ui.import_export.importing import choose_source, map_columns
from qcmfm.ui.import_export.report import show_imports
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import show_refusal

st.title(_("Import"))
st.markdown(
    _(
        "Bring in what you have: a table from your collection system (CSV, TSV, Excel), a "
        "ZIP of photos, a IIIF manifest, the open-access files of the Met or of Cleveland. "
        "Importing the same source again updates its records."
    )
)
with error_boundary():
    if show_refusal(Permission.IMPORT):
        st.stop()
    source, photos = choose_source()
    if source:
        map_columns(source, photos)
with error_boundary():
    show_imports()
