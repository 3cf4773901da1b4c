"""Every function of the C header has a way from Python, and the generated modules are current."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import sqrtspace

PYTHON = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PYTHON / "tools"))
header = pytest.importorskip("header")
HEADER = header.HEADER.read_text(encoding="utf-8")
GENERATED = {"_status.py", "_structs.py"}
# sqs_pipeline_new() without the planner, for programs that link statically: `Pipeline.seal_planned` works with both.
OTHER_WAYS = {"sqs_pipeline_new_planned"}


def called() -> set[str]:
    """Attributes of `lib` in the code of the package: sqs_... names, and kinds by the names of their methods."""
    names = set()
    for path in (PYTHON / "src" / "sqrtspace").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "lib":
                names.add(node.attr)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("sqs_"):
                names.add(node.value)
    return names


def test_every_function_of_the_header_is_called() -> None:
    functions = set(header.functions(HEADER))
    assert len(functions) >= 115
    kinds = {f"sqs_kind_{kind.name}" for kind in header.kinds(HEADER)}
    assert functions >= OTHER_WAYS
    missing = functions - called() - kinds - OTHER_WAYS
    assert not missing, f"no way from Python: {sorted(missing)}"


def test_a_new_function_would_be_missed() -> None:
    text = HEADER.replace("const char *sqs_version(void);", "const char *sqs_version(void);\nvoid sqs_new_call(int x);")
    assert set(header.functions(text)) - called() >= {"sqs_new_call"}


def test_every_kind_is_a_method_with_its_parameters() -> None:
    kinds = header.kinds(HEADER)
    assert len(kinds) >= 40
    for kind in kinds:
        method = getattr(sqrtspace.Pipeline, kind.name)
        names = method.__code__.co_varnames
        for param in kind.params:
            assert param.name in names or param.name + "_" in names, f"{kind.name}.{param.name}"
        assert kind.summary.split()[0] in method.__doc__


def test_no_kind_hides_a_method_of_the_pipeline() -> None:
    from sqrtspace._evaluate import Evaluation
    from sqrtspace._kinds import Kinds

    kinds = {name for name in vars(Kinds) if not name.startswith("_")}
    own = {name for cls in Evaluation.__mro__ if cls not in (Kinds, object) for name in vars(cls)}
    assert not kinds & own


def test_every_field_that_the_library_fills_is_in_its_class() -> None:
    from sqrtspace._native import ffi

    generate = importlib.import_module("generate")
    assert len(generate.RESULTS) >= 8
    for struct, cls in generate.RESULTS.items():
        fields = {name for name, _ in ffi.typeof(struct).fields} - {"struct_size", "reserved"}
        assert fields == set(getattr(sqrtspace, cls).__dataclass_fields__)


def test_every_error_has_an_exception() -> None:
    errors = {number for name, (number, _) in header.constants(HEADER).items() if name.startswith("SQS_ERR_")}
    assert errors == set(sqrtspace._status.ERRORS)  # type: ignore[attr-defined]


def test_generated_modules_are_current() -> None:
    run = subprocess.run([sys.executable, PYTHON / "tools" / "generate.py", "--check"], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_abi_and_hook() -> None:
    assert sqrtspace.abi_version() >= 1000
    with pytest.raises(sqrtspace.UnsupportedError):
        sqrtspace.panic_hook(lambda file, line: None)
