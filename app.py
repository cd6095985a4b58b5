"""Starts QCMFM Studio: `streamlit run app.py`."""

import streamlit as st

from qcmfm.ui.shell import server

server.set_up()
app = st.App(
    "qcmfm/ui/shell/router.py",
    lifespan=server.lifespan,
    routes=server.ROUTES,
    middleware=server.MIDDLEWARE,
    on_script_error=server.tell_failure,
)
