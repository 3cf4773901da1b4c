#!/bin/bash
# Installs the packages into a virtual environment and tests them there: `python/test.sh FOLDER`. Variable: PYTHON.
set -euo pipefail
cd "$(dirname "$0")"
folder=$(mkdir -p "$1" && realpath "$1")
venv=$folder/venv
[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
export CARGO_TARGET_DIR=$folder/cargo PIP_DISABLE_PIP_VERSION_CHECK=1 MPLBACKEND=Agg
"$venv/bin/pip" install -q ".[test]"
# Setuptools builds in the folder of the sources: in a copy.
rm -rf "$folder/compat" && cp -r compat "$folder/compat"
"$venv/bin/pip" install -q --force-reinstall --no-deps "$folder/compat"
test=("$venv/bin/python" -m pytest -p no:cacheprovider --doctest-modules --ignore-glob="*_native*")
"${test[@]}" --pyargs sqrtspace tests
(cd compat && "${test[@]}" --pyargs sqrtspace_streams sigmalang tests)
"$venv/bin/python" -m mypy --cache-dir "$folder/mypy"
(cd compat && "$venv/bin/python" -m mypy --cache-dir "$folder/mypy-compat")
