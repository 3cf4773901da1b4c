#!/bin/bash
# Installs the package into a virtual environment and tests it there: `python/test.sh FOLDER`. Variable: PYTHON.
set -euo pipefail
cd "$(dirname "$0")"
folder=$(mkdir -p "$1" && realpath "$1")
venv=$folder/venv
[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
export CARGO_TARGET_DIR=$folder/cargo PIP_DISABLE_PIP_VERSION_CHECK=1
"$venv/bin/pip" install -q ".[test]"
"$venv/bin/python" -m pytest --doctest-modules --pyargs sqrtspace tests -p no:cacheprovider --ignore-glob="*_native*"
"$venv/bin/python" -m mypy --cache-dir "$folder/mypy"
