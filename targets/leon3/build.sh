#!/bin/bash
# Builds the flight library for LEON3 and a program of the C files given: build.sh OUT [-f FEATURES] [-D NAME] FILE.c ...
# OUT.elf is the program, OUT.map what the linker took. Tools: ci/flight-tools.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
out=$1
shift
features=flight,codec
flags=()
while getopts f:D: option; do
    case $option in
        f) features=$OPTARG ;;
        D) flags+=("-D$OPTARG") ;;
        *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
target=${CARGO_TARGET_DIR:-$root/target}/leon3-${features//,/-}
objects=$out.objects
mkdir -p "$objects"

if [ -z "${SQS_LEON_LIBRARY:-}" ]; then
    "$root/targets/library.sh" sparc-unknown-none-elf gr740 "$features" "$target"
    library=$target/sparc-unknown-none-elf/flight/libsqrtspace.a
else
    library=$SQS_LEON_LIBRARY
fi

python3 "$here/../checks/golden.py" "$root/tests/golden" > "$objects/golden.h"
cc=(sparc64-linux-gnu-gcc -m32 -mcpu=leon3 -fno-pic -fno-pie)
"${cc[@]}" -c "$here/start.S" -o "$objects/start.o"
list=("$objects/start.o")
for file in "$here/memory.c" "$@"; do
    object=$objects/$(basename "${file%.c}").o
    "${cc[@]}" -std=gnu99 -O2 -g -Wall -Wextra -ffreestanding -ffp-contract=off -msoft-quad-float -fno-stack-protector \
        -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections \
        "${flags[@]}" -I "$root/include" -I "$objects" -c "$file" -o "$object"
    list+=("$object")
done
sparc64-linux-gnu-ld -m elf32_sparc -T "$here/link.ld" --gc-sections -Map "$out.map" -o "$out.elf" "${list[@]}" "$library"
