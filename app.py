"""Starts QCMFM Studio: `streamlit run app.py`."""

import streamlit as st

app = st.App("qcmfm/ui/router.py")
