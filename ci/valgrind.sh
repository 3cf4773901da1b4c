#!/bin/bash
# C tests and examples under valgrind, as many at a time as there are processors: no errors, no leaks. test_no_malloc brings its
# own allocator, so it is left out.
set -euo pipefail
cd "$(dirname "$0")/.."
# What the static library needs: cargo repeats the note when nothing is to do.
notes=$(cargo rustc --color never --lib -- --print native-static-libs 2>&1) || { echo "$notes"; exit 1; }
libs=$(echo "$notes" | sed -n 's/^note: native-static-libs: //p' | tail -n 1)
[ -n "$libs" ] || { echo "$notes"; echo "valgrind: rustc printed no native-static-libs"; exit 1; }
built=${CARGO_TARGET_DIR:-target}/debug
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# For tests that valgrind would have to share with: its allocator takes the place of theirs, and it needs address space.
export SQS_VALGRIND=1

# check SOURCE: compiles and runs one program.
check() {
    local name
    name=$(basename "$1" .c)
    # shellcheck disable=SC2086 # several words
    gcc -std=c99 -g -ffp-contract=off -Iinclude "$1" "$built/libsqrtspace.a" $libs -o "$out/$name"
    valgrind --quiet --error-exitcode=9 --suppressions=ci/valgrind.supp --leak-check=full --errors-for-leak-kinds=all \
        --show-leak-kinds=all "$out/$name" > "$out/$name.log" 2>&1 || { cat "$out/$name.log"; echo "valgrind: $name failed"; exit 255; }
}
export -f check
export built libs out

printf '%s\n' ctests/*.c c-examples/*.c | grep -v /test_no_malloc.c > "$out/sources"
xargs -a "$out/sources" -P "$(nproc)" -I{} bash -euc 'check {}'
echo "valgrind: $(wc -l < "$out/sources") programs, no errors, no leaks"
