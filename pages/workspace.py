"""Workspace: whether all is well, backups, and who did what."""

import streamlit as st

from qcmfm.access import Permission
from qcmfm.ui.settings.workspace import show_activity, show_backups, show_findings, show_roles
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import show_refusal

st.title(_("Workspace"))
st.markdown(_("Whether all that is kept here is sound; backups; who did what, and who may."))
with error_boundary():
    if show_refusal(Permission.MANAGE):
        st.stop()
    show_findings()
    show_backups()
with error_boundary():
    show_activity()
    show_roles()
