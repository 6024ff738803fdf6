"""What somebody needs who writes a playbook: the JSON Schema for the editor, and a table of all actions."""

from __future__ import annotations

from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from orderwatch.core.playbook.actions import ACTIONS, OPEN, Action
from orderwatch.core.playbook.facts import VARIABLES
from orderwatch.core.playbook.schema import Playbook

SCHEMA_FILE: Final = "playbook.schema.json"
_DURATION: Final = r"^(?=.)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$|^P(?=.)(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$"
_KINDS: Final[dict[str, dict[str, Any]]] = {
    "int": {"type": "integer"},
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "strings": {"type": "array", "items": {"type": "string"}},
}


class _Generator(GenerateJsonSchema):
    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> JsonSchemaValue:
        del schema
        return {"type": "string", "pattern": _DURATION, "examples": ["15m", "6h", "2d", "P3D"]}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """What may be left out is left out; nobody writes ``null``."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return {
            key: value for key, value in super().default_schema(schema).items() if (key, value) != ("default", None)
        }


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a playbook file: what each field may hold, and what each action wants in ``with``."""
    schema = Playbook.model_json_schema(schema_generator=_Generator)
    definitions, step = schema["$defs"], schema["$defs"]["Step"]
    for action in ACTIONS.values():
        inputs = action.inputs.model_json_schema(schema_generator=_Generator, ref_template="#/$defs/{model}")
        definitions |= inputs.pop("$defs", {})
        definitions[action.inputs.__name__] = inputs
    step["properties"]["action"] = {
        "oneOf": [{"const": name, "description": _in_both_languages(action)} for name, action in ACTIONS.items()]
    }
    step["allOf"] = [_with_action(name, action) for name, action in ACTIONS.items()]
    step["oneOf"] = [{"required": ["action"]}, {"required": ["gate"], "not": {"required": ["with"]}}]
    definitions["Test"]["properties"]["given"] = {
        "type": "object",
        "properties": {name: _KINDS[kind] for name, kind in VARIABLES.items()},
        "additionalProperties": False,
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def actions_table() -> str:
    """All actions as a Markdown table."""
    lines = [
        "| action | what it does | with | side effect | taken back by | idempotency | order stands in |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, action in ACTIONS.items():
        inputs = ", ".join(
            f"{field}{'' if about.is_required() else '?'}" for field, about in action.inputs.model_fields.items()
        )
        undo = f"`{action.undo}`" if action.undo else "–"
        about = f"{_in_both_languages(action)} | {inputs or '–'} | {action.side_effect} | {undo} | {action.idempotency}"
        lines.append(f"| `{name}` | {about} | {'any node' if action.nodes == OPEN else ', '.join(action.stands_in)} |")
    return "\n".join(lines) + "\n"


def _with_action(name: str, action: Action) -> dict[str, Any]:
    """What a step must and may say when it does this."""
    inputs = action.inputs
    wanted: dict[str, Any] = {"with": {"$ref": f"#/$defs/{inputs.__name__}"}}
    wanted["undo"] = {"const": action.undo} if action.undo else False
    required = ["with"] if any(field.is_required() for field in inputs.model_fields.values()) else []
    required += ["undo"] if action.undo else []
    required += ["limit", "once", "needs"] if action.side_effect == "money" else []
    required += ["once"] if action.side_effect == "customer" else []
    if action.about_one_order:
        wanted["each"] = {"const": "order"}
        required.append("each")
    then = {"properties": wanted} | ({"required": required} if required else {})
    return {"if": {"properties": {"action": {"const": name}}, "required": ["action"]}, "then": then}


def _in_both_languages(action: Action) -> str:
    return f"{action.title.zh} {action.title.en}"
