#!/bin/bash
# Makes a static library whose only global symbols are sqs_*: archive.sh IN.a OUT.a
#
# A static library of rustc contains std and all other crates, with global symbols. Two of them in one C program define the
# same symbols twice. Here the linker joins what the sqs_* functions reach into one object, and every other symbol becomes local:
#   -r                        keeps each function and constant in its own section, so that the link of the program can still
#                             drop what it does not call (--gc-sections)
#   --gc-sections             drops what no sqs_* function reaches, such as most of std
#   --force-group-allocation  resolves COMDAT groups: a group of another library cannot replace one of these
# Debug information and the compiler's bitcode are removed. The same input gives the same bytes.
# Cross tools: LD (with the emulation if it needs one: "sparc64-linux-gnu-ld -m elf32_sparc"), OBJCOPY, AR, NM.
set -euo pipefail
in=$1 out=$2
read -ra ld <<< "${LD:-ld}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${NM:-nm}" --extern-only --defined-only "$in" 2> "$work/messages" | awk '$3 ~ /^sqs_/ { print $3 }' | sort > "$work/names"
if [ ! -s "$work/names" ]; then
    cat "$work/messages" >&2
    echo "archive.sh: $in defines no sqs_* symbol" >&2
    exit 1
fi
sed 's/^/--undefined=/' "$work/names" > "$work/roots"
"${ld[@]}" -r --gc-sections --force-group-allocation "@$work/roots" "$in" -o "$work/sqrtspace.o"
# ld leaves the undefined symbols of what it dropped: --strip-unneeded removes them. Rust's names remain, for debuggers.
"${OBJCOPY:-objcopy}" --strip-unneeded --remove-section=.llvmbc --remove-section=.llvmcmd --wildcard \
    --keep-symbol='_R*' --keep-symbol='_ZN*' --keep-global-symbol='sqs_*' "$work/sqrtspace.o"
rm -f "$out"
"${AR:-ar}" rcsD "$out" "$work/sqrtspace.o"
