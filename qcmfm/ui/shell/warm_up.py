"""What the other pages need, imported while the first one is read.

Home is drawn without torch, which takes longer to import than everything else together; a visitor
who goes on from there should not wait for it either.
"""

import gc
import logging
import threading

import streamlit as st
from streamlit import runtime

from qcmfm import service

log = logging.getLogger(__name__)

AFTER = 2.0
"""Seconds that a browser has to show the first page before."""


def start_warm_up() -> None:
    """Import what the service needs, in the background; once, and of no effect without a server."""
    if runtime.exists():
        _begun()


def freeze_garbage() -> None:
    """Set aside what was imported.

    Streamlit collects garbage after every click; with torch imported that takes half a second
    unless the collection passes it over.
    """
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def _begun() -> threading.Timer:
    timer = threading.Timer(AFTER, _import)
    timer.daemon = True  # so that the server can stop
    timer.start()
    return timer


def _import() -> None:
    try:
        for name in service.__all__:
            getattr(service, name)
    except Exception:  # the page that needs it shows the error
        log.exception("What the pages need could not be imported")
    freeze_garbage()
