"""Chinese, Japanese and Korean letters in pictures, whatever fonts this machine has."""

from pathlib import Path

import matplotlib
import pytest
from matplotlib import font_manager

from qcmfm.core import fonts
from qcmfm.workspace import NOTE
from qcmfm.workspace.checks import fonts as check

CHINESE, KOREAN, JAPANESE = "青花瓷", "도자기", "はにわ"


@pytest.mark.parametrize(
    ("installed", "drawn"),
    [
        (set(), ["DejaVu Sans"]),
        ({"Arial", "DejaVu Sans"}, ["DejaVu Sans"]),
        ({"WenQuanYi Micro Hei"}, ["DejaVu Sans", "WenQuanYi Micro Hei"]),
        ({"SimSun", "Noto Sans CJK SC", "Arial"}, ["DejaVu Sans", "Noto Sans CJK SC"]),
        ({"PingFang SC", "Helvetica"}, ["DejaVu Sans", "PingFang SC"]),
    ],
)
def test_the_first_font_that_has_them_comes_second(installed: set[str], drawn: list[str]):
    assert fonts.families(installed) == drawn


@pytest.mark.parametrize("text", [CHINESE, KOREAN, JAPANESE, f"Vase · {CHINESE}"])
def test_letters_are_known(text: str):
    assert fonts.needs_cjk_font(text)


@pytest.mark.parametrize("text", ["", "Vase", "Šálek №1 · −3 °C", "Αμφορέας", "ваза", "🏺"])
def test_so_are_those_that_every_picture_has(text: str):
    assert not fonts.needs_cjk_font(text)


class Font:
    def __init__(self, name: str):
        self.name = self.fname = name


@pytest.mark.parametrize("there", [[], ["Microsoft YaHei"]])
def test_pictures_are_drawn_with_it(monkeypatch: pytest.MonkeyPatch, caplog, there: list[str]):
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [Font(name) for name in there])
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    monkeypatch.setattr(matplotlib, "rcParams", {})
    caplog.set_level("INFO", fonts.log.name)
    assert fonts.use.__wrapped__() == [fonts.OWN, *there]
    assert matplotlib.rcParams["font.family"] == [fonts.OWN, *there]
    assert ("fonts-noto-cjk" in caplog.text) == (not there)


def test_a_font_that_was_installed_since_is_found(monkeypatch: pytest.MonkeyPatch):
    known: list[Font] = []
    monkeypatch.setattr(font_manager.fontManager, "ttflist", known)
    monkeypatch.setattr(
        font_manager.fontManager, "addfont", lambda file: known.append(Font(Path(file).stem))
    )
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: ["/fonts/SimHei.ttf"])
    monkeypatch.setattr(matplotlib, "rcParams", {})
    assert fonts.use.__wrapped__() == [fonts.OWN, "SimHei"]


def test_the_doctor_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "collections" / CHINESE).mkdir(parents=True)
    monkeypatch.setattr(fonts, "use", lambda: [fonts.OWN])
    (finding,) = check.examine(tmp_path)
    assert finding.level == NOTE and finding.path == CHINESE and "noto-cjk" in finding.remedy
    monkeypatch.setattr(fonts, "use", lambda: [fonts.OWN, "SimHei"])
    assert not list(check.examine(tmp_path))


def test_the_doctor_says_nothing_where_none_is_needed(monkeypatch, tmp_path: Path):
    (tmp_path / "collections" / "vases").mkdir(parents=True)
    monkeypatch.setattr(fonts, "use", lambda: [fonts.OWN])
    assert not list(check.examine(tmp_path))
