#!/bin/bash
# C tests and examples under valgrind, as many at a time as there are processors: no errors, no leaks. Left out: test_no_malloc
# and test_codec_no_heap, which bring their own allocator; and test_flips, whose processes read damaged memory on purpose.
set -euo pipefail
cd "$(dirname "$0")/.."
# Optimized, with every check on: under valgrind twice as fast as profile dev. With a test of the same package, cargo
# chooses the features that `make test-long` chooses, which then finds the library built.
cargo build --profile checked --lib --test codec
library=${CARGO_TARGET_DIR:-target}/checked/libsqrtspace.a
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# For tests that valgrind would have to share with: its allocator takes the place of theirs, and it needs address space.
export SQS_VALGRIND=1

# check SOURCE: compiles and runs one program. Status 255 ends xargs.
check() {
    local name
    name=$(basename "$1" .c)
    gcc -std=c99 -g -ffp-contract=off -Iinclude "$1" "$library" -lgcc_s -lutil -lrt -lpthread -lm -ldl -o "$out/$name" || exit 255
    valgrind --quiet --error-exitcode=9 --suppressions=ci/valgrind.supp --leak-check=full --errors-for-leak-kinds=all \
        --show-leak-kinds=all "$out/$name" > "$out/$name.log" 2>&1 || { cat "$out/$name.log"; echo "valgrind: $name failed"; exit 255; }
}
export -f check
export library out

# The longest first.
printf '%s\n' ctests/test_{reverse,codec_stream}.c ctests/*.c c-examples/*.c | grep -vE "/test_(no_malloc|codec_no_heap|flips)\.c" | awk '!seen[$0]++' > "$out/sources"
xargs -a "$out/sources" -P "$(nproc)" -I{} bash -euc 'check {}'
echo "valgrind: $(wc -l < "$out/sources") programs, no errors, no leaks"
