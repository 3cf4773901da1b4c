#!/bin/bash
# Runs the mission twice, before and after a processor reset, and checks what it wrote: fly.sh DIRECTORY OUT [static]. With
# static linking allocations are not counted: they have no module.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
log=$2/cfe.log
rm -f cf/*.raw cf/*.sqs cf/*.back cf/*.fm cf/*.ckpt cf/*.bin cf/*.txt
python3 "$here/check.py" samples cf/samples.raw
# Not as root: cFE needs no privileges in the permissive mode of osal.
as=()
if [ "$(id -u)" -eq 0 ]; then
    chown -R 65534:65534 .
    as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
gcc -std=gnu11 -O1 -shared -fPIC "$here/count_malloc.c" -o "$2/count_malloc.so" -ldl
: > "$log"
preload=$2/count_malloc.so
[ "${3:-}" != static ] || preload=
for reset in PO PR; do
    echo "== core-cpu1 -R $reset" >> "$log"
    LD_PRELOAD=$preload timeout 120 "${as[@]}" ./core-cpu1 -R "$reset" >> "$log" 2>&1 || [ $? -ne 124 ] || { tail -20 "$log"; echo "fly.sh: time is up" >&2; exit 1; }
done
python3 "$here/check.py" check cf "$log" "${3:-dynamic}"
