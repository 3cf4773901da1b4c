#!/bin/bash
# The control of run.sh: a program that reads a word from an odd address must fail, with its location reported: control.sh TRAP.elf
set -uo pipefail
if out=$("$(dirname "$0")/run.sh" "$1" 60); then
    echo "control.sh: a misaligned access passes: $out"
    exit 1
fi
if ! grep -q 'TRAP misaligned access, type 7' <<< "$out" || ! grep -q 'console.c:' <<< "$out"; then
    echo "control.sh: a misaligned access is not reported: $out"
    exit 1
fi
echo "control.sh: a misaligned access ends a run and is reported: $(grep 'console.c:' <<< "$out" | head -n 1)"
