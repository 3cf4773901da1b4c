#!/usr/bin/env python3
"""Writes the modules of the package that follow from include/sqrtspace.h: `python tools/generate.py`.

With `--check` nothing is written; the exit status is 1 if a module is not current.
"""

from __future__ import annotations

import keyword
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import header

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "sqrtspace"
NOTE = "# Generated from include/sqrtspace.h by tools/generate.py. Do not edit."

# Exceptions of Python that an error is, too.
BASES = {
    "ARGUMENT": "ValueError",
    "NAME": "ValueError",
    "GRAPH": "ValueError",
    "FORMAT": "ValueError",
    "RANGE": "IndexError",
    "OVERFLOW": "OverflowError",
    "MEMORY": "MemoryError",
    "BUDGET": "MemoryError",
    "IO": "OSError",
    "UNSUPPORTED": "NotImplementedError",
}

# Structs that the library fills: classes of the package.
RESULTS = {
    "sqs_plan_info": "PlanInfo",
    "sqs_stats": "Stats",
    "sqs_codec_stats": "CodecStats",
    "sqs_progress": "Progress",
    "sqs_row_info": "RowInfo",
    "sqs_wait": "Wait",
    "sqs_stage_counts": "StageCounts",
    "sqs_param_info": "ParamInfo",
    "sqs_event": "Event",
}
TYPES = {"double": "float", "char": "str", "const char *": "str"}

def wrapped(text: str, indent: int, first: str = "") -> str:
    """Text in lines of at most 100 columns."""
    pad = " " * indent
    return textwrap.fill(text, 100, initial_indent=pad + first, subsequent_indent=pad, break_long_words=False)


def docstring(text: str) -> str:
    """Text that can stand in a docstring."""
    return text.replace("\\", "\\\\").replace('"""', "'''")


def camel(name: str) -> str:
    """GRAPH -> Graph, STRUCT_SIZE -> StructSize."""
    return "".join(part.capitalize() for part in name.split("_"))


def status_module(text: str) -> str:
    """Statuses and the exceptions for errors."""
    statuses = {}
    for name, (number, doc) in header.constants(text).items():
        if name in ("SQS_OK", "SQS_AGAIN", "SQS_END") or name.startswith("SQS_ERR_"):
            statuses[name.removeprefix("SQS_")] = (number, doc)
    lines = [
        '"""Statuses of the library, and an exception for each error."""',
        NOTE,
        "",
        "from __future__ import annotations",
        "",
        "from enum import IntEnum",
        "",
        "",
        "class Status(IntEnum):",
        '    """Status of a call: 0 is success, a positive number a condition, a negative number an error."""',
    ]
    for name, (number, doc) in statuses.items():
        lines += ["", f"    {name} = {number}", wrapped(f'"""{docstring(doc)}"""', 4)]
    lines += [
        "",
        "",
        "class SqrtspaceError(Exception):",
        '    """An error of the library: `status`, `detail` (one sentence) and `errno` (0 if none)."""',
        "",
        "    status: int = 0",
        "    errno: int | None",
        "",
        '    def __init__(self, detail: str = "", status: int | None = None, os_errno: int = 0) -> None:',
        "        Exception.__init__(self, detail)",
        "        self.detail = detail",
        "        self.errno = os_errno",
        "        if status is not None:",
        "            self.status = status",
        "",
        "    def __str__(self) -> str:",
        "        return self.detail",
    ]
    classes = []
    for name, (number, doc) in statuses.items():
        if number >= 0:
            continue
        short = name.removeprefix("ERR_")
        base = BASES.get(short)
        cls = camel(short) + "Error" if base != "OSError" else "FileError"
        cls = {"MemoryError": "NoMemoryError", "OverflowError": "TooLargeError", "NameError": "NamingError"}.get(cls, cls)
        classes.append((name, cls))
        bases = "SqrtspaceError" + (f", {base}" if base else "")
        lines += ["", "", f"class {cls}({bases}):", wrapped(f'"""{docstring(doc)}"""', 4), ""]
        lines += [f"    status: int = Status.{name}"]
    lines += ["", "", "ERRORS: dict[int, type[SqrtspaceError]] = {"]
    lines += [f"    Status.{name}: {cls}," for name, cls in classes]
    return "\n".join([*lines, "}", ""])


def structs_module(text: str) -> str:
    """Dataclasses for the structs that the library fills."""
    found = header.structs(text)
    lines = [
        '"""Results of the library as dataclasses: a field for each field of the C struct."""',
        NOTE,
        "",
        "from __future__ import annotations",
        "",
        "from dataclasses import dataclass",
    ]
    for struct, cls in RESULTS.items():
        lines += ["", "", "@dataclass(frozen=True)", f"class {cls}:"]
        lines += [wrapped(f'"""{docstring(found[struct].doc)}"""', 4)]
        for field in found[struct].fields:
            if field.name in ("struct_size", "reserved"):
                continue
            kind = TYPES.get(field.type, "int")
            default = '""' if kind == "str" else "0"
            lines += ["", f"    {field.name}: {kind} = {default}"]
            lines += [wrapped(f'"""{docstring(field.doc)}"""', 4)]
    return "\n".join([*lines, ""])


