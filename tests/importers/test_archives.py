"""A ZIP from outside writes nothing outside its folder, and does not swell up."""

import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from qcmfm.core.errors import ImportingError
from qcmfm.core.progress import finish
from qcmfm.importers import import_collection
from qcmfm.importers.reading import archives
from qcmfm.records import read_collection
from tests.importers.museum_server import photo


def zipped(file: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def unpack(file: Path) -> tuple[list[str], dict[str, str]]:
    folder = file.parent / "out"
    problems = finish(archives.unpack(file, folder))
    found = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    return sorted(found), {problem.record_id: problem.reason for problem in problems}


@pytest.mark.parametrize(
    "name", ["../x.jpg", "/etc/x.jpg", "a/../../x.jpg", "..\\x.jpg", "C:\\x.jpg", "a\n.jpg"]
)
def test_a_path_that_leaves_is_refused_and_the_others_go_on(tmp_path: Path, name: str):
    found, refused = unpack(zipped(tmp_path / "z.zip", {name: b"bad", "ok/a.jpg": b"good"}))
    assert found == ["ok/a.jpg"] and len(refused) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"z.zip", "out", "home"}


@given(st.text(min_size=1, max_size=30))
def test_no_name_writes_outside(tmp_path_factory: pytest.TempPathFactory, name: str):
    outer = tmp_path_factory.mktemp("zip")
    inner = outer / "a" / "b" / "c"
    inner.mkdir(parents=True)
    try:
        file = zipped(inner / "z.zip", {name: b"x"})
    except (ValueError, UnicodeError, IndexError):  # no name that can be written
        return
    unpack(file)
    outside = [p for p in outer.rglob("*") if p.is_file() and inner / "out" not in p.parents]
    assert outside == [file]


def test_links_locks_and_twins_are_refused(tmp_path: Path):
    file = tmp_path / "z.zip"
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("link.jpg")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("A.jpg", b"1")
        archive.writestr("a.jpg", b"2")
        archive.writestr("__MACOSX/._a.jpg", b"noise")
    found, refused = unpack(file)
    assert found == ["A.jpg"]
    assert "link" in refused["link.jpg"] and "same name" in refused["a.jpg"]


def test_a_bomb_is_refused_before_and_while_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bomb = zipped(tmp_path / "z.zip", {f"{n}.jpg": b"\0" * 30_000_000 for n in range(2)})
    with pytest.raises(ImportingError, match="would unpack to"):
        unpack(bomb)
    many = zipped(tmp_path / "many.zip", {f"{n}.jpg": b"" for n in range(20)})
    monkeypatch.setattr(archives, "MOST_FILES", 10)
    with pytest.raises(ImportingError, match="20 files"):
        unpack(many)


def test_a_file_larger_than_it_says_is_cut_off(tmp_path: Path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", b"x" * 100_000)
    raw = content.getvalue().replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    (tmp_path / "z.zip").write_bytes(raw)
    found, refused = unpack(tmp_path / "z.zip")
    assert found == [] and "a.jpg" in refused


@pytest.mark.parametrize("content", [b"PK\x03\x04 no", b"", b"PK\x05\x06"])
def test_what_is_no_archive_is_told(tmp_path: Path, content: bytes):
    (tmp_path / "z.zip").write_bytes(content)
    with pytest.raises(ImportingError):
        unpack(tmp_path / "z.zip")


def test_a_zip_of_photos_and_a_zip_with_a_table(tmp_path: Path, home: Path):
    photos = {f"all/{n}.jpg": photo(n) for n in range(3)}
    photos["all/0.txt"] = "Eine Schüssel".encode("cp1252") * 3
    report = finish(import_collection(str(zipped(tmp_path / "p.zip", photos)), "plain"))
    assert report.importer == "folder" and report.taken == report.photos == 3
    table = {"all/records.csv": b"record_id,image,caption\nr1,0.jpg,cup\nr2,deep\\1.jpg,jug\n"}
    report = finish(import_collection(str(zipped(tmp_path / "t.zip", photos | table)), "table"))
    assert report.importer == "csv_table" and report.photos == 2
    csv = tmp_path / "only.csv"
    csv.write_bytes(table["all/records.csv"])
    work = import_collection(str(csv), "both", photos=tmp_path / "p.zip")
    assert finish(work).photos == 2
    captions = [r.caption for r in read_collection(home / "collections" / "plain").records]
    assert captions[0].startswith("Eine Schüssel")


def test_captions_come_from_where_museums_keep_them(tmp_path: Path, home: Path):
    folder = tmp_path / "p"
    folder.mkdir()
    image = Image.open(io.BytesIO(photo(1)))
    exif = Image.Exif()
    exif[270] = "From EXIF"
    image.save(folder / "a.jpg", exif=exif)
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description><dc:description><rdf:Alt>'
        '<rdf:li xml:lang="x-default">From XMP</rdf:li></rdf:Alt></dc:description>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    image.save(folder / "b.jpg", exif=exif, xmp=packet.encode())
    iptc = b"\x1c\x02\x78" + len(b"From IPTC").to_bytes(2, "big") + b"From IPTC"
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[33723] = iptc
    info.tagtype[33723] = 7
    image.save(folder / "c.tif", tiffinfo=info)
    image.save(folder / "d.jpg", exif=exif)
    (folder / "d.xmp").write_text(packet.replace("From XMP", "From beside"))
    image.save(folder / "e.jpg")
    (folder / "e.xmp").write_text(
        '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    )
    image.save(folder / "IMG_2041.jpg")
    image.save(folder / "gilt-bronze_cup.jpg")
    finish(import_collection(str(folder), "p"))
    found = {r.record_id: r for r in read_collection(home / "collections" / "p").records}
    assert {name: (r.caption, r.cells["caption_from"]) for name, r in found.items()} == {
        "a.jpg": ("From EXIF", "EXIF"),
        "b.jpg": ("From XMP", "XMP"),
        "c.tif": ("From IPTC", "IPTC"),
        "d.jpg": ("From beside", "XMP file"),
        "e.jpg": ("", ""),
        "IMG_2041.jpg": ("", ""),
        "gilt-bronze_cup.jpg": ("gilt bronze cup", "file name"),
    }
