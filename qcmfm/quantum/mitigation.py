"""Zero-noise extrapolation: measure under amplified noise and extrapolate to zero noise.

Temme, Bravyi and Gambetta, Physical Review Letters 119, 180509 (2017); folding and the fits as in
Giurgica-Tiron et al., Digital zero noise extrapolation, IEEE QCE 2020, arXiv:2005.10921.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.noisy_simulation import NoisySimulator

FITS = ("richardson", "linear", "exponential")
STRETCHES = ("strength", "folding")


def zero_noise_expectations(
    circuit: Circuit,
    setting: NoiseSetting,
    amplitudes: Float[Tensor, "batch amplitude"],
    weights: Float[Tensor, " weight"],
    factors: Sequence[float] = (1.0, 2.0, 3.0),
    stretch: str = "strength",
    fit: str = "richardson",
) -> Float[Tensor, "batch observable"]:
    """Expectation values extrapolated from several noise levels to zero.

    Args:
        circuit: The circuit.
        setting: Noise of the device.
        amplitudes: Real, each row of norm 1.
        weights: Angles in radians.
        factors: Different noise factors of at least 1.
        stretch: "strength" scales the channels. "folding" applies every gate, its inverse and the
            gate again, which is possible on a device; the factors must then be odd integers.
        fit: See `extrapolate`.

    Raises:
        CircuitError: A name is unknown, or the factors are invalid.
    """
    if stretch not in STRETCHES:
        raise CircuitError(f"There is no stretch {stretch!r}.", f"Choose {' or '.join(STRETCHES)}.")
    _require_fit(factors, fit)
    values = [
        noisier(circuit, setting, factor, stretch).expectations(amplitudes, weights)
        for factor in factors
    ]
    return extrapolate(factors, torch.stack(values), fit)


def noisier(circuit: Circuit, setting: NoiseSetting, factor: float, stretch: str) -> NoisySimulator:
    """A simulator with amplified noise; arguments as in `zero_noise_expectations`.

    Raises:
        CircuitError: The noise cannot be amplified by this factor.
    """
    if stretch == "strength":
        return NoisySimulator(circuit, setting.stretched(factor))
    if factor % 2 != 1:
        raise CircuitError(f"Gates cannot be folded {factor} times.", "Choose 1, 3, 5 and so on.")
    return NoisySimulator(circuit, setting, folds=int(factor) // 2)


def extrapolate(
    factors: Sequence[float], values: Float[Tensor, "factor *rest"], fit: str = "richardson"
) -> Float[Tensor, "*rest"]:
    """Extrapolate values to a noise factor of 0.

    Args:
        factors: Noise factors of the values.
        values: Values measured at each factor.
        fit: "richardson", the polynomial through all points; "linear", the least-squares line;
            "exponential", the least-squares line through the logarithms, a exp(-b factor). Values
            that change their sign cannot be fitted so; for these the line is used.

    Raises:
        CircuitError: A name is unknown, or the factors are invalid.
    """
    _require_fit(factors, fit)
    if fit == "richardson":
        at_zero = [
            math.prod(other / (other - factor) for other in factors if other != factor)
            for factor in factors
        ]
        return _weighted(at_zero, values)
    middle = sum(factors) / len(factors)
    spread = sum((factor - middle) ** 2 for factor in factors)
    at_zero = [1 / len(factors) - middle * (factor - middle) / spread for factor in factors]
    line = _weighted(at_zero, values)
    if fit == "linear":
        return line
    signs = values.sign()
    one_sign = (signs == signs[:1]).all(0) & (signs[0] != 0)
    logarithms = torch.where(one_sign, values.abs(), torch.ones_like(values)).log()
    return torch.where(one_sign, signs[0] * _weighted(at_zero, logarithms).exp(), line)


def _weighted(
    at_zero: Sequence[float], values: Float[Tensor, "factor *rest"]
) -> Float[Tensor, "*rest"]:
    """Weighted sum of the values."""
    return torch.tensordot(values.new_tensor(list(at_zero)), values, dims=1)


def _require_fit(factors: Sequence[float], fit: str) -> None:
    """Refuse unknown fits and factors that cannot be fitted."""
    if fit not in FITS:
        raise CircuitError(f"There is no fit {fit!r}.", f"Choose one of {', '.join(FITS)}.")
    different = len(set(factors)) == len(factors) >= 2
    if not different or not all(math.isfinite(factor) and factor >= 1 for factor in factors):
        raise CircuitError(
            f"Values under {list(factors)} times the noise cannot be extrapolated.",
            "Choose two or more different factors of at least 1.",
        )
