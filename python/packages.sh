#!/bin/bash
# What is published: `python/packages.sh FOLDER` writes the source distribution, and the wheel that cargo builds from it,
# to FOLDER/packages. Installs the wheel in every Python from 3.10 to 3.13 that is found, and tests pipelines and codec
# there. Variable: NEED, versions that must be found.
set -euo pipefail
cd "$(dirname "$0")"
folder=$(mkdir -p "$1" && realpath "$1")
made=$folder/packages
rm -rf "$made"
mkdir -p "$made"
export CARGO_TARGET_DIR=$folder/cargo-packages PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv "$made/tools"
"$made/tools/bin/pip" install -q "maturin>=1.7,<2" "cffi>=1.15"
PATH=$made/tools/bin:$PATH
maturin sdist -o "$made"
mkdir "$made/sources"
tar xzf "$made"/sqrtspace-*.tar.gz -C "$made/sources" --strip-components 1
(cd "$made/sources" && maturin build --release -o "$made")
wheel=$(ls "$made"/sqrtspace-*-py3-none-manylinux*.whl)
cp -r tests "$made/tests"
tested=
for minor in 10 11 12 13; do
    python=$(command -v "python3.$minor") && "$python" -c '' 2> /dev/null || continue
    "$python" -m venv "$made/3.$minor"
    "$made/3.$minor/bin/pip" install -q "$wheel" pytest
    (cd "$made" && "3.$minor/bin/python" -m pytest -p no:cacheprovider -q tests/test_{pipeline,codec,kinds}.py)
    tested="$tested 3.$minor"
done
echo "$(basename "$wheel"), tested with$tested"
for version in ${NEED:-}; do
    [[ " $tested " == *" $version "* ]] || { echo "not found: Python $version" >&2; exit 1; }
done
