#!/bin/bash
# Runs a LEON3 program on QEMU: run.sh PROGRAM.elf [SECONDS [QEMU OPTIONS]]. Exits with the code that the program prints. For
# a trap or panic it prints the source location.
set -uo pipefail
elf=$1
seconds=${2:-300}
shift
shift || true
log=$elf.log
timeout "$seconds" qemu-system-sparc -M leon3_generic -m 64 -nographic -no-reboot -serial stdio -monitor none -kernel "$elf" \
    "$@" < /dev/null 2>&1 | tee "$log"
if [ "${PIPESTATUS[0]}" = 124 ]; then
    echo "run.sh: no end after $seconds s"
    exit 124
fi
pc=$(sed -n 's/.*TRAP.* at \([0-9a-f]*\).*/\1/p' "$log" | head -n 1)
if [ -n "$pc" ]; then
    sparc64-linux-gnu-addr2line -f -i -C -e "$elf" "0x$pc"
fi
code=$(sed -n 's/^EXIT \([0-9]*\).*/\1/p' "$log" | tail -n 1)
exit "${code:-102}"
