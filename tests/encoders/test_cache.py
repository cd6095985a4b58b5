"""Features stay on disk as they were put there, in half precision."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from qcmfm.encoders.cache import FeatureStore


def vectors(lengths: Sequence[int], dim: int = 3, seed: int = 0) -> list[np.ndarray]:
    chance = np.random.default_rng(seed)
    return [chance.normal(size=(length, dim)).astype(np.float32) for length in lengths]


def spans(lengths: Sequence[int]) -> list[np.ndarray]:
    return [np.arange(2 * length, dtype=np.int64).reshape(-1, 2) for length in lengths]


def assert_holds(
    store: FeatureStore, keys: Sequence[str], arrays: dict[str, list[np.ndarray]]
) -> None:
    for row, key in enumerate(keys):
        assert key in store
        found = store.get(key)
        assert set(found) == set(arrays)
        for name, items in arrays.items():
            floating = items[row].dtype.kind == "f"
            expected = items[row].astype(np.float16) if floating else items[row]
            assert found[name].dtype == expected.dtype
            np.testing.assert_array_equal(found[name], expected)


def test_a_store_gives_back_what_was_put_and_so_does_one_opened_later(tmp_path: Path):
    store = FeatureStore(tmp_path / "features")
    assert not store.folder.exists()
    lengths = [2, 0, 5, 1]
    arrays = {"words": vectors(lengths), "spans": spans(lengths), "sentence": vectors([1] * 4, 7)}
    store.add("abcd", arrays)
    assert_holds(store, "abcd", arrays)
    assert_holds(FeatureStore(tmp_path / "features"), "abcd", arrays)


def test_an_item_of_no_length_alone_in_its_shard(tmp_path: Path):
    store = FeatureStore(tmp_path)
    store.add(["a"], {"words": vectors([0])})
    assert store.get("a")["words"].shape == (0, 3)


def test_missing_keys_come_once_and_in_order(tmp_path: Path):
    store = FeatureStore(tmp_path)
    assert store.missing(["c", "a", "c", "b"]) == ["c", "a", "b"]
    store.add(["a"], {"x": vectors([1])})
    assert store.missing(["c", "a", "c", "b"]) == ["c", "b"]
    assert "c" not in store
    with pytest.raises(KeyError):
        store.get("c")


def test_a_second_shard_leaves_the_first_readable(tmp_path: Path):
    store = FeatureStore(tmp_path)
    first, second = {"x": vectors([2, 3], seed=1)}, {"x": vectors([4], seed=2)}
    store.add("ab", first)
    store.add("c", second)
    for reader in (store, FeatureStore(tmp_path)):
        assert_holds(reader, "ab", first)
        assert_holds(reader, "c", second)


def test_values_beyond_half_precision_become_its_largest(tmp_path: Path):
    store = FeatureStore(tmp_path)
    store.add(["a"], {"x": [np.array([1e9, -1e9, np.inf, 65519, 0.1], np.float32)]})
    np.testing.assert_array_equal(
        store.get("a")["x"], np.array([65504, -65504, 65504, 65504, 0.1], np.float16)
    )


def test_what_a_killed_write_left_is_ignored(tmp_path: Path):
    store = FeatureStore(tmp_path)
    store.add(["a"], {"x": vectors([1])})
    (tmp_path / ".0123.safetensors.abcd.tmp").write_bytes(b"half a file")
    again = FeatureStore(tmp_path)
    assert "a" in again
    assert again.missing(["a", "b"]) == ["b"]


def test_a_write_that_fails_stores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def half(arrays: object, path: Path, metadata: object) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    store = FeatureStore(tmp_path / "features")
    with monkeypatch.context() as patched:
        patched.setattr("qcmfm.encoders.cache.save_file", half)
        with pytest.raises(OSError, match="disk full"):
            store.add(["a"], {"x": vectors([1])})
    assert store.missing(["a"]) == ["a"]
    assert list(store.folder.iterdir()) == []


def test_a_shard_is_a_plain_safetensors_file(tmp_path: Path):
    """One written by hand, from the format in the module's description, is read alike."""
    save_file(
        {"x": np.array([1, 2, 3], np.float16), "x.ends": np.array([1, 3], np.int64)},
        tmp_path / "hand.safetensors",
        metadata={"keys": '["a", "b"]'},
    )
    store = FeatureStore(tmp_path)
    assert store.get("a")["x"].tolist() == [1]
    assert store.get("b")["x"].tolist() == [2, 3]


@settings(max_examples=30)  # each flushes the disk
@given(shards=st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=5), max_size=4))
def test_any_shards_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, shards: list[list[int]]
):
    folder = tmp_path_factory.mktemp("shards")
    store = FeatureStore(folder)
    stored = [
        (
            [f"{number}-{row}" for row in range(len(lengths))],
            {"words": vectors(lengths, seed=number), "spans": spans(lengths)},
        )
        for number, lengths in enumerate(shards)
    ]
    for keys, arrays in stored:
        store.add(keys, arrays)
    for keys, arrays in stored:
        assert_holds(FeatureStore(folder), keys, arrays)


@pytest.mark.parametrize("damage", [b"", b"\x10\x00\x00\x00\x00\x00\x00\x00not json at all!"])
def test_a_damaged_shard_is_computed_again(tmp_path: Path, damage: bytes):
    store = FeatureStore(tmp_path)
    store.add(["a"], {"regions": [np.ones((2, 3), dtype=np.float32)]})
    (shard,) = tmp_path.glob("*.safetensors")
    shard.with_name("damaged.safetensors").write_bytes(damage)
    again = FeatureStore(tmp_path)
    assert again.missing(["a", "b"]) == ["b"]
