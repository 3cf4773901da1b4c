#!/bin/bash
# The library, the driver and the C programs on PowerPC 750 (32 bits, big-endian) under QEMU: all Rust tests but the few
# named below, the C tests, the C examples against their expected output, the checks of flight targets. `--long`: files of
# more than 4 GiB, whole.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/ppc/env.sh

# What needs a compiler or a cargo on the machine the tests run on, that is, inside the emulator.
declare -A needs_host=(
    [abi]="runs gcc; the C programs are compiled and run below"
    [install]="runs make install, pkg-config and CMake for the host"
    [project]="reads the sources and runs cargo and nm"
)
# Single tests, by name.
declare -A skipped=(
    [a_long_recording_uses_no_more_memory_than_planned]="the peak memory of the process is the emulator's"
    [a_killed_classic_run_is_reported_and_plotted]="a shell, which is not emulated, runs the driver there"
)

if [ "${1:-}" = --long ]; then
    SQS_LONG=1 ppc_cargo test --profile emulated --test engine far_offsets -- --nocapture
    exit
fi

tests=()
for file in tests/*/main.rs; do
    name=$(basename "$(dirname "$file")")
    [ -n "${needs_host[$name]:-}" ] || tests+=(--test "$name")
done
skips=()
for name in "${!skipped[@]}"; do skips+=(--skip "$name"); done
# Run one in this number of random cases.
export SQS_TEST_SHARE=${SQS_TEST_SHARE:-10}
ppc_cargo test --no-fail-fast --profile emulated -p sqrtspace --lib "${tests[@]}" -- "${skips[@]}"
ppc_cargo test --no-fail-fast --profile emulated -p driver -- "${skips[@]}"

ppc_cargo build --profile emulated -p sqrtspace --lib
library=$CARGO_TARGET_DIR/$target/emulated/libsqrtspace.a
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
passed=0
for source in ctests/*.c c-examples/*.c; do
    name=$(basename "$source" .c)
    "${ppc_cc[@]}" -Wall -Wextra -Wpedantic -Wconversion -Werror "$source" "$library" -lpthread -lm -ldl -o "$out/$name"
    (cd "$out" && $SQS_EMULATOR "./$name") > "$out/log" || { cat "$out/log"; echo "ppc: $name failed"; exit 1; }
    expected=c-examples/expected/$name.txt
    [ ! -e "$expected" ] || diff "$expected" "$out/log" || { echo "ppc: $name printed something else"; exit 1; }
    passed=$((passed + 1))
done
echo "ppc: $passed C programs passed"

# What a bare LEON3 runs, as one program; its benches are of that machine.
python3 targets/checks/golden.py tests/golden > "$out/golden.h"
checks=()
for source in targets/checks/*.c; do
    [[ $source == */bench* ]] || checks+=("$source")
done
"${ppc_cc[@]}" -std=gnu99 -Wall -Wextra -Werror -I "$out" "${checks[@]}" "$library" -lpthread -lm -ldl -o "$out/checks"
$SQS_EMULATOR "$out/checks" || { echo "ppc: targets/checks failed"; exit 1; }
for name in "${!needs_host[@]}"; do echo "ppc: left out: tests/$name: ${needs_host[$name]}"; done
for name in "${!skipped[@]}"; do echo "ppc: left out: $name: ${skipped[$name]}"; done
