#!/bin/bash
# Builds the flight library for LEON3 and a program of the C files given:
# build.sh OUT [-f FEATURES] [-D NAME] [-p PEERS] FILE.c ...
# OUT.elf is the program, OUT.map the linker's map. PEERS: a directory written by ci/flight-peers.sh, whose packages are linked as
# well; without it they are omitted. Tools: ci/flight-tools.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
out=$1
shift
features=flight,codec
flags=()
peers=
while getopts f:D:p: option; do
    case $option in
        f) features=$OPTARG ;;
        D) flags+=("-D$OPTARG") ;;
        p) peers=$OPTARG ;;
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
# Square roots use the processor's instruction, without a call for negative numbers.
cc+=(-std=gnu99 -O2 -ffp-contract=off -fno-math-errno -msoft-quad-float -fno-stack-protector
    -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections)
if [ -n "$peers" ] && [ -e "$peers/libaec/src/encode.c" ]; then
    of_peers=(-I "$peers/libaec/include" -I "$peers/libaec/src" -I "$peers/kissfft")
    for file in "$peers"/libaec/src/{decode,encode,encode_accessors,vector}.c "$peers"/kissfft/kiss_fft{,r}.c; do
        object=$objects/peer-$(basename "${file%.c}").o
        "${cc[@]}" -w -DNDEBUG -DHAVE_CONFIG_H "${of_peers[@]}" -c "$file" -o "$object"
        list+=("$object")
    done
    flags+=(-DPACKAGES "${of_peers[@]}")
    set -- "$@" "$here/../checks/bench_packages.c"
fi
for file in "$here/memory.c" "$@"; do
    object=$objects/$(basename "${file%.c}").o
    "${cc[@]}" -g -Wall -Wextra -ffreestanding "${flags[@]}" -I "$root/include" -I "$objects" -c "$file" -o "$object"
    list+=("$object")
done
sparc64-linux-gnu-ld -m elf32_sparc -T "$here/link.ld" --gc-sections -Map "$out.map" -o "$out.elf" "${list[@]}" "$library"
