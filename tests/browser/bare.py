"""A page of Streamlit's own widgets and nothing else: what axe says of it is Streamlit's doing."""

import base64

import plotly.graph_objects as go
import streamlit as st

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def page() -> None:
    """Every kind of widget that a page of the app has."""
    st.title("Bare")
    st.caption("A caption with `code` in it.")
    st.header("Choices", anchor=False, help="Help")
    with st.container(horizontal=True):
        st.button("Primary", type="primary", shortcut="A")
        st.button("Secondary", shortcut="B", help="Help")
        st.button("Tertiary", type="tertiary")
        st.button("Disabled", disabled=True)
        st.download_button("Download", b"1", "one.txt", "text/plain")
    st.selectbox("One of some", ["First", "Second"])
    st.multiselect("Some of some", ["First", "Second"], ["First"])
    st.radio("Radio", ["First", "Second"])
    st.segmented_control("Segments", ["First", "Second"], default="First")
    st.pills("Pills", ["First", "Second"], default="First")
    st.slider("A number", 0, 10, 5)
    st.checkbox("A tick")
    st.toggle("A toggle")
    st.text_input("Line")
    st.text_area("Lines")
    st.number_input("Count", 0, 9)
    st.file_uploader("Files")
    st.pagination(5)
    with st.form("form"):
        st.text_input("In a form")
        st.form_submit_button("Send")
    st.header("Results", anchor=False)
    st.progress(0.5, "Half")
    st.metric("Figure", 1)
    st.image(PIXEL, width=50, alt="A dot", caption="A dot")
    st.dataframe([{"a": 1, "b": 2}], hide_index=True, alt="A table")
    st.table([{"a": 1}], hide_index=True, alt="A small table")
    st.plotly_chart(go.Figure(go.Scatter(x=[0, 1], y=[0, 1])), alt="A line")
    for say in (st.info, st.success, st.warning, st.error):
        say("Said")
    first, _ = st.tabs(["One", "Two"])
    first.markdown("In a tab, :gray[grey], :blue[■] blue")
    with st.expander("More"):
        st.markdown("Folded")
    with st.popover("Over"):
        st.markdown("Popped")
    st.page_link(OTHER, label="Another page", icon=":material/home:")


def other() -> None:
    st.title("Other")


OTHER = st.Page(other, title="Other")
st.set_page_config(page_title="Bare", layout="wide")
st.navigation(
    {"": [st.Page(page, title="Bare", default=True)], "Part": [OTHER]}, expanded=True
).run()
