#!/bin/bash
# C tests and examples with sanitizers: `ci/sanitize.sh address` (AddressSanitizer in the library and the programs, UndefinedBehaviorSanitizer
# in the programs) or `ci/sanitize.sh thread` (ThreadSanitizer in the library, its standard library and the programs with threads).
# They need nightly Rust; without one the script reports that it skips, or fails if SQS_NEED_NIGHTLY is set. Packages: clang.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=$1
host=$(rustc -vV | sed -n 's/^host: //p')
if ! rustc +nightly --version > /dev/null 2>&1; then
    echo "sanitize: skipped: nightly Rust is not installed"
    [ -z "${SQS_NEED_NIGHTLY:-}" ]
    exit
fi

# Left out: programs that replace malloc, and test_flips, whose processes read damaged memory on purpose.
sources=$(grep -L __libc_malloc ctests/*.c c-examples/*.c | grep -v /test_flips)
std=()
case $kind in
address) runtime=asan; flags="-fsanitize=address,undefined -fsanitize-undefined-trap-on-error" ;;
thread)
    # Without instrumentation of the standard library its locks are unknown, and every use of them is a data race.
    std=(-Zbuild-std)
    runtime=tsan
    flags="-fsanitize=thread"
    # shellcheck disable=SC2086 # several words
    sources=$(grep -lE 'pthread_create|_async\(' $sources)
    ;;
*)
    echo "sanitize: '$kind' is neither address nor thread" >&2
    exit 2
    ;;
esac

target=${CARGO_TARGET_DIR:-target}/sanitize-$kind
RUSTFLAGS="-Zsanitizer=$kind" cargo +nightly build -q --profile checked --lib --target "$host" --target-dir "$target" "${std[@]}"
# Clang's own runtime may be older than the one that nightly Rust's calls need.
runtime=$(rustc +nightly --print sysroot)/lib/rustlib/$host/lib/librustc-nightly_rt.$runtime.a
library=$target/$host/checked/libsqrtspace.a
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# As under valgrind, tests do not limit the address space, which the sanitizers use for themselves.
export SQS_SANITIZED=$kind SQS_VALGRIND=1 ASAN_OPTIONS=detect_stack_use_after_return=1 TSAN_OPTIONS=halt_on_error=1:die_after_fork=0

# check SOURCE: compiles and runs one program. Status 255 ends xargs.
check() {
    local name
    name=$(basename "$1" .c)
    # shellcheck disable=SC2086 # several words
    clang -std=gnu99 -g -O1 $flags -ffp-contract=off -Iinclude -c "$1" -o "$out/$name.o" || exit 255
    clang "$out/$name.o" -rdynamic -Wl,--whole-archive "$runtime" -Wl,--no-whole-archive "$library" \
        -lgcc_s -lutil -lrt -lpthread -lm -ldl -o "$out/$name" || exit 255
    (cd "$out" && "./$name" > "$name.log" 2>&1) || { cat "$out/$name.log"; echo "sanitize: $name failed"; exit 255; }
}
export -f check
export library runtime out flags
printf '%s\n' $sources | xargs -P "$(nproc)" -I{} bash -euc 'check {}'
echo "sanitize: $(printf '%s\n' $sources | wc -l) programs with the $kind sanitizer, no errors"
