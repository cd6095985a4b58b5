"""Text from outside is shown as it is written, whatever some language would make of it."""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from qcmfm import service
from qcmfm.core import settings, storage
from qcmfm.core.progress import finish
from qcmfm.inference.prediction import Prediction
from qcmfm.inference.prediction_cache import fingerprint, predictions_file, write_cached
from qcmfm.quantum.noise_files import PRESETS as NOISE
from qcmfm.review.choice import Choice
from qcmfm.review.review import open_review
from qcmfm.runs import schema
from qcmfm.ui.shared.formatting import words_for
from tests.browser.studio import Visit, server
from tests.browser.test_search import POINT
from tests.cheap import cheap_cache
from tests.hostile.words import LETTERS, MARK, MARKUP
from tests.network import watch

RUN = f"**{MARK}** $run$ <b>run<"
NAMES = ("html", "bold", "link", "latex", "colour", "address", "icon", "picture", "script", "emoji",
         "entity")  # fmt: skip
LABELS = [MARKUP[name] for name in NAMES]
# One that the page shows whole, and that some language would still read across its parts.
EVERYTHING = " \n\n ".join(MARKUP.values()) + LETTERS["right to left override"]

# Nobody can save a noise setting under such a name, but somebody may hand over a workspace.
SETTING = f"<b>{MARK}<b> ${MARK}$ [{MARK}](x) :red[{MARK}] cup\u202egpj"

# What a language would have made of the texts: an element that holds the mark and nothing else of
# what was written, a link or picture elsewhere, a formula, a handler.
MADE = f"""() => {{
  const made = [], main = document.body;
  const bare = text => text.replaceAll('\\u2060', '').trim();
  for (const part of main.querySelectorAll(
      'b,strong,i,em,u,s,del,code,pre,h1,h2,h3,h4,li,td,th,blockquote,sup,sub,mark,a,'
      + '[class*=colored],[class*=badge],[class*=Badge]'))
    if (['{MARK}', '{MARK}²', '{MARK} {MARK}'].includes(bare(part.textContent)))
      made.push(part.outerHTML);
  for (const part of main.querySelectorAll('[href*="evil."],[src*="evil."],[href^="javascript:" i],'
      + '[onerror],[onload],[onmouseover],iframe[src^="javascript:" i],.katex'))
    made.push(part.outerHTML.slice(0, 300));
  if (window.hacked) made.push('a script ran');
  return made;
}}"""


@pytest.fixture
def workspace(home: Path) -> Path:
    _make_run(home)
    _make_collection(home)
    return home


@pytest.fixture
def visit(
    browser: Browser, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Visit]:
    for name, value in watch.environment(tmp_path / "watch").items():
        monkeypatch.setenv(name, value)
    with server(workspace) as address:
        found = Visit(browser, address).open()
        yield found
        found.leave()
    assert watch.seen(tmp_path / "watch") and watch.outside(tmp_path / "watch") == []


def _make_run(home: Path) -> None:
    """The shipped run with other labels."""
    folder = home / "runs" / RUN
    shutil.copytree(settings.SHIPPED_RUNS / settings.DEFAULT_RUN, folder)
    config = json.loads((folder / "run.json").read_text("utf-8"))
    named = dict(zip(config["labels"], LABELS, strict=True))
    config |= {"labels": LABELS, "vocabulary": {}, "name": RUN}
    config[schema.SEAL] = schema.seal(config)
    (folder / "run.json").write_text(json.dumps(config), "utf-8")
    answers = json.loads((folder / "conformal.json").read_text("utf-8"))
    answers["labels"] = [named[label] for label in answers["labels"]]
    (folder / "conformal.json").write_text(json.dumps(answers), "utf-8")


