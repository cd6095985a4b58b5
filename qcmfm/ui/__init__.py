"""What the pages are made of, in one folder per area of the app.

With `app.py` and `pages/`, this is the only code that imports Streamlit.
"""

from qcmfm import access
from qcmfm.observability import logs
from qcmfm.ui.shell import sign_in

# Before any page can call the service, however it was reached.
access.ask_for_actor(sign_in.current_actor)
logs.ask_for_person(sign_in.log_fields)
