"""An evaluator of JSON Schema, to compare with."""
from __future__ import annotations

import json
import re
from pathlib import Path

KNOWN = {
    "$schema", "$id", "$defs", "$ref", "title", "description", "discriminator", "type", "const", "enum",
    "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "items",
    "properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties",
    "oneOf", "anyOf", "uniqueItems", "if", "then", "else",
}  # fmt: skip


class Evaluator:
    """The part of JSON Schema 2020-12 that the files use."""

    def __init__(self, folder: Path) -> None:
        self.files = {path.name: json.loads(path.read_text()) for path in folder.glob("*.schema.json")}

    def valid(self, reference, value, file=""):
        name, _, fragment = reference.partition("#")
        file = name or file
        schema = self.files[file]
        for token in fragment.split("/")[1:]:
            schema = schema[token]
        return self.check(schema, value, file)

    def check(self, schema, value, file):
        """Whether a value fits a schema; true for the schema ``true``."""
        if schema is True:
            return True
        if not set(schema) <= KNOWN:
            raise NotImplementedError(set(schema) - KNOWN)
        if "$ref" in schema and not self.valid(schema["$ref"], value, file):
            return False
        types = {
            "object": isinstance(value, dict),
            "array": isinstance(value, list),
            "string": isinstance(value, str),
            "boolean": isinstance(value, bool),
            "integer": type(value) is int,
            "null": value is None,
        }
        wanted = schema.get("type", [])
        wanted = [wanted] if isinstance(wanted, str) else wanted
        if wanted and not any(types[kind] for kind in wanted):
            return False
        constants = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if constants is not None and json.dumps(value) not in map(json.dumps, constants):
            return False
        if "oneOf" in schema and sum(self.check(s, value, file) for s in schema["oneOf"]) != 1:
            return False
        if "anyOf" in schema and not any(self.check(s, value, file) for s in schema["anyOf"]):
            return False
        if "if" in schema:
            branch = "then" if self.check(schema["if"], value, file) else "else"
            if not self.check(schema.get(branch, True), value, file):
                return False
        if types["integer"] and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            return False
        if types["string"]:
            size = len(value)
            pattern = re.sub(r"\$$", r"\\Z", schema.get("pattern", ""))
            if not re.search(pattern, value):
                return False
        elif types["array"]:
            size = len(value)
            if not all(self.check(schema.get("items", {}), entry, file) for entry in value):
                return False
            if schema.get("uniqueItems") and len(set(map(json.dumps, value))) != size:
                return False
        elif types["object"]:
            size = len(value)
            properties = schema.get("properties", {})
            if not set(schema.get("required", ())) <= set(value):
                return False
            for name, member in value.items():
                if not self.check(schema.get("propertyNames", {}), name, file):
                    return False
                rest = schema.get("additionalProperties", True)
                other = {} if rest is True else rest
                if name in properties:
                    if not self.check(properties[name], member, file):
                        return False
                elif other is False or not self.check(other, member, file):
                    return False
        else:
            return True
        unit = {"string": "Length", "array": "Items", "object": "Properties"}
        kind = next(kind for kind in unit if types[kind])
        return schema.get("min" + unit[kind], size) <= size <= schema.get("max" + unit[kind], size)
