"""The JSON Schema of `reports/<job_id>.json`, made from the types that write it; `docs/report.schema.json` holds it."""

import re
from typing import Any

import msgspec

from bgagent.artifacts.report import SCHEMA_VERSION, Report


def report_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a report. Keys that came later than the first version are not required.

    The spec is left open: it grows with what can be asked for, and is read back by this program alone.
    """
    schema: dict[str, Any] = _outside(msgspec.json.schema(Report, schema_hook=lambda _plan: {"type": "object"}))
    definitions = schema["$defs"]
    definitions["UnderstoodRow"]["properties"]["spec"] = {"type": "object"}
    schema["$defs"] = {name: definitions[name] for name in _used("Report", definitions)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Backtest report, version {SCHEMA_VERSION}",
        **schema,
    }


def _used(name: str, definitions: dict[str, Any]) -> list[str]:
    """A definition and all those it leads to, each once."""
    found = [name]
    for one in found:  # grows while it is walked
        for other in re.findall(r'"#/\$defs/(\w+)"', msgspec.json.encode(definitions[one]).decode()):
            if other not in found:
                found.append(other)
    return found


def schema_json() -> bytes:
    """The schema as it is published."""
    return msgspec.json.format(msgspec.json.encode(report_schema()), indent=2) + b"\n"


def _outside(schema: Any) -> Any:
    """The schema with keys as they stand in the JSON: `return` for `return_`."""
    if isinstance(schema, list):
        return [_outside(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _outside(part) for key, part in schema.items()}
    if isinstance(found.get("properties"), dict):
        found["properties"] = {key.removesuffix("_"): part for key, part in found["properties"].items()}
    if isinstance(found.get("required"), list):
        found["required"] = [key.removesuffix("_") for key in found["required"]]
    return found
