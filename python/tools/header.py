"""Reads include/sqrtspace.h: functions, integer constants, structs and the reference texts of the kinds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

HEADER = Path(__file__).resolve().parents[2] / "include" / "sqrtspace.h"

_COMMENT = r"/\*\*(?P<doc>(?:[^*]|\*(?!/))*)\*/\s*"


@dataclass
class Field:
    """A field of a struct."""

    name: str
    type: str
    count: int
    doc: str


@dataclass
class Struct:
    """A struct of the header."""

    name: str
    doc: str
    fields: list[Field]


@dataclass
class Param:
    """A parameter of a kind."""

    name: str
    type: str
    unit: str
    range: str
    default: str
    meaning: str = ""


@dataclass
class Kind:
    """The reference text of a kind of built-in stages."""

    name: str
    summary: str
    items: dict[str, str] = field(default_factory=dict)
    params: list[Param] = field(default_factory=list)


def text_of(comment: str) -> str:
    """The text of a C comment: without stars, paragraphs joined."""
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment.strip().splitlines()]
    return "\n".join(lines).strip()


def sentence(comment: str) -> str:
    """A comment as one paragraph, with Doxygen's references as plain text."""
    text = " ".join(text_of(comment).split())
    return re.sub(r"#(SQS_)", r"\1", text.removeprefix("< "))


def code_of(header: str) -> str:
    """The header without comments and directives."""
    text = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    text = re.sub(r"^#.*?(?<!\\)$", "", text, flags=re.S | re.M)
    return text.replace('extern "C" {', "")


def functions(header: str) -> list[str]:
    """Names of all functions."""
    return re.findall(r"\b(sqs_\w+)\((?!\*)", re.sub(r"\(\*\w+\)\([^)]*\)", "", code_of(header)))


def constants(header: str) -> dict[str, tuple[int, str]]:
    """Integer constants with their meaning."""
    found = {}
    pattern = r"^#define (SQS_\w+) +(\(?-?\d+\)?|UINT64_MAX)(?: */\*\*<(.*?)\*/)?"
    for name, value, doc in re.findall(pattern, header, flags=re.S | re.M):
        number = 2**64 - 1 if value == "UINT64_MAX" else int(value.strip("()"))
        found[name] = (number, sentence(doc))
    return found


def structs(header: str) -> dict[str, Struct]:
    """Structs with their fields."""
    found = {}
    pattern = _COMMENT + r"(?:typedef )?struct (?P<name>sqs_\w+) \{\n(?P<body>.*?)^\}"
    for match in re.finditer(pattern, header, flags=re.S | re.M):
        fields = [
            Field(f["name"], f["type"].strip(), int(f["count"] or 1), sentence(f["doc"]))
            for f in re.finditer(_COMMENT + r"(?P<type>[\w ]+[ *]+)(?P<name>\w+)(?:\[(?P<count>\d+)\])?;", match["body"])
        ]
        found[match["name"]] = Struct(match["name"], sentence(match["doc"]), fields)
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _kind(doc: str) -> Kind:
    paragraphs = text_of(doc).split("\n\n")
    name, summary = " ".join(paragraphs[0].split()).split(": ", 1)
    kind = Kind(name, summary)
    for paragraph in paragraphs[1:]:
        if paragraph.startswith("- "):
            for item in re.split(r"^- ", paragraph, flags=re.M)[1:]:
                key, text = " ".join(item.split()).split(": ", 1)
                kind.items[key] = text
        elif paragraph.startswith("|"):
            head, _, *rows = [_cells(line) for line in paragraph.splitlines()]
            for row in rows:
                cells = dict(zip(head, row, strict=True))
                kind.params.append(
                    Param(
                        cells["Parameter"],
                        cells["Type"],
                        cells["Unit"],
                        cells["Range"],
                        cells["Default"],
                        cells.get("Meaning", ""),
                    )
                )
    for param in kind.params:
        param.meaning = kind.items.pop(param.name, param.meaning)
    return kind


def kinds(header: str) -> list[Kind]:
    """The kinds of built-in stages, in the order of the header."""
    pattern = _COMMENT + r"const sqs_kind \*sqs_kind_(?P<name>\w+)\(void\);"
    found = []
    for match in re.finditer(pattern, header):
        kind = _kind(match["doc"])
        assert kind.name == match["name"], f"the text of {match['name']} is that of {kind.name}"
        found.append(kind)
    return found
