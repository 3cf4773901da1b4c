#!/bin/bash
# Instructions that PowerPC 750 executes per sample, of the library and of others for the same work, as a table. The counts
# are exact: of two runs that differ in their length alone. PEERS: a directory of ci/flight-peers.sh.
# Speed is instructions times an assumption, here one instruction per cycle: what caches and memory cost is not in it.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=${PEERS:-${CARGO_TARGET_DIR:-target}/flight-peers}
[ -e "$peers/libaec/src/encode.c" ] || { echo "bench-flight: no peers in $peers: ci/flight-peers.sh $peers" >&2; exit 1; }
peers=$(realpath "$peers")
. ci/ppc/env.sh
ppc_cargo build --profile dist -p sqrtspace --lib
library=$CARGO_TARGET_DIR/$target/dist/libsqrtspace.a
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"${ppc_cc[@]}" benches/flight/ours.c "$library" -lpthread -lm -ldl -o "$out/ours"
"${ppc_cc[@]}" -std=gnu99 -DHAVE_CONFIG_H -I"$peers/libaec/include" -I"$peers/libaec/src" -I"$peers/kissfft" benches/flight/peers.c \
    "$peers"/libaec/src/{decode,encode,encode_accessors,vector}.c "$peers"/kissfft/kiss_fft{,r}.c -lm -o "$out/peers"

# count PROGRAM WORK SAMPLES MOST: instructions executed.
count() {
    qemu-ppc -L /usr/powerpc-linux-gnu -cpu 750 -d in_asm,exec,nochain -D /dev/fd/3 "$out/$1" "$2" "$3" "$4" \
        3>&1 > "$out/printed" 2> "$out/reported" | awk -f benches/flight/count.awk
}

# per_sample PROGRAM WORK SAMPLES: instructions per sample, between SAMPLES and twice as many.
per_sample() {
    local most=$((2 * $3)) one two
    two=$(count "$1" "$2" "$most" "$most")
    one=$(count "$1" "$2" "$3" "$most")
    awk "BEGIN { printf \"%.1f\", ($two - $one) / $3 }"
}

# Of each peer what it took for the work.
row() {
    local name=$1 work=$2 samples=$3 ours theirs ratio coded
    shift 3
    ours=$(per_sample ours "$work" "$samples")
    coded=$(sed -n 's/^bytes \(.*\) of \(.*\)/\1 \2/p' "$out/reported" | awk '{ printf "%.3f", $2 / $1 }')
    awk "BEGIN { printf \"| $name | %.1f | %.1f %% | %.1f %% | %.0f %% | %s |\\n\", $ours, $ours * 48e3 / 133e4, $ours * 48e3 / 200e4, $ours * 1e6 / 200e4, \"$coded\" }"
    while [ $# -gt 1 ]; do
        theirs=$(per_sample peers "$2" "$samples")
        ratio=$(sed -n 's/^bytes \(.*\) of \(.*\)/\1 \2/p' "$out/reported" | awk '{ printf "%.3f", $2 / $1 }')
        awk "BEGIN { printf \"| — $1 | %.1f (ours is %.2f of it) | | | | %s |\\n\", $theirs, $ours / $theirs, \"$ratio\" }"
        shift 2
    done
}

echo "| work | instructions a sample | 48 kHz at 133 MHz | 48 kHz at 200 MHz | 1 Msample/s at 200 MHz | ratio |"
echo "| --- | ---: | ---: | ---: | ---: | ---: |"
row "audio: Hann, spectrum of 4096 every 1024, centroid" audio 8192 "KissFFT and C loops" audio
row "the same, portable spectrum" audio_portable 8192
row "satcom: spectrum of 16384 every 4096, top 32" satcom 16384 "KissFFT and C loops" satcom
row "the same, portable spectrum" satcom_portable 16384
row "logs: 2 quantiles of 32768 every 4096" logs 65536 "C, selection" logs_select "C, sorted pieces" logs_sorted
row "biquad, 4 sections" biquad 4096 "C loop" biquad
row "Viterbi, K = 7, a bit" viterbi 2048 "C loop" viterbi
row "encode i16, effort 1" encode1 16384 "libaec, block 16" aec_encode
row "encode i16, effort 1, CCSDS 121" encode1_ccsds 16384
row "encode i16, effort 5" encode5 16384
row "decode i16, effort 1" decode1 16384 "libaec, block 16" aec_decode
row "decode i16, effort 5" decode5 16384
