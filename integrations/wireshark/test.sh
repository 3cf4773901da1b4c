#!/bin/bash
# sqs.lua in tshark, on captures of the golden streams: `integrations/wireshark/test.sh FOLDER`.
# Without tshark it reports that it is skipped; SQS_NEED_TSHARK=1 makes that an error.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mkdir -p "$1" && realpath "$1")
command -v tshark >/dev/null || { echo "skipped: tshark is not installed"; [ -z "${SQS_NEED_TSHARK:-}" ]; exit; }
python3 "$root/integrations/wireshark/check.py" "$folder" "$root/tests/golden/streams_v2.txt"
