"""Which language a visitor reads, and how a sentence is said in it."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from qcmfm.core.messages import msg
from qcmfm.ui.shell import language


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("zh", "zh_CN"), ("zh-CN", "zh_CN"), ("zh_cn", "zh_CN"), ("zh-TW", "zh_CN"),
        ("ZH-Hans-CN", "zh_CN"), ("en", "en"), ("en-GB", "en"), ("de", ""), ("", ""), ("z", ""),
        ("zhuang", ""), ("../zh", ""),
    ],
)  # fmt: skip
def test_a_language_is_found_by_what_the_web_calls_it(asked: str, found: str):
    assert language.match_language(asked, ["en", "zh_CN"]) == found


def test_the_very_one_comes_before_another_of_its_kind():
    assert language.match_language("zh-TW", ["en", "zh_CN", "zh_TW"]) == "zh_TW"


def page() -> None:
    import streamlit as st

    from qcmfm.ui.shared.address import Address
    from qcmfm.ui.shell import language
    from qcmfm.ui.shell.language import _, ngettext, pgettext

    language.language_from_address()
    language.language_to_address()
    language.choose_language()
    Address("somewhere", {"collection": ["vases"], "lang": ["en"]})
    st.write(_("Review"))
    st.write(_("Nobody ever wrote this."))
    st.write(ngettext("{n:,} record", "{n:,} records", 2).format(n=2))
    st.write(pgettext("menu", "Label"))


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setattr(language, "browser_language", lambda: "fr-FR")
    yield AppTest.from_function(page)


def read(visitor: AppTest) -> list[str]:
    visitor.run()
    assert not visitor.exception
    return [drawn.value for drawn in visitor.markdown]


def address(visitor: AppTest) -> dict[str, list[str]]:
    return {
        name: [values] if isinstance(values, str) else list(values)
        for name, values in visitor.query_params.items()
    }


CHINESE = ["复核", "Nobody ever wrote this.", "2 条记录", "标注"]
ENGLISH = ["Review", "Nobody ever wrote this.", "2 records", "Label"]


def test_whoever_asks_for_nothing_reads_english(visitor: AppTest):
    assert read(visitor) == ENGLISH
    assert "lang" not in visitor.query_params


def test_a_browser_that_speaks_chinese_is_answered_in_chinese(visitor: AppTest, monkeypatch):
    monkeypatch.setattr(language, "browser_language", lambda: "zh-TW")
    assert read(visitor) == CHINESE
    assert "lang" not in visitor.query_params


def test_the_address_decides(visitor: AppTest, monkeypatch):
    monkeypatch.setattr(language, "browser_language", lambda: "zh-CN")
    visitor.query_params["lang"] = "en"
    assert read(visitor) == ENGLISH
    visitor.query_params["lang"] = "zh"
    assert read(visitor) == CHINESE


def test_what_was_chosen_stays_in_the_address(visitor: AppTest):
    read(visitor)
    visitor.button_group(key="language-choice").set_value("zh_CN")
    assert read(visitor) == CHINESE
    assert address(visitor) == {"lang": ["zh-CN"], "collection": ["vases"]}
    visitor.query_params.clear()  # as a click in the menu does
    assert read(visitor) == CHINESE
    assert address(visitor)["lang"] == ["zh-CN"]


def test_a_page_gets_its_address_back_in_the_language_of_now(visitor: AppTest):
    visitor.query_params["lang"] = "zh"
    read(visitor)
    assert address(visitor) == {"collection": ["vases"], "lang": ["zh"]}


def test_a_language_that_is_not_there_is_none(visitor: AppTest):
    visitor.query_params["lang"] = "../../secrets"
    assert read(visitor) == ENGLISH


def test_a_sentence_of_the_package_is_said_with_its_values(monkeypatch: pytest.MonkeyPatch):
    told = msg("{work} of {name} failed", work=msg("The import"), name="{vases}")
    assert told == "The import of {vases} failed"
    assert language._(told) == told
    monkeypatch.setattr(language, "current_language", lambda: "zh_CN")
    assert language._(told) == "{vases} 的导入失败"
    assert language._("") == ""


def test_lists_in_a_sentence_are_said_too(monkeypatch: pytest.MonkeyPatch):
    told = msg("Choose {fits}.", fits=[msg("open"), msg("accepted")])
    assert told == "Choose open; accepted."
    monkeypatch.setattr(language, "current_language", lambda: "zh_CN")
    assert language._(told) == "请选择 待复核; 已接受。"


def test_a_sentence_holds_on_to_no_error():
    told = msg("{name} is broken: {error}.", name="a.jpg", error=ValueError("short"))
    assert told == "a.jpg is broken: short."
    assert told.values == {"name": "a.jpg", "error": "short"}


def test_a_text_for_later_is_said_when_it_is_shown(monkeypatch: pytest.MonkeyPatch):
    waiting = language.LazyText("Starting …")
    assert str(waiting) == "Starting …"
    monkeypatch.setattr(language, "current_language", lambda: "zh_CN")
    assert str(waiting) == "正在开始……"
