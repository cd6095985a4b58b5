"""Starts QCMFM Studio: `streamlit run app.py`, or from an installed package `qcmfm app`."""

import streamlit as st

from qcmfm.ui.shell import server

server.set_up()
app = st.App(
    server.ROUTER,
    lifespan=server.lifespan,
    routes=server.ROUTES,
    middleware=server.MIDDLEWARE,
    on_script_error=server.show_page_failure,
)
