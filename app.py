"""Starts QCMFM Studio: `streamlit run app.py`."""

import streamlit as st

from qcmfm.ui import serving

serving.set_up()
app = st.App(
    "qcmfm/ui/router.py",
    lifespan=serving.lifespan,
    routes=serving.ROUTES,
    middleware=serving.MIDDLEWARE,
    on_script_error=serving.tell_failure,
)
