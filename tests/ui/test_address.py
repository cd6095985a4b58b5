"""What a page shows is in its address; old links open the same view."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from qcmfm.ui.shared.address import numbers, one_of, some_of, whole_number


def page() -> None:
    import streamlit as st

    from qcmfm.ui.shared.address import Address, numbers, one_of
    from qcmfm.ui.shared.address_widgets import choose, choose_some, slide, switch, write_text

    follow = st.session_state.get("follow")
    address = Address("somewhere", {"view": ["all"]}, follow)
    places = {"everywhere": "Captions and photos", "photos": "Photos"}
    values = {
        "collection": choose(
            address, "Collection", "collection", ["vases", "our_cups"], "vases",
            clears=("record",), explicit=True,
        ),
        "view": switch(address, "View", "view", ["one", "all"], "one"),
        "sweep": choose_some(address, "Sweep", "sweep", ["a", "b", "c"], ["a"]),
        "step": slide(address, "Step", "step", range(1, 9), 8),
        "words": write_text(address, "Words", "words"),
        "search-in": choose(
            address, "Look in", "search-in", list(places), "everywhere",
            shown=places.__getitem__, written=places.__getitem__,
        ),
        "rate": st.segmented_control(
            "Rate", ["5%", "10%"], **address.bind("rate", "10%", one_of(["5%", "10%"]))
        ),
        "parts": st.pills(
            "Parts", range(9), selection_mode="multi",
            **address.bind("parts", [], numbers(9), lambda found: ".".join(map(str, found))),
        ),
    }  # fmt: skip
    st.session_state["values"] = {**values, "record": address.get("record")}


DEFAULTS = {
    "collection": "vases", "view": "one", "sweep": ["a"], "step": 8, "words": "",
    "search-in": "everywhere", "rate": "10%", "parts": [], "record": "",
}  # fmt: skip


def opened(**query: str | list[str]) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def values(app: AppTest) -> dict[str, object]:
    return app.session_state["values"]


def query(app: AppTest) -> dict[str, list[str]]:
    return {
        name: [found] if isinstance(found, str) else list(found)
        for name, found in app.query_params.items()
    }


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("collection", "our_cups", "our_cups"),
        ("collection", "our cups", "our_cups"),  # as the page Collections wrote it in version 0.1
        ("search-in", "Photos", "photos"),
        ("search-in", "photos", "photos"),
        ("view", "all", "all"),
        ("sweep", "b,c", ["b", "c"]),
        ("sweep", "none", []),
        ("step", "3", 3),
        ("step", "400", 8),
        ("words", "blue faience", "blue faience"),
        ("rate", "5%", "5%"),
        ("parts", "1.4.5", [1, 4, 5]),
    ],
)
def test_an_address_of_version_0_1_opens_the_same_view(name: str, text: str, value: object):
    app = opened(**{name: text})
    assert values(app) == DEFAULTS | {name: value}
    assert query(app) == {name: [text]}


@pytest.mark.parametrize("name", [name for name in DEFAULTS if name not in ("words", "record")])
@pytest.mark.parametrize("text", ["", "gone", "-1", "²", "<script>", "x" * 5000])
def test_a_value_that_is_none_of_them_shows_the_default(name: str, text: str):
    expected = [] if name == "sweep" else DEFAULTS[name]
    assert values(opened(**{name: text})) == DEFAULTS | {name: expected}


def test_what_is_chosen_is_written_and_a_default_is_not():
    app = opened(collection="our_cups", record="cup-1")
    app.selectbox(key="search-in-choice").set_value("photos").run()
    app.slider(key="step-choice").set_value(3).run()
    app.multiselect(key="sweep-choice").set_value([]).run()
    app.text_input(key="words-choice").set_value("blue").run()
    written = {"search-in": ["Photos"], "step": ["3"], "sweep": ["none"], "words": ["blue"]}
    assert query(app) == {"collection": ["our_cups"], "record": ["cup-1"], **written}
    app.selectbox(key="collection-choice").set_value("vases").run()
    assert query(app) == {"collection": ["vases"], **written}  # and the record of the other is gone
    app.selectbox(key="search-in-choice").set_value("everywhere").run()
    app.slider(key="step-choice").set_value(8).run()
    app.multiselect(key="sweep-choice").set_value(["a"]).run()
    app.text_input(key="words-choice").set_value("").run()
    assert query(app) == {"collection": ["vases"]}


def test_a_page_opened_from_the_menu_is_as_it_was_left():
    app = opened()
    assert values(app) == DEFAULTS | {"view": "all"}  # as it starts
    app.slider(key="step-choice").set_value(3).run()
    app.query_params.clear()
    app.run()
    assert values(app) == DEFAULTS | {"view": "all", "step": 3}
    app.query_params.clear()
    app.query_params["lang"] = "en"
    app.session_state["follow"] = {"collection": ["our_cups"]}
    app.run()
    assert values(app) == DEFAULTS | {"view": "all", "step": 3, "collection": "our_cups"}
    assert query(app)["lang"] == ["en"]


def test_taking_back_the_only_choice_is_no_visit_from_the_menu():
    app = opened(step="3")
    app.slider(key="step-choice").set_value(8).run()
    assert query(app) == {} and values(app) == DEFAULTS


@given(some.text())
def test_any_text_is_a_value_or_none(text: str):
    step = whole_number(range(2, 9))(text)
    assert step is None or step in range(2, 9)
    found = numbers(9)(text)
    assert found is None or (set(found) <= set(range(9)) and len(set(found)) == len(found) > 0)
    chosen = some_of(["a", "b"])(text)
    assert chosen is not None and set(chosen) <= {"a", "b"}
    assert one_of(["a", "b"])(text) in ("a", "b", None)


@given(some.lists(some.integers(0, 8), unique=True, min_size=1))
def test_numbers_that_are_written_are_read(found: list[int]):
    assert numbers(9)(".".join(map(str, found))) == found


@given(some.integers(2, 8))
def test_a_whole_number_that_is_written_is_read(step: int):
    assert whole_number(range(2, 9))(str(step)) == step
