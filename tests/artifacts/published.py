"""The published schema of a report, and whether a report keeps to it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

PUBLISHED = Path(__file__).parents[2] / "docs" / "report.schema.json"


@cache
def validator() -> Draft202012Validator:
    schema = json.loads(PUBLISHED.read_bytes())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def complaints(report: Any) -> list[str]:
    """What is wrong with a report, one line each; nothing when it keeps to the schema."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator().iter_errors(report)]
