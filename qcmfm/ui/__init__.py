"""What the pages share; with `app.py` and `pages/`, all that knows Streamlit."""
