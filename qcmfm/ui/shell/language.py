"""The language of this visitor, and every sentence of the app in it.

The source has the English sentence, in `_(…)`, or in `N_(…)` where it is translated later, when it
is shown. `assets/languages/<language>.po` has the same in another language; what
it leaves out is shown in English.
"""

import io
from collections.abc import Collection
from functools import cache
from gettext import GNUTranslations, NullTranslations
from typing import Any

import streamlit as st

from qcmfm.core import settings
from qcmfm.core.messages import N_ as N_
from qcmfm.core.messages import Message, listed
from qcmfm.ui.shared.component import component

FOLDER = settings.ASSETS / "languages"
SOURCE = "en"
"""The language of the source."""

PARAMETER = "lang"
"""The parameter of every address that names the language, so that a link has it."""

_KEY, _CHOSEN = "language", "language-chosen"
_NAME = "x-language-name"


def _(text: str) -> str:
    """A text in the visitor's language; unchanged where that has none."""
    if isinstance(text, Message):
        return _(text.pattern).format(**{name: _value(v) for name, v in text.values.items()})
    return _catalogue(current_language()).gettext(text) if text else ""


def _value(value: Any) -> Any:
    """A value of a sentence, which may be a sentence itself or a list of them."""
    if isinstance(value, list):
        return listed([_value(one) for one in value])
    return _(value) if isinstance(value, Message) else value


def ngettext(one: str, many: str, n: int) -> str:
    """A text for so many things in the visitor's language, which may have more than two forms."""
    return _catalogue(current_language()).ngettext(one, many, n)


def pgettext(context: str, text: str) -> str:
    """A text that means something else elsewhere; the context says which is meant."""
    return _catalogue(current_language()).pgettext(context, text)


class LazyText(str):
    """A text that is translated when it is shown, for what Streamlit receives earlier."""

    def __str__(self) -> str:
        return _(str.__str__(self))


def current_language() -> str:
    """The language of this visitor: of the address, else chosen before, else of the browser."""
    chosen = st.session_state.get(_KEY)
    if chosen is None:
        chosen = _asked() or match_language(browser_language(), languages()) or SOURCE
        st.session_state[_KEY] = chosen
    return chosen


def language_from_address() -> None:
    """Use the language that the address names, before the first text of the page."""
    wanted_tag = _asked()
    if wanted_tag:
        st.session_state[_KEY], st.session_state[_CHOSEN] = wanted_tag, True


def language_to_address() -> None:
    """Write a language that was chosen into the address, after Streamlit set the page's own."""
    if st.session_state.get(_CHOSEN) and not _asked():
        st.query_params[PARAMETER] = language_tag(current_language())


def choose_language() -> None:
    """Let the visitor choose, where there is a choice."""
    names = languages()
    if len(names) < 2:
        return
    key = f"{_KEY}-choice"
    if st.session_state.get(key) != current_language():
        st.session_state[key] = current_language()

    def take() -> None:
        chosen = st.session_state[key] or current_language()
        st.session_state[_KEY], st.session_state[_CHOSEN] = chosen, True
        st.query_params[PARAMETER] = language_tag(chosen)

    st.segmented_control(
        "Language / 语言", list(names), key=key, format_func=names.__getitem__, on_change=take,
        label_visibility="collapsed",
    )  # fmt: skip


def name_language() -> None:
    """Tell the browser which language the page is in, for those who have it read aloud."""
    if current_language() != SOURCE:
        component("language")(data={"tag": language_tag(current_language())}, key=f"{_KEY}-named")


def language_tag(language: str) -> str:
    """A language as the web writes it, such as `zh-CN`."""
    return language.replace("_", "-")


def match_language(wanted_tag: str, known: Collection[str]) -> str:
    """The language that is wanted, or one that its speakers read; empty where there is none.

    Args:
        wanted_tag: As a browser or an address names it: `zh`, `zh-TW`, `en-GB`.
        known: Names of catalogues, and of the language of the source.
    """
    wanted = wanted_tag.replace("-", "_").casefold()
    alike = [name for name in known if name.casefold() == wanted]
    alike += [name for name in known if name.partition("_")[0] == wanted.partition("_")[0]]
    return next(iter(alike), "")


@cache
def languages() -> dict[str, str]:
    """Every language there is, with its name in itself."""
    names = sorted(file.stem for file in FOLDER.glob("*.po"))
    return {SOURCE: "English"} | {name: _catalogue(name).info()[_NAME] for name in names}


@cache
def _catalogue(language: str) -> NullTranslations:
    """What a language has for the texts of the source; read once."""
    import polib

    if language == SOURCE:
        return NullTranslations()
    file = polib.pofile(str(FOLDER / f"{language}.po"))
    return GNUTranslations(io.BytesIO(file.to_binary()))


def browser_language() -> str:
    """The language that the visitor's browser asks for; empty where it does not say."""
    return st.context.locale or ""


def _asked() -> str:
    """The language that the address names; empty where it names none that there is."""
    return match_language(st.query_params.get(PARAMETER, ""), languages())
