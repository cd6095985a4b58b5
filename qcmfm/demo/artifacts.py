"""Artifacts: vessels and small works in five materials, in the manner of the palace workshops."""

from qcmfm.demo.drawing.design import Design
from qcmfm.demo.drawing.vessels import FORMS, draw_artifact

DESIGN = Design(
    labels=("enamel", "gold_silver", "lacquer", "bronze", "jade"),
    looks={
        "enamel": ("cloisonne",),
        "gold_silver": ("gold", "silver"),
        "lacquer": ("carved_lacquer",),
        "bronze": ("patina",),
        "jade": ("jade_green", "jade_white"),
    },
    shared_looks={
        ("gold_silver", "bronze"): ("gilt",),
        ("lacquer", "enamel"): ("red_gloss",),
        ("jade", "enamel"): ("green_gloss",),
        ("bronze", "lacquer"): ("dark",),
        ("jade", "gold_silver"): ("pale",),
    },
    hints={
        "enamel": (
            "Coloured glass paste, fired several times and ground smooth.",
            "Cells of bent wire filled with coloured paste.",
            "Pitted where the paste shrank in the kiln.",
            "Vitreous colours over a copper body.",
        ),
        "gold_silver": (
            "Hammered from sheet and chased from the front.",
            "Filigree and granulation.",
            "Weight in taels punched under the foot.",
            "Raised from one precious sheet; assay scratch beneath.",
        ),
        "lacquer": (
            "Some hundred coats of tree sap over a wooden core.",
            "Carved through hardened layers of sap.",
            "Hemp cloth and ash under the coats.",
            "Light in the hand; the wooden core shows at a crack.",
        ),
        "bronze": (
            "Cast in a piece mould; seams along the flanges.",
            "Lost-wax casting, with traces of the chaplets.",
            "Copper, tin and lead by analysis.",
            "Excavated; the corrosion has been stabilised.",
        ),
        "jade": (
            "Ground with wet abrasive sand from one pebble.",
            "Nephrite from Khotan.",
            "Hollowed with a tubular drill; the river skin is kept.",
            "Cold to the touch, harder than steel.",
        ),
    },
    shared_hints={
        ("jade", "lacquer"): (
            "Carved in low relief and polished.",
            "The relief is undercut by hand.",
        ),
        ("enamel", "gold_silver"): (
            "Decorated with applied wire.",
            "From the wire workers of the palace.",
        ),
        ("bronze", "gold_silver"): (
            "Metal, turned and burnished.",
            "From the founders and smiths of the palace.",
        ),
        ("bronze", "enamel"): (
            "Cast body, cold-worked on the rim.",
            "Made as an altar vessel on a cast core.",
        ),
        ("lacquer", "enamel"): (
            "Painted in several colours.",
            "Decorated with the brush, layer on layer.",
        ),
    },
    forms={
        "vase": ("Vase", "Flower vase", "Bottle"),
        "bowl": ("Bowl", "Deep bowl"),
        "box": ("Box", "Covered box"),
        "censer": ("Censer", "Incense burner"),
        "ding": ("Tripod vessel", "Ding tripod"),
        "plate": ("Plate", "Dish"),
        "figurine": ("Figurine", "Small figure"),
        "hairpin": ("Hairpin", "Hair ornament"),
    },
    parts=FORMS,
    grounds=("turquoise", "blue", "red", "green", "black"),
    colours=("red", "blue", "turquoise", "green", "yellow", "white", "black", "purple", "pink"),
    lying=("plate", "hairpin"),
    sizes=(0.52, 0.76),
    draw=draw_artifact,
    records=600,
    singular="artifact",
    about="Vessels and small works in five materials.",
)
