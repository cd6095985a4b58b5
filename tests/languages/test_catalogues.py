"""Every catalogue says all that the source says, with the same values and the same marks."""

import re
from pathlib import Path
from string import Formatter
from types import ModuleType

import polib
import pytest

from qcmfm import exports, fusion, importers
from qcmfm.access import Role
from qcmfm.catalog.search import WAYS
from qcmfm.lab import estimates
from qcmfm.lab.report import METRICS
from qcmfm.quantum.noise_files import load_preset, preset_names
from qcmfm.quantum.states import EVERY
from qcmfm.records import SPLITS
from qcmfm.review import orders
from qcmfm.review.state import STATUSES
from qcmfm.ui.shell import language, terms
from tests.languages.marked import calls, files, messages, read, texts, update

CATALOGUES = sorted(language.FOLDER.glob("*.po"))
KEPT = re.compile(r"`[^`]+`|\*\*|:material/\w+:|:[a-z]+-badge|\n|https?://[\w./]*|--\w+|%\{\w+")
"""What stands in a translation as often as in the text: code, bold, icons, lines, options."""


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def values(text: str) -> set[tuple[str, str, str]]:
    """The values in a text: name, format and conversion of each."""
    return {(name, spec or "", how or "") for _, name, spec, how in Formatter().parse(text) if name}


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
class TestCatalogue:
    def test_it_has_what_the_source_marks_and_nothing_else(self, file: Path):
        wanted, found = set(messages()), set(read(file))
        assert sorted(wanted - found) == [], "missing"
        assert sorted(found - wanted) == [], "no longer in the source"

    def test_it_translates_everything(self, file: Path):
        bare = [key.text for key, entry in read(file).items() if not all(said(entry))]
        assert bare == []
        assert not any(entry.fuzzy for entry in read(file).values())

    def test_the_same_values_stand_in_it(self, file: Path):
        wrong = [
            key.text
            for key, entry in read(file).items()
            for told in said(entry)
            if values(told) not in (values(key.text), values(key.plural or key.text))
        ]
        assert wrong == []

    def test_the_same_marks_stand_in_it(self, file: Path):
        wrong = [
            key.text
            for key, entry in read(file).items()
            for told in said(entry)
            if sorted(KEPT.findall(told)) != sorted(KEPT.findall(key.plural or key.text))
        ]
        assert wrong == []

    def test_its_header_names_the_language_and_its_plurals(self, file: Path):
        header = polib.pofile(str(file)).metadata
        assert header["Language"] == file.stem and header["X-Language-Name"]
        (forms,) = re.findall(r"nplurals=(\d)", header["Plural-Forms"])
        plural = [entry for entry in read(file).values() if entry.msgid_plural]
        assert plural and all(len(said(entry)) == int(forms) for entry in plural)


def test_a_catalogue_is_brought_up_to_date(tmp_path: Path):
    (first,) = [file for file in CATALOGUES if file.stem == "zh_CN"]
    old = first.read_text("utf-8")
    some = polib.pofile(str(first))
    gone = polib.POEntry(msgid="Nobody says this any more.", msgstr="…")
    some[:] = [entry for entry in some if entry.msgid != "Review"] + [gone]
    some.save(str(tmp_path / "zh_CN.po"))
    update(tmp_path / "zh_CN.po")
    made = (tmp_path / "zh_CN.po").read_text("utf-8")
    assert made == old.replace('msgid "Review"\nmsgstr "复核"', 'msgid "Review"\nmsgstr ""')


def test_there_is_chinese():
    assert "zh_CN" in language.languages()


def work_stages() -> set[str]:
    """What the package calls the stages of long work that a page may show."""
    found = {
        text
        for file, tree in files().items()
        if not file.startswith("qcmfm/studies/")
        for name, call in calls(tree)
        if name == "Progress" and call.args
        for text in texts(call.args[0])
    }
    return found | {"Loading features"}  # of `studies`, which training uses too


def circuit_stages() -> set[str]:
    """What the circuits call their stages."""
    return {
        text
        for name, call in calls(files()["qcmfm/quantum/ansatz.py"])
        if name == "add" and len(call.args) > 2
        for text in texts(call.args[2])
    }


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (terms.STATUSES, STATUSES),
        (terms.SPLITS, SPLITS),
        (terms.ROLES, [role.value for role in Role]),
        (terms.DEVICES, [load_preset(name).name for name in preset_names()]),
        (terms.FOUND_BY, WAYS),
        (terms.METRICS, METRICS.values()),
        (terms.STEPS, EVERY),
        (terms.MITIGATIONS, ["none", *estimates.FITS]),
        (terms.WORK, work_stages()),
    ],
)
def test_the_words_of_the_package_are_those_it_has(ours: tuple[str, ...], theirs):
    assert sorted(ours) == sorted(theirs)


@pytest.mark.parametrize("folder", [exports, fusion, importers, orders], ids=lambda m: m.__name__)
def test_a_title_is_marked_where_it_stands(folder: ModuleType):
    marked = {message.text for message in messages()}
    assert {folder.title(name) for name in folder.names()} <= marked


def test_the_stages_of_circuits_are_known():
    assert circuit_stages() <= set(terms.CIRCUIT_STAGES)
