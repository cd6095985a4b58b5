"""Pictures of circuits: all that belongs in them is there, and they fit a page."""

import io
from collections import Counter

import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from qcmfm.quantum.ansatz import qcnn, two_stage
from qcmfm.quantum.circuit import PARAMETERS, WIRES, Circuit, Gate
from qcmfm.quantum.drawing import draw


def texts(figure: Figure) -> Counter[str]:
    return Counter(text.get_text() for text in figure.axes[0].texts if text.get_text())


@pytest.mark.parametrize("circuit", [two_stage(4, 4), two_stage(10, 4), qcnn(8)])
def test_a_picture_fits_a_page(circuit: Circuit):
    figure = draw(circuit)
    width, height = figure.get_size_inches()
    assert width <= 13 and height <= 60
    file = io.BytesIO()
    figure.savefig(file, dpi=30)
    assert file.getvalue().startswith(b"\x89PNG")


def test_every_gate_of_a_layer_is_drawn():
    figure = draw(two_stage(4, 3), layer=1)
    found = texts(figure)
    assert (found["Rot"], found["RY"], found["RX"]) == (4, 4, 4)
    assert [found[str(wire)] for wire in range(5)] == [1, 1, 1, 1, 0]
    legend = figure.legends[0].get_texts()
    assert [text.get_text() for text in legend] == ["mixing", "interaction"]


def test_all_layers_are_folded():
    whole = draw(two_stage(4, 3), columns=10)
    assert texts(whole)["Rot"] == 12
    assert texts(whole)["0"] == 3  # each row names its wires
    assert whole.get_size_inches()[1] > draw(two_stage(4, 3), columns=40).get_size_inches()[1]


def test_boxes_do_not_lie_on_each_other():
    figure = draw(qcnn(6))
    places = [p.get_xy() for p in figure.axes[0].patches if isinstance(p, Rectangle)]
    assert len(places) == len(set(places)) > 50


def test_angles_are_written_down():
    circuit = two_stage(2, 1)
    found = texts(draw(circuit, weights=torch.arange(circuit.n_weights).float()))
    assert found["0.0 1.0 2.0"] == 1 and found["9.0"] == 1


def test_every_gate_can_be_drawn():
    gates = tuple(
        Gate(name, (2, 0)[: WIRES[name]], tuple(range(PARAMETERS[name]))) for name in PARAMETERS
    )
    found = texts(draw(Circuit(3, gates, ((0,),))))
    assert found["H"] == 1 and found["XX"] == 2 and found["RX"] == found["RY"] == found["RZ"] == 2
    draw(Circuit(3, (), ((0,),))).savefig(io.BytesIO())
