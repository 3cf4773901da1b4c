#!/bin/sh
# Builds the static driver (out/driver) and, if a Docker engine responds, an image with it (sqrtspace-driver).
#
#   docker/image.sh                 driver and image
#   docker/image.sh --shell         also an image with busybox and the driver (sqrtspace-shell)
#   FROM_SOURCE=1 docker/image.sh   build the driver in a container (docker/Dockerfile, which downloads its base image)
#
# Without cargo, the driver is built in a container as well, and copied from the image to out/driver.
set -eu
cd "$(dirname "$0")/.."
IMAGE=${IMAGE:-sqrtspace-driver}
OUT=${OUT:-out}
CARGO=${CARGO:-cargo}

engine_responds() { docker version >/dev/null 2>&1; }
message() { echo "image.sh: $*" >&2; }
# Builds an image; prints the log if that fails.
build() { log=$(docker build --quiet "$@" 2>&1) || { echo "$log" >&2; exit 1; }; }

mkdir -p "$OUT/image"
if command -v "${CARGO%% *}" >/dev/null && [ -z "${FROM_SOURCE:-}" ]; then
    host=$(rustc -vV | sed -n 's/^host: //p')
    # With --target, the flags do not apply to build scripts and procedural macros, which cannot be static.
    RUSTFLAGS="-C target-feature=+crt-static" $CARGO build --profile dist --locked -p driver --target "$host"
    cp "${CARGO_TARGET_DIR:-target}/$host/dist/driver" "$OUT/driver"
    cp "$OUT/driver" "$OUT/image/driver"
    if ! engine_responds; then
        message "no Docker engine responds: built $OUT/driver without an image; the demos use docker/capped.sh"
        [ "${1:-}" != --shell ] || exit 1
        exit 0
    fi
    build -f docker/packed.Dockerfile --target packed -t "$IMAGE" "$OUT/image"
else
    engine_responds || { message "building the driver needs cargo or a Docker engine"; exit 1; }
    build -f docker/Dockerfile -t "$IMAGE" ${RUST:+--build-arg "RUST=$RUST"} .
    name=sqrtspace-copy-$$
    docker create --name $name "$IMAGE" >/dev/null
    docker cp "$name:/driver" "$OUT/driver" >/dev/null
    docker rm $name >/dev/null
    cp "$OUT/driver" "$OUT/image/driver"
fi

if [ "${1:-}" = --shell ]; then
    busybox=$(command -v busybox || true)
    # Without libraries in the image, only a static busybox runs.
    if [ -z "$busybox" ] || ldd "$busybox" 2>/dev/null | grep -q '=>'; then
        message "the shell needs a static busybox on this machine: apt-get install busybox-static"
        exit 1
    fi
    cp "$busybox" "$OUT/image/busybox"
    build -f docker/packed.Dockerfile --target shell -t sqrtspace-shell "$OUT/image"
fi
