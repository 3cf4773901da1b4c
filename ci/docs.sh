#!/bin/bash
# The manual in HTML by Doxygen, of the header, README.md, docs/ and c-examples/: `ci/docs.sh FOLDER` writes FOLDER/html.
# Packages: doxygen.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$1
mkdir -p "$out"

# A page for each example; its text is the first comment of the file.
for example in c-examples/*.c; do
    printf '/** @example %s\n' "$(basename "$example")"
    sed -n '1,/\*\//p' "$example" | sed -e 's/^\/\*//' -e 's/\*\/.*//'
    printf '*/\n'
done > "$out/examples.dox"

{
    cat docs/Doxyfile
    echo "OUTPUT_DIRECTORY = $out"
    echo "INPUT += $out/examples.dox"
} | doxygen -
echo "$out/html/index.html"
