"""Availability of the Hugging Face model hub."""

import functools
import os
import socket
from urllib.parse import urlsplit


@functools.cache
def reachable(timeout: float = 3.0) -> bool:
    """Whether the model hub can be reached; checked once per process.

    The hub's own client retries each file five times, which would make a user without a network
    wait for minutes.

    Args:
        timeout: Timeout of the connection in seconds.
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
