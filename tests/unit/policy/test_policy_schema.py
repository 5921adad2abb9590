"""The published JSON Schema: it is the model's, and each part explains itself."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from secondwind.commands.policy.schema import FILE, as_json, schema
from secondwind.commands.policy.words import kinds
from tools.policy_reference import BEGIN, END, with_tables

ROOT = Path(__file__).resolve().parents[3]


def test_published_schema_is_the_models() -> None:
    """The committed file is what `secondwind policy schema` prints (`python -m tools.policy_files` writes it)."""
    jsonschema.Draft202012Validator.check_schema(schema())
    assert (ROOT / FILE).read_text(encoding="utf-8") == as_json()


def test_reference_is_the_models() -> None:
    """The tables of docs/policy.md are made from the model (`python -m tools.policy_files` writes them)."""
    text = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    assert with_tables(text) == text
    between = text.partition(BEGIN)[2].partition(END)[0]
    for kind in kinds():
        assert all(f"| `{word.name}` |" in between for word in kind.words)


def test_document_without_marks_is_refused() -> None:
    """Nothing is written into a document that does not say where."""
    with pytest.raises(ValueError, match="no marks"):
        with_tables("# The policy")


def test_every_part_explains_itself_to_an_editor() -> None:
    """Each mapping refuses unknown keys, each field has a description, each enum one for its values."""
    for kind in kinds():
        definition = schema()["$defs"][kind.name]
        assert definition["description"]
        if kind.is_enum:
            assert len(definition["enumDescriptions"]) == len(definition["enum"])
        else:
            assert definition["additionalProperties"] is False
            assert all(field["description"] for field in definition["properties"].values())
