"""Workspace: whether all is well, backups, and who did what."""

import streamlit as st

from qcmfm.access import Permission
from qcmfm.ui.caretaking import show_activity, show_backups, show_findings, show_roles
from qcmfm.ui.language import _
from qcmfm.ui.signing_in import tell_why_not
from qcmfm.ui.widgets import told

st.title(_("Workspace"))
st.markdown(_("Whether all that is kept here is sound; backups; who did what, and who may."))
with told():
    if tell_why_not(Permission.MANAGE):
        st.stop()
    show_findings()
    show_backups()
with told():
    show_activity()
    show_roles()
