"""Choice of the device that encoders and models run on."""

import torch

from qcmfm.core.errors import EncoderError


def choose_device(name: str = "auto") -> torch.device:
    """The torch device for a name.

    Args:
        name: A torch device name, or `auto` for CUDA, Apple's MPS or the CPU, in this order.

    Raises:
        EncoderError: The machine has no such device.
    """
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if name == "auto":
        name = "cuda" if cuda else "mps" if mps else "cpu"
    there = {"cuda": cuda, "mps": mps, "cpu": True}.get(name.split(":")[0], False)
    if not there:
        raise EncoderError(f"This machine has no device {name!r}.", "Use auto or cpu.")
    try:
        return torch.device(name)
    except RuntimeError:
        raise EncoderError(f"{name!r} is no device.", "Use auto or cpu.") from None
