"""Words of the package that pages show in the visitor's language, with `_`.

The package itself speaks English. A test compares them with what the package has.
"""

from qcmfm.core.messages import N_

STATUSES = (N_("open"), N_("accepted"), N_("corrected"), N_("unsure"))
DECISIONS = (N_("accept"), N_("correct"), N_("undo"), N_("restore"))
SPLITS = (N_("train"), N_("val"), N_("test"), N_("holdout"))
ROLES = (N_("viewer"), N_("annotator"), N_("curator"), N_("admin"))
OUTCOMES = (N_("done"), N_("failed"), N_("stopped"), N_("refused"))
PLACES = (
    N_("upper left"), N_("upper centre"), N_("upper right"), N_("middle left"), N_("centre"),
    N_("middle right"), N_("lower left"), N_("lower centre"), N_("lower right"),
)  # fmt: skip
DEVICES = (
    N_("IBM Eagle (superconducting)"), N_("IBM Heron (superconducting)"),
    N_("Google Sycamore (superconducting)"), N_("Quantinuum H2 (trapped ions)"),
)  # fmt: skip
FOUND_BY = (N_("words"), N_("meaning"), N_("photo"), N_("label"))
VERDICTS = (N_("quantum model ahead"), N_("within chance"), N_("quantum model behind"))
METRICS = (N_("Accuracy"), N_("Macro-F1"))
STEPS = (N_("gate"), N_("stage"), N_("layer"))
CIRCUIT_STAGES = (
    N_("mixing"), N_("interaction"), N_("rotation"), N_("entanglement"), N_("even"), N_("odd"),
)  # fmt: skip
MITIGATIONS = (N_("none"), N_("richardson"), N_("linear"))
LOOKS = (
    N_("all"), N_("smooth"), N_("grid"), N_("sizes"), N_("probabilities"), N_("folded"),
    N_("expanded"),
)  # fmt: skip
WORK = (
    N_("Learning what photos say in words"), N_("Filling the catalog"), N_("Indexing"),
    N_("Trying random angles"), N_("Measuring with shots"), N_("Working out what can be read"),
    N_("Following the values back"), N_("Sweeping the strength"),
    N_("Packing records into amplitudes"), N_("Examining the workspace"),
    N_("Unpacking the backup"), N_("Copying the workspace"), N_("Labelling records"),
    N_("Fetching"), N_("Unpacking"), N_("Reading"), N_("Comparing photos"), N_("Writing"),
    N_("Photos"), N_("Loading features"), N_("Training"), N_("Final fit"),
    N_("Teaching words to point"), N_("Training on the other folds"), N_("Asking the models"),
    N_("Laying out the map"), N_("Reading the records"), N_("Checking photos"),
    N_("Reading captions"), N_("Looking where attention lies"),
)  # fmt: skip
"""Stages of long work, as `Progress` names them."""
