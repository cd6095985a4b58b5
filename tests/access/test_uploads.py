"""What somebody uploaded is theirs, and the workspace's files are nobody's to import."""

from pathlib import Path

import pytest

from qcmfm.access import Actor, Role, acting_as
from qcmfm.core.errors import PermissionDenied
from qcmfm.core.progress import finish
from qcmfm.service import imports, start_job

ANNA, BERTA = (Actor(name, Role.CURATOR, name, signed_in=True) for name in ("anna", "berta"))
TABLE = b"record_id,caption\n1,A red vase\n"


def keep(who: Actor, folder: Path) -> Path:
    """Upload a table."""
    (folder / "sent").write_bytes(TABLE)
    with acting_as(who), (folder / "sent").open("rb") as sent:
        return imports.save_upload("my list.csv", sent)


@pytest.fixture
def upload(home: Path) -> str:
    return str(keep(ANNA, home.parent))


def test_ones_own_upload_can_be_imported(upload: str):
    with acting_as(ANNA):
        assert [item.caption for item in finish(imports.preview_import(upload)).items] == [
            "A red vase"
        ]
        assert imports.import_arguments(upload, "vases")["source"] == upload


def test_nobody_elses_can(upload: str, home: Path, tmp_path: Path):
    link = tmp_path / "link"
    link.symlink_to(Path(upload).parent)
    for source in (
        upload, str(home / "uploads"), str(home), str(home / "review"), str(link),
        str(home / "uploads" / "berta" / ".." / "anna"),
    ):  # fmt: skip
        with acting_as(BERTA):
            for use in (
                lambda source=source: imports.preview_import(source),
                lambda source=source: imports.preview_import("https://x.example/a.csv", source),
                lambda source=source: imports.import_arguments(source, "vases"),
                lambda source=source: imports.import_arguments("https://x.example", "v", source),
                lambda source=source: start_job(imports.KIND, {"source": source, "name": "v"}),
            ):
                with pytest.raises(PermissionDenied):
                    use()


def test_files_of_this_computer_are_for_those_who_look_after_it(tmp_path: Path):
    (tmp_path / "list.csv").write_bytes(TABLE)
    with acting_as(ANNA), pytest.raises(PermissionDenied, match="admin"):
        imports.preview_import(str(tmp_path / "list.csv"))
    found = finish(imports.preview_import(str(tmp_path / "list.csv")))  # at this computer
    assert len(found.items) == 1


def test_the_same_file_of_two_people_is_kept_for_each(upload: str, tmp_path: Path):
    other = keep(BERTA, tmp_path)
    assert str(other) != upload and other.read_bytes() == TABLE
