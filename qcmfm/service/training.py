"""The models that can be trained."""

from qcmfm import fusion
from qcmfm.access import Permission, requires


@requires(Permission.LOOK)
def list_models() -> dict[str, str]:
    """Titles of all fusion models by name, including those of plug-ins."""
    return {name: fusion.title(name) for name in fusion.names()}
