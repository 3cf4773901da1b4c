#!/bin/bash
# Code and data of the library in a program that can reach all of it: size.sh [OUT]. One line for each target and set of
# features; docs/sizes.txt holds them, and a change of the library updates it (make size).
set -euo pipefail
cd "$(dirname "$0")"
out=${1:-${CARGO_TARGET_DIR:-../target}/surface}
mkdir -p "$out"
echo "target features text rodata data bss"
for features in flight,codec flight; do
    if [ -z "${SQS_LEON_LIBRARIES:-}" ]; then
        ./library.sh sparc-unknown-none-elf gr740 "$features" "${CARGO_TARGET_DIR:-../target}/leon3-${features//,/-}"
        dir=${CARGO_TARGET_DIR:-../target}/leon3-${features//,/-}/sparc-unknown-none-elf/flight
    else
        dir=$SQS_LEON_LIBRARIES/leon3-${features//,/-}/sparc-unknown-none-elf/flight
    fi
    program=$out/${features//,/-}
    python3 surface.py sparc64-linux-gnu- "$dir/libsqrtspace.a" > "$program.c"
    SQS_LEON_LIBRARY=$dir/libsqrtspace.a leon3/build.sh "$program" "$program.c"
    # Of the program's own there are some hundred bytes: start-up, traps, memcpy and its like.
    sparc64-linux-gnu-size -A "$program.elf" | awk -v what="leon3 $features" '
        $1 ~ /^\.(text|rodata|data|bss)$/ { size[$1] = $2 }
        END { print what, size[".text"] + 0, size[".rodata"] + 0, size[".data"] + 0, size[".bss"] + 0 }'
done
