"""Schemas of `run.json` and of a run's lexicon, and the seal that detects changes.

The seal detects damage and accidental edits. It is not a signature: whoever can write to a run's
folder can write another seal. Protection against such a person comes from the fact that a run
contains nothing but numbers and text within these bounds, and that loading it executes no code.
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
    """Parse a JSON object; NaN and infinite numbers are refused.

    Raises:
        ValueError: It is not such an object.
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
    """Validate a JSON value against a schema.

    Raises:
        ValueError: It is invalid; the message names the place.
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
    """Hash of a configuration in canonical JSON, without the seal itself."""
    rest = {name: value for name, value in config.items() if name != SEAL}
    canonical = json.dumps(rest, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
