"""The controls of a noise setting and the text that they write into the address."""

from streamlit.testing.v1 import AppTest

RELAXATION = "thermal_relaxation@gate:t1=100.0,t2=80.0,gate_time=0.5"


def page() -> None:
    from qcmfm.ui.lab.noise_controls import choose_noise
    from qcmfm.ui.shared.address import Address

    choose_noise(Address("noise"), 0)


def opened(*noise: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params["noise"] = list(noise)
    app.run()
    assert not app.exception and not app.error
    return app


def first(app: AppTest) -> str:
    found = app.query_params["noise"]
    return found if isinstance(found, str) else found[0]


def test_every_control_is_written_into_the_address():
    app = opened(f"superconducting_heron*2.0+{RELAXATION}+shots:100", "none")
    app.number_input(key="thermal_relaxation-t2-0").set_value(150.0).run()
    app.selectbox(key="thermal_relaxation-at-0").set_value("layer").run()
    app.slider(key="readout-0").set_value(0.02).run()
    app.slider(key="factor-0").set_value(3.0).run()
    assert first(app) == (
        "superconducting_heron*3.0+thermal_relaxation@layer:t1=100.0,t2=150.0,gate_time=0.5"
        "+readout:0.02,0.02+shots:100"
    )


def test_a_strength_that_cannot_be_is_refused_and_the_channel_stays():
    app = opened(RELAXATION, "none")
    app.number_input(key="thermal_relaxation-t2-0").set_value(300.0).run()
    assert "no qubit has a T2 above 2 T1" in app.error[0].value
    assert first(app) == RELAXATION
    assert app.number_input(key="thermal_relaxation-t2-0").value == 80.0
