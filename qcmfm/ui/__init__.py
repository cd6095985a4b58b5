"""What the pages share; with `app.py` and `pages/`, all that knows Streamlit."""

from qcmfm import access
from qcmfm.observability import logs
from qcmfm.ui.shell import sign_in

# Before any page can call the service, however it was reached.
access.ask_for_actor(sign_in.current_actor)
logs.ask_for_person(sign_in.log_fields)
