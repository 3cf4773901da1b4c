#!/bin/bash
# Code and data of the library for LEON3 in programs: everything; all but codec and packets (engine); the built-in stages of a
# spectrum's features only, by kind (audio); no built-in stages, only C stages (own); these two with plans made before, without
# the planner (audio-planned, own-planned); the calls of a stream alone, of C stages with such a plan (stream-planned):
# size.sh [OUT]. docs/flight/sizes.txt holds the lines; a change of the library updates it (make size).
set -euo pipefail
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-$PWD/../target}
out=${1:-$target/surface}
mkdir -p "$out"
if [ -z "${SQS_LEON_LIBRARY:-}" ]; then
    dir=$target/leon3-flight-codec
    ./library.sh sparc-unknown-none-elf gr740 flight,codec "$dir"
    export SQS_LEON_LIBRARY=$dir/sparc-unknown-none-elf/flight/libsqrtspace.a
fi
"${FLIGHT_RUSTC:-/usr/bin/rustc}" --version
echo "target reaches text rodata data bss"
codec='^sqs_(en|de)code|^sqs_optimal|^sqs_codec|^sqs_ccsds121|^sqs_packet'
planner='^sqs_plan|^sqs_pipeline_(new|seal)$'
stream='pipeline_new_planned|pipeline_seal_planned|pipeline_delete|pipeline_error_detail|config_init|stage_register|output_open'
stream="$stream|push|push_end|step|pull"
for reaches in everything engine audio own audio-planned own-planned stream-planned; do
    case $reaches in
        everything) but= ;;
        engine) but=$codec ;;
        audio) but="$codec|^sqs_stage_register_builtin|^sqs_kind_(?!(hann|rfft_power|argmax|centroid|rms)$)" ;;
        own) but="$codec|^sqs_stage_register_(builtin|kind)|^sqs_kind_" ;;
        audio-planned) but="$codec|$planner|^sqs_stage_register_builtin|^sqs_kind_(?!(hann|rfft_power|argmax|centroid|rms)$)" ;;
        own-planned) but="$codec|$planner|^sqs_stage_register_(builtin|kind)|^sqs_kind_" ;;
        stream-planned) but="^sqs_(?!($stream)$)" ;;
    esac
    program=$out/$reaches
    python3 surface.py sparc64-linux-gnu- "$SQS_LEON_LIBRARY" ${but:+"$but"} > "$program.c"
    leon3/build.sh "$program" "$program.c"
    # Some hundred bytes are the program's own: start-up, traps, memcpy and its like.
    sparc64-linux-gnu-size -A "$program.elf" | awk -v what="leon3 $reaches" '
        $1 ~ /^\.(text|rodata|data|bss)$/ { size[$1] = $2 }
        END { print what, size[".text"] + 0, size[".rodata"] + 0, size[".data"] + 0, size[".bss"] + 0 }'
done