def _make_collection(home: Path) -> None:
    folder = home / "collections" / "hostile"
    (folder / "images").mkdir(parents=True)
    Image.fromarray(np.full((60, 80, 3), 150, np.uint8)).save(folder / "images" / "a.png")
    texts = {"everything": EVERYTHING, **{name: MARKUP[name] for name in list(MARKUP)[:11]}}
    rows = [
        {"record_id": f"{name} {MARKUP['bold']}", "image": "images/a.png", "caption": text,
         "label": LABELS[number % 11]} for number, (name, text) in enumerate(texts.items())
    ]  # fmt: skip
    with (folder / "records.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    collection, version = service.open_collection("hostile"), service.run_version(RUN)
    ranked = tuple((label, (11 - place) / 66) for place, label in enumerate(LABELS))
    said = [
        Prediction(
            r.record_id,
            ranked,
            RUN,
            version,
            "2026-01-01T00:00:00Z",
            conformal_set=" | ".join(LABELS[:3]),
        )
        for r in collection.records
    ]
    write_cached(said, predictions_file("hostile", RUN), fingerprint(collection, version))
    choice = Choice(
        rows[1]["record_id"], "correct", MARKUP["code"], new_label=True, reason=MARKUP["struck"]
    )
    open_review("hostile").decide([choice], MARKUP["footnote"].split("\n")[0], LABELS)
    finish(service.build_catalog("hostile", cache=cheap_cache(settings.features_folder())))
    finish(service.build_map("hostile", "photos"))
    heron = (NOISE / "superconducting_heron.json").read_text("utf-8")
    storage.write_text(home / "noise" / f"{SETTING}.json", heron)


def seen(text: str) -> str:
    """A text as a page shows it: white space folds, what cannot be shown is marked."""
    return " ".join(re.sub("[\u202a-\u202e]", "\ufffd", text).replace("\u2060", "").split())


def assert_plain(visit: Visit, *texts: str) -> None:
    assert visit.page.evaluate(MADE) == []
    shown = seen(visit.text())
    assert [text for text in texts if seen(text) not in shown] == [], shown[:3000]


def look_at_the_map(visit: Visit) -> None:
    """What the legend, the card beside the pointer and the records that are picked say."""
    visit.open("/map?collection=hostile").idle(0.6)
    visit.page.locator(".legend .traces").first.wait_for()
    legend = seen(visit.page.locator(".legend").text_content() or "")
    assert [label for label in LABELS if seen(words_for(label)) not in legend] == []
    visit.page.wait_for_timeout(800)  # until the plot is watched
    x, y = visit.page.evaluate(POINT)
    visit.page.mouse.move(x - 20, y - 20)
    visit.page.mouse.move(x, y, steps=4)
    card = visit.page.locator(".card")
    card.locator("img").wait_for()
    assert MARKUP["bold"] in card.inner_text() and card.locator("p *").count() == 0
    visit.page.mouse.click(x, y)
    visit.page.get_by_role("heading", name="picked").wait_for()
    visit.idle(0.6).screenshot("hostile-map")
    assert_plain(visit, words_for(LABELS[0]))


def look_at_the_noise_lab(visit: Visit, record_id: str) -> None:
    """A run, a record and a noise setting with hostile names; and one refused."""
    asked = {"collection": "hostile", "model": RUN, "record": record_id, "noise": SETTING}
    visit.open(f"/noise_lab?{urlencode(asked)}&sweep=none").idle(0.6)
    assert_plain(visit, EVERYTHING, record_id, LABELS[0], SETTING)
    visit.page.get_by_label("Name", exact=True).fill(MARKUP["bold"])
    visit.click("Save")
    assert_plain(visit, f"A setting cannot be called '{MARKUP['bold']}'", SETTING)
    visit.screenshot("hostile-noise-lab")


def test_hostile_text_is_shown_as_it_is_written(visit: Visit, workspace: Path, tmp_path: Path):
    first = f"everything {MARKUP['bold']}"
    visit.open("/collections?collection=hostile").idle()
    assert_plain(visit, *[MARKUP[name] for name in list(MARKUP)[:11] if name != "style"])
    visit.page.get_by_role("button", name="Open", exact=True).first.hover()
    visit.page.wait_for_timeout(600)
    assert visit.page.evaluate(MADE) == []
    visit.open(f"/collections?collection=hostile&record={quote(first)}").idle(0.6)
    assert_plain(visit, EVERYTHING, first, LABELS[0])

    visit.open("/review?collection=hostile&status=open").page.get_by_label("Your name").fill(
        MARKUP["bold"]
    )
    visit.page.get_by_label("Your name").press("Enter")
    visit.idle(0.6)
    assert_plain(visit, EVERYTHING, first, *LABELS[:4], MARKUP["bold"])
    visit.press("a")
    assert_plain(visit)
    visit.open("/review?collection=hostile&status=corrected").idle(0.6)
    assert_plain(visit, MARKUP["code"])
    visit.page.get_by_role("button", name=re.compile("History")).click()
    visit.page.wait_for_timeout(600)
    assert visit.page.evaluate(MADE) == []

    visit.open(f"/search?collection=hostile&like={quote(first)}").idle(0.6)
    assert_plain(visit, *MARKUP["html"].split("\n\n"), MARKUP["link"], *LABELS[:4])
    look_at_the_map(visit)
    for page in ("bulk", "progress", "learn", "attention", "clean-up", "clean_up"):
        visit.open(f"/{page}?collection=hostile").idle(0.6)
        assert_plain(visit)
    visit.open("/").idle(0.6)
    assert_plain(visit)

    visit.open("/classify")
    photo = (workspace / "collections" / "hostile" / "images" / "a.png").read_bytes()
    box = visit.page.get_by_test_id("stFileUploaderDropzoneInput")
    names = (f"<b>{MARK}<b>.png", f"**{MARK}** [{MARK}](x).png")
    box.set_input_files([{"name": n, "mimeType": "image/png", "buffer": photo} for n in names])
    visit.idle(1.0)
    assert_plain(visit, *names)
    look_at_the_noise_lab(visit, first)

    visit.open("/import")
    table = f"id,caption,**{MARK}**,label\n" + "".join(
        f'{n},"{MARKUP[n].replace(chr(34), chr(34) * 2)}",${MARK}$,<b>{MARK}</b>\n' for n in NAMES
    )
    visit.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        [{"name": f"**{MARK}**.csv", "mimeType": "text/csv", "buffer": table.encode()}]
    )
    visit.idle(1.0)
    assert_plain(visit)
