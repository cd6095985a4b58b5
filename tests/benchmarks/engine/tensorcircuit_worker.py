"""TensorCircuit-NG on JAX: jitted, mapped over the batch; compiling is not timed."""

from typing import Any

import jax  # pyright: ignore[reportMissingImports]
import jax.numpy as jnp  # pyright: ignore[reportMissingImports]
import numpy as np
import tensorcircuit as tc  # pyright: ignore[reportMissingImports]

VERSION = f"{tc.__version__}, jax {jax.__version__}"
tc.set_backend("jax")
tc.set_dtype("complex64")


def noiseless(case: Any, arrays: Any) -> Any:
    n_qubits = case["n_qubits"]
    bits = np.arange(2**n_qubits)[:, None] >> np.arange(n_qubits - 1, -1, -1) & 1
    signs = np.stack([1 - 2 * (bits[:, w].sum(1) % 2) for w in case["observables"]], 1)
    signs = jnp.asarray(signs, dtype=jnp.float32)

    def values(amplitudes: Any, weights: Any) -> Any:
        circuit = tc.Circuit(n_qubits, inputs=amplitudes.astype(jnp.complex64))
        for name, wires, slots in case["gates"]:
            angles = [weights[slot] for slot in slots]
            if name == "Rot":  # up to a phase of the whole state
                circuit.u(*wires, theta=angles[1], phi=angles[2], lbd=angles[0])
            else:
                getattr(circuit, name.lower())(*wires, **({"theta": angles[0]} if angles else {}))
        return jnp.abs(circuit.state()) ** 2 @ signs

    batched = jax.vmap(values, in_axes=(0, None))
    amplitudes, weights, upstream = (
        jnp.asarray(arrays[name]) for name in ("amplitudes", "weights", "upstream")
    )

    def mixed(amplitudes: Any, weights: Any) -> Any:
        return jnp.sum(batched(amplitudes, weights) * upstream)

    run = jax.jit(batched)
    gradients = jax.jit(jax.value_and_grad(mixed, argnums=(0, 1)))

    def forward() -> Any:
        return run(amplitudes, weights).block_until_ready()

    def both() -> Any:
        return jax.block_until_ready(gradients(amplitudes, weights))[1]

    of_amplitudes, of_weights = both()
    results = {"values": forward(), "of_amplitudes": of_amplitudes, "of_weights": of_weights}
    return results, {"forward": forward, "forward + backward": both}


TASKS = {"noiseless": noiseless}
