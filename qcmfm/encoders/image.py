"""Image encoders: any timm model with spatial features turns a photo into region vectors."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor, nn

from qcmfm.core import settings
from qcmfm.core.errors import EncoderError
from qcmfm.encoders import hub, weights
from qcmfm.encoders.devices import choose_device
from qcmfm.encoders.photo import read_photo

DEFAULT = weights.IMAGE.encoder

SIDE_STEP = 32
"""The input side in an encoder's name must be a multiple of a region's side in pixels."""

LARGEST_SIDE = 1024

AT_ONCE = 4
"""Photos per forward pass on a CPU. With more, activations no longer fit into its cache, and each
photo takes nearly twice as long."""


@dataclass(frozen=True)
class RegionFeatures:
    """Features of one photo.

    Args:
        regions: One vector per cell of the encoder's grid, row by row from the top left.
        vector: Mean of the region vectors.
    """

    regions: Float[Tensor, "region dim"]
    vector: Float[Tensor, " dim"]


class ImageEncoder:
    """A frozen timm model that turns photos into a grid of region vectors.

    Args:
        name: The timm name or local path that it was loaded from.
        model: The network without its classifier.
        device: Device that it runs on.
        side: Height and width of the input in pixels; 0 for the size the model was trained on.

    Attributes:
        id: Name and hash of weights and preprocessing; identifies its features in the cache.
        grid: Rows and columns of regions.
        dim: Length of a region vector.
        size: Height and width of the input in pixels.
    """

    def __init__(self, name: str, model: nn.Module, device: torch.device, side: int = 0):
        from timm.data.config import resolve_model_data_config

        self.name = name
        self.device = device
        # Channels last is the faster memory layout for depthwise convolutions on every device.
        model = model.eval().requires_grad_(False).to(device)
        self.model = model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        config = resolve_model_data_config(model)
        self.size: tuple[int, int] = (side, side) if side else config["input_size"][-2:]
        self._mean = torch.tensor(config["mean"]).view(1, 3, 1, 1) * 255
        self._std = torch.tensor(config["std"]).view(1, 3, 1, 1) * 255
        blank = torch.zeros(1, *self.size, 3, dtype=torch.uint8)
        grid = self._grid(self._forward(blank))
        self.grid: tuple[int, int] = (grid.shape[1], grid.shape[2])
        self.dim: int = grid.shape[3]
        preparation = f"squeezed, bicubic, {self.size}, {config['mean']}, {config['std']}"
        self.id = f"{Path(name).name}-{fingerprint(model, preparation)}"

    def read(self, source: Path | bytes, name: str = "") -> Image.Image:
        """Decode a photo, at a reduced size if that is enough for this encoder.

        Raises:
            PhotoError: The file is not a photo, is damaged, or is too large.
        """
        return read_photo(source, name, at_least=2 * max(self.size))

    def pixels(self, photo: Image.Image) -> np.ndarray:
        """An RGB photo resized to the input size, ignoring its aspect ratio: uint8, H x W x 3."""
        height, width = self.size
        small = photo.resize(
            (width, height), Image.Resampling.BICUBIC, self.frame(photo.size), reducing_gap=3.0
        )
        return np.array(small)

    def frame(self, size: tuple[int, int]) -> tuple[float, float, float, float]:
        """The part of a photo that the regions tile: left, top, right and bottom in its pixels.

        It is the entire photo, so that attention can be drawn over it.

        Args:
            size: Width and height of the photo in pixels.
        """
        return (0.0, 0.0, float(size[0]), float(size[1]))

    def encode(self, pixels: UInt8[Tensor, "batch height width 3"]) -> list[RegionFeatures]:
        """Region features of each photo of a batch, from the output of `pixels`."""
        regions = self._grid(self._forward(pixels)).flatten(1, 2)
        return list(map(RegionFeatures, regions, regions.mean(1)))

    def _forward(self, pixels: Tensor) -> Tensor:
        parts = pixels.split(AT_ONCE) if self.device.type == "cpu" else [pixels]
        return torch.cat([self._features(part) for part in parts])

    @torch.inference_mode()
    def _features(self, pixels: Tensor) -> Tensor:
        batch = pixels.permute(0, 3, 1, 2).to(torch.float32)
        batch = batch.sub_(self._mean).div_(self._std).to(self.device)
        features = self.model.forward_features(batch)  # pyright: ignore[reportCallIssue]
        return features.float().cpu()

    def _grid(self, features: Tensor) -> Float[Tensor, "batch row column dim"]:
        """Bring the output of any architecture to batch x row x column x dim."""
        if features.ndim == 4:
            channels = getattr(self.model, "num_features", 0)
            last = features.shape[-1] == channels and features.shape[1] != channels
            return features if last else features.permute(0, 2, 3, 1)
        prefix = getattr(self.model, "num_prefix_tokens", 0)
        side = round(max(features.shape[1] - prefix, 0) ** 0.5) if features.ndim == 3 else 0
        if side < 2 or side * side != features.shape[1] - prefix:
            shape = "x".join(map(str, features.shape))
            raise EncoderError(
                f"{self.name!r} gives features of shape {shape}, without a grid of regions.",
                f"Choose a model with spatial features, such as the built-in {DEFAULT}.",
            )
        return features[:, prefix:].unflatten(1, (side, side))


def load_image_encoder(name: str = DEFAULT, device: str = "auto") -> ImageEncoder:
    """Load an image encoder.

    Args:
        name: The built-in `tf_efficientnet_lite0`, another timm model, or a folder saved by timm.
            A suffix of `@` and a number of pixels sets the height and width of the input instead of
            the size the model was trained on: `tf_efficientnet_lite0@384` has 12 x 12 regions
            instead of 7 x 7.
        device: auto, cuda, mps or cpu.

    Raises:
        EncoderError: There is no such model, or its weights cannot be loaded.
    """
    import timm

    model_name, side = _with_side(name)
    if model_name == DEFAULT:
        return ImageEncoder(name, _packaged(), choose_device(device), side)
    folder = settings.expanded(model_name)
    source = f"local-dir:{folder}" if folder.is_dir() else model_name
    known = folder.is_dir() or "/" in model_name or timm.is_model(model_name.split(".")[0])
    if not known:
        raise _cannot_load(name, "timm knows no model of that name")
    if not folder.is_dir() and not hub.reachable():
        raise _cannot_load(name, "the model hub cannot be reached from here")
    chosen = choose_device(device)
    try:
        model = timm.create_model(source, pretrained=True, num_classes=0)
        return ImageEncoder(name, model, chosen, side)
    except EncoderError:
        raise
    except Exception as error:
        raise _cannot_load(name, str(error).split("\n")[0][:200]) from error


def _with_side(name: str) -> tuple[str, int]:
    """Split a name such as `tf_efficientnet_lite0@384` into model and side (0 if not given)."""
    model_name, at, side = name.rpartition("@")
    if not at or not side.isdecimal():
        return name, 0
    if int(side) % SIDE_STEP or not SIDE_STEP <= int(side) <= LARGEST_SIDE:
        raise _cannot_load(name, f"photos cannot be squeezed to {side} pixels")
    return model_name, int(side)


def fingerprint(model: nn.Module, preparation: str) -> str:
    """Twelve hexadecimal digits that identify a model's weights and its preprocessing."""
    digest = hashlib.sha256(preparation.encode())
    for key, value in model.state_dict().items():
        digest.update(key.encode())
        digest.update(
            value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes()
        )
    return digest.hexdigest()[:12]


def _packaged() -> nn.Module:
    """The built-in encoder with the weights from its package.

    The tensors of the file have other names than timm's, but the same order and shapes.
    """
    import timm

    file = weights.verified_file(weights.IMAGE)
    packaged = torch.load(file, map_location="cpu", weights_only=True)
    model = timm.create_model(DEFAULT, pretrained=False)
    model.load_state_dict(dict(zip(model.state_dict(), packaged.values(), strict=True)))
    model.reset_classifier(0)  # pyright: ignore[reportCallIssue]
    return model


def _cannot_load(name: str, reason: str) -> EncoderError:
    return EncoderError(
        f"The image encoder {name!r} cannot be loaded: {reason}.",
        f"Choose the built-in {DEFAULT}, or give the path of a folder saved by timm.",
    )
