"""Training a run on records, and which models there are to train."""

from qcmfm import fusion
from qcmfm.access import Permission, requires


@requires(Permission.LOOK)
def list_models() -> dict[str, str]:
    """Every fusion model there is, those of plug-ins too: its name, and what people call it."""
    return {name: fusion.title(name) for name in fusion.names()}
