#!/bin/bash
# The library, its transforms, the driver and the C programs on PowerPC 750 (32 bits, big-endian) under QEMU: all Rust tests but the few
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
    [outputs]="signals and failing system calls of the driver, which the emulator would answer"
    [pictures]="plots and reports, which are drawn on hosts"
)
# Single tests, by name.
declare -A skipped=(
    [a_long_recording_uses_no_more_memory_than_planned]="the peak memory of the process is the emulator's"
    [a_killed_classic_run_is_reported_and_plotted]="a shell, which is not emulated, runs the driver there"
    [a_checkpoint_beyond_the_file_limit_is_an_error]="the same"
)

if [ "${1:-}" = --long ]; then
    SQS_LONG=1 ppc_cargo test --profile emulated --test engine far_offsets -- --nocapture
    exit
fi

# All in one build, for which cargo chooses features once.
tests=()
for file in tests/*/main.rs driver/tests/*.rs fft/tests/*.rs; do
    name=$(basename "${file%/main.rs}" .rs)
    [ -n "${needs_host[$name]:-}" ] || tests+=(--test "$name")
done
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
ppc_cargo test --no-run --profile emulated -p driver -p sqrtspace -p sqrtspace-fft --lib "${tests[@]}" \
    --message-format json-render-diagnostics > "$out/built"
# FOLDER PROGRAM of each test program, the longest first: all the driver's, and these before its others.
python3 - "$out/built" > "$out/programs" 3> "$out/library" << 'END'
import json, os, sys
made = [m for m in map(json.loads, open(sys.argv[1])) if m["reason"] == "compiler-artifact"]
tests = [m for m in made if m["executable"] and m["profile"]["test"]]
long = ["planner", "satcom", "bench", "audio"]
for m in sorted(tests, key=lambda m: (m["target"]["name"] not in long, "/driver/" not in m["manifest_path"])):
    print(os.path.dirname(m["manifest_path"]), m["executable"])
os.write(3, [f for m in made for f in m["filenames"] if f.endswith("/libsqrtspace.a")][0].encode())
END
[ "$(grep -c . "$out/programs")" -eq $((${#tests[@]} / 2 + 3)) ] || { echo "ppc: programs are missing" >&2; cat "$out/programs"; exit 1; }
# Run one in this number of random cases.
export SQS_TEST_SHARE=${SQS_TEST_SHARE:-10}
skips=()
for name in "${!skipped[@]}"; do skips+=(--skip "$name"); done
export skip="${skips[*]}" out
# run FOLDER PROGRAM: one program, where cargo runs it; its output at its end.
run() {
    local log started=$SECONDS
    log=$out/$(basename "$2").log
    # shellcheck disable=SC2086 # several words
    (cd "$1" && CARGO_MANIFEST_DIR=$1 $SQS_EMULATOR "$2" $skip) > "$log" 2>&1 || { cat "$log"; echo "ppc: $2 failed"; return 1; }
    cat "$log"
    echo "ppc: $2: $((SECONDS - started)) s"
}
export -f run
# As many at a time as there are processors; all of them, also when one fails.
xargs -a "$out/programs" -P "$(nproc)" -L 1 bash -c 'run "$@"' run

library=$(cat "$out/library")
passed=0
for source in ctests/*.c c-examples/*.c; do
    name=$(basename "$source" .c)
    # On hosts only: processes that crash on purpose, limits of files and touched pages, all of which are the emulator's.
    case $name in test_flips | test_file_limit | test_peak) continue ;; esac
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
