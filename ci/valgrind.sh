#!/bin/bash
# C tests and examples under valgrind: no errors, no leaks. test_no_malloc brings its own allocator, so it is left out.
set -euo pipefail
cd "$(dirname "$0")/.."
# What the static library needs: cargo repeats the note when nothing is to do.
notes=$(cargo rustc --color never --lib -- --print native-static-libs 2>&1) || { echo "$notes"; exit 1; }
libs=$(echo "$notes" | sed -n 's/^note: native-static-libs: //p' | tail -n 1)
[ -n "$libs" ] || { echo "$notes"; echo "valgrind.sh: rustc printed no native-static-libs"; exit 1; }
built=${CARGO_TARGET_DIR:-target}/debug
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# For tests that valgrind would have to share with: its allocator takes the place of theirs, and it needs address space.
export SQS_VALGRIND=1
passed=0
for source in ctests/*.c c-examples/*.c; do
    name=$(basename "$source" .c)
    [ "$name" = test_no_malloc ] && continue
    # shellcheck disable=SC2086 # several words
    gcc -std=c99 -g -ffp-contract=off -Iinclude "$source" "$built/libsqrtspace.a" $libs -o "$out/$name"
    valgrind --quiet --error-exitcode=9 --suppressions=ci/valgrind.supp --leak-check=full \
        --errors-for-leak-kinds=all --show-leak-kinds=all "$out/$name" > "$out/log" || { cat "$out/log"; echo "valgrind: $name failed"; exit 1; }
    passed=$((passed + 1))
done
echo "valgrind: $passed programs, no errors, no leaks"
