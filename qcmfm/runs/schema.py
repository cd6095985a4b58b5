"""What `run.json` and the lexicon of a run may say, and how a change to them is noticed.

The seal notices damage and careless hands. It is no signature: whoever can write a run's folder can
write another seal. What protects against such a person is that a run holds numbers and text alone,
within these bounds, and that loading it runs nothing that it brings.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NoReturn

SEAL = "seal"
_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 1000}
_SIZE = {"type": "integer", "minimum": 1, "maximum": 65536}
_ENCODER = {
    "type": "object",
    "required": ["name", "id"],
    "properties": {"name": _NAME, "id": _NAME},
}

CONFIG: dict[str, Any] = {
    "type": "object",
    "required": ["format", "model", "labels", "temperature", "sha256", "encoders"],
    "properties": {
        "format": {"type": "integer", "minimum": 1},
        "name": {"type": "string", "maxLength": 1000},
        "created": {"type": "string", "maxLength": 100},
        "parent": {"anyOf": [{"type": "null"}, {"type": "string"}, {"type": "object"}]},
        "labels": {
            "type": "array", "items": _NAME, "minItems": 1, "maxItems": 20_000, "uniqueItems": True,
        },
        "temperature": {"type": "number", "exclusiveMinimum": 0, "maximum": 1e6},
        "vocabulary": {"type": "object", "additionalProperties": {"type": "string"}},
        "caption_column": {"type": "string"},
        "encoders": {
            "type": "object",
            "required": ["image", "text"],
            "properties": {"image": _ENCODER, "text": _ENCODER},
        },
        "sha256": {
            "type": "object",
            "required": ["weights.safetensors", "lexicon.json"],
            "additionalProperties": _HASH,
        },
        "data": {"type": "object"},
        "training": {"type": "object"},
        "model": {
            "type": "object",
            "required": ["model", "shape", "n_labels", "options"],
            "properties": {
                "model": _NAME,
                "n_labels": {"type": "integer", "minimum": 1, "maximum": 20_000},
                "options": {"type": "object"},
                "shape": {
                    "type": "object",
                    "required": ["grid", "image_dim", "text_dim", "sentence_dim", "terms"],
                    "additionalProperties": False,
                    "properties": {
                        "grid": {
                            "type": "array", "minItems": 2, "maxItems": 2,
                            "items": {"type": "integer", "minimum": 1, "maximum": 256},
                        },
                        "image_dim": _SIZE, "text_dim": _SIZE, "sentence_dim": _SIZE,
                        "terms": {"type": "integer", "minimum": 0, "maximum": 2_000_000},
                    },
                },
            },
        },
    },
}  # fmt: skip

LEXICON: dict[str, Any] = {
    "type": "object",
    "required": ["terms", "idf"],
    "properties": {
        "terms": {"type": "array", "items": {"type": "string"}},
        "idf": {"type": "array", "items": {"type": "number", "minimum": 0}},
    },
}


def parsed(content: bytes) -> dict[str, Any]:
    """A JSON object without numbers that are none.

    Raises:
        ValueError: It is none.
    """

    def refuse(name: str) -> NoReturn:
        raise ValueError(f"{name} is no number")

    try:
        found = json.loads(content, parse_constant=refuse)
    except RecursionError:
        raise ValueError("its lists lie in each other too deep") from None
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    return found


def check(content: Any, schema: Mapping[str, Any]) -> None:
    """Hold a JSON value against a schema.

    Raises:
        ValueError: It does not fit; the message names the place.
    """
    from jsonschema.exceptions import best_match

    error = best_match(_validator(json.dumps(schema)).iter_errors(content))
    if error is not None:
        place = "/".join(str(part)[:80] for part in error.absolute_path) or "the whole of it"
        raise ValueError(f"{place} is not as it should be: {error.message[:150]}")


@cache
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema))


def seal(config: Mapping[str, Any]) -> str:
    """The hash that changes with anything that a configuration says."""
    rest = {name: value for name, value in config.items() if name != SEAL}
    told = json.dumps(rest, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()
