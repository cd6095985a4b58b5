"""Whether model weights can be fetched from outside."""

import functools
import os
import socket
from urllib.parse import urlsplit


@functools.cache
def reachable(timeout: float = 3.0) -> bool:
    """Whether the model hub answers; asked once per process.

    The hub's own client tries each file five times before it gives up, which keeps a user without
    a network waiting for minutes.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE or os.environ.get("TRANSFORMERS_OFFLINE") == "1":
        return False
    address = urlsplit(constants.ENDPOINT)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        with socket.create_connection((address.hostname or "", port), timeout):
            return True
    except OSError:
        return False