ANNOTATIONS = {
    "number": "float",
    "integer": "int",
    "list": "Numbers",
    "number, list": "float | Numbers",
}
DOC_TYPES = {"number": "float", "integer": "int", "list": "array_like", "number, list": "float or array_like"}
OPTIONS = [
    ("name", "str | None", "None", "Name of the stage. Default: the kind, with a number if it is in use."),
    ("lookback", "int", "0", "Rows before the stage's own, for each source that is no `Edge`."),
    ("lookahead", "int", "0", "Rows after the stage's own, for each source that is no `Edge`."),
    ("boundary", "str", '"zero"', '"zero" or "clamp": rows outside of the range.'),
    ("cost_ns_per_row", "int", "0", "Estimated time of a row for the planner; 0: the estimate of the kind."),
]


def python_name(name: str) -> str:
    """A parameter as an identifier."""
    return name + "_" if keyword.iskeyword(name) else name


def method(kind: header.Kind) -> str:
    """The method that registers a kind."""
    required = [p for p in kind.params if p.default == "required"]
    optional = [p for p in kind.params if p.default != "required"]
    assert not {p.name for p in kind.params} & {name for name, *_ in OPTIONS}, kind.name
    several = kind.items["Input"].startswith(("2 to 16 edges", "two edges"))
    source = "Sequence[Source]" if several else "Source | Sequence[Source]"
    lines = [f"    def {python_name(kind.name)}(", "        self,"]
    lines += [f"        source: {source}," if several else f'        source: {source} = "input",', "        /,", "        *,"]
    lines += [f"        {python_name(p.name)}: {ANNOTATIONS[p.type]}," for p in required]
    lines += [f"        {python_name(p.name)}: {ANNOTATIONS[p.type]} | None = None," for p in optional]
    lines += [f"        {name}: {kind_of} = {default}," for name, kind_of, default, _ in OPTIONS]
    lines += ["    ) -> Stage:"]
    lines += [wrapped(f'"""{docstring(kind.summary)}', 8), ""]
    lines += ["        Parameters", "        ----------", "        source : node, Edge or name, or several"]
    lines += [wrapped(docstring(kind.items["Input"]), 12)]
    for p in required + optional:
        lines += [f"        {python_name(p.name)} : {DOC_TYPES[p.type]}"]
        given = [f"{p.meaning[:1].upper()}{p.meaning[1:]}."] if p.meaning else []
        given += [f"Unit: {p.unit}."] if p.unit != "-" else []
        given += [f"Valid: {p.range}."]
        given += [f"Default: {p.default}."] if p.default not in ("required", "-") else []
        lines += [wrapped(docstring(" ".join(given)), 12)]
    for name, kind_of, _, doc in OPTIONS:
        lines += [f"        {name} : {kind_of.split(' ')[0]}", wrapped(doc, 12)]
    lines += ["", "        Returns", "        -------", "        Stage"]
    lines += [wrapped("Rows: " + docstring(kind.items["Output"]) + ".", 12), "", "        Notes", "        -----"]
    lines += [wrapped("NaN: " + docstring(kind.items["NaN"]) + ".", 8)]
    lines += ["", wrapped(docstring(kind.items["Notes"]), 8)] if "Notes" in kind.items else []
    lines += ["", wrapped("Source: " + docstring(kind.items["Source"]) + ".", 8)] if "Source" in kind.items else []
    lines += ['        """']
    values = ", ".join(f'"{p.name}": {python_name(p.name)}' for p in kind.params)
    lines += [f"        params = {{{values}}}" if values else "        params: dict[str, object] = {}"]
    last = "name, lookback, lookahead, boundary, cost_ns_per_row"
    lines += [f'        return self._kind("{kind.name}", source, params, {last})']
    return "\n".join(lines)


def kinds_module(text: str) -> str:
    """Methods for the built-in kinds."""
    lines = [
        '"""Built-in kinds of stages as methods of `Pipeline`."""',
        NOTE,
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Mapping, Sequence",
        "",
        "from ._nodes import Numbers, Source, Stage",
        "",
        "",
        "class Kinds:",
        '    """Registers built-in stages: one method for each kind."""',
        "",
        "    def _kind(",
        "        self,",
        "        kind: str,",
        "        source: Source | Sequence[Source],",
        "        params: Mapping[str, object],",
        "        name: str | None,",
        "        lookback: int,",
        "        lookahead: int,",
        "        boundary: str,",
        "        cost_ns_per_row: int,",
        "    ) -> Stage:",
        "        raise NotImplementedError",
    ]
    for kind in header.kinds(text):
        lines += ["", method(kind)]
    return "\n".join([*lines, ""])


def modules() -> dict[Path, str]:
    """The generated modules."""
    text = header.HEADER.read_text(encoding="utf-8")
    return {
        PACKAGE / "_status.py": status_module(text),
        PACKAGE / "_structs.py": structs_module(text),
        PACKAGE / "_kinds.py": kinds_module(text),
    }


def main() -> int:
    """Writes or checks."""
    stale = [path for path, text in modules().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.name} is not current")
        if "--check" not in sys.argv:
            path.write_text(modules()[path], encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
