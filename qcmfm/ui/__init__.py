"""What the pages share; with `app.py` and `pages/`, all that knows Streamlit."""

from qcmfm import access, logs
from qcmfm.ui import signing_in

# Before any page can call a verb, whichever way it was reached.
access.ask(signing_in.current)
logs.ask(signing_in.in_the_log)
