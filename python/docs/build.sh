#!/bin/bash
# The documentation in HTML: `docs/build.sh FOLDER`, the folder of python/test.sh, in whose environment it runs. Executes
# the notebooks and the examples. Warnings are errors. Then a test opens a page in headless Chromium, where that is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(realpath "$1")
python=$folder/venv/bin/python
[ -x "$python" ] || { echo "run python/test.sh first" >&2; exit 1; }
export MPLBACKEND=Agg
"$folder/venv/bin/pip" install -q --disable-pip-version-check ".[docs,examples]"
pages=$folder/docs/pages
rm -rf "$folder/docs"
mkdir -p "$pages"
SQRTSPACE_NOTEBOOKS=$pages/notebooks "$python" -m pytest -o faulthandler_timeout=0 -p no:cacheprovider docs/test_notebooks.py
"$python" -m pytest -rs -p no:cacheprovider tests/test_examples.py
cp -r docs/conf.py docs/index.md docs/api "$pages"
"$python" docs/pages.py "$pages"
"$python" -m sphinx -q -W --keep-going -b html "$pages" "$folder/docs/html"
SQRTSPACE_DOCS=$folder/docs/html "$python" -m pytest -rs -p no:cacheprovider docs/test_docs.py
echo "$folder/docs/html/index.html"
