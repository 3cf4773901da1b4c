#!/bin/bash
# panics.py and graph.py find what they search for: in a program of this machine that panics and recurses.
set -euo pipefail
cd "$(dirname "$0")"
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT
rustc --edition 2024 -O -C panic=abort -C relocation-model=static --crate-type staticlib control/lib.rs -o "$out/libcontrol.a"
echo 'extern void sqs_control(void), sqs_again(void); void (*const all[])(void) = { sqs_control, sqs_again };
      void go(void) { all[*(volatile int *)0](); }' > "$out/go.c"
gcc -O1 -nostdlib -static -Wl,--gc-sections -Wl,-e,go -o "$out/control" "$out/go.c" "$out/libcontrol.a"
if found=$(python3 panics.py "" "$out/control"); then
    echo "control.sh: a program with a panic passes: $found"
    exit 1
fi
grep -q 'sqs_control -> core::panicking::panic_bounds_check' <<< "$found"
if found=$(python3 graph.py "" "$out/control"); then
    echo "control.sh: a program that calls itself passes: $found"
    exit 1
fi
grep -q 'cycle: sqs_again' <<< "$found"
echo "control.sh: both are found"
