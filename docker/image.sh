#!/bin/sh
# Builds the static driver, out/driver, and where a Docker engine answers the image with it, sqrtspace-driver.
#
#   docker/image.sh                 driver and image
#   docker/image.sh --shell         an image with busybox beside the driver too: sqrtspace-shell
#   FROM_SOURCE=1 docker/image.sh   the same, built in a container (docker/Dockerfile, which pulls its base image)
#
# Without cargo on this machine it is built in a container too; the driver to run the demos with comes out of the image then.
set -eu
cd "$(dirname "$0")/.."
IMAGE=${IMAGE:-sqrtspace-driver}
OUT=${OUT:-out}
CARGO=${CARGO:-cargo}

engine() { docker version >/dev/null 2>&1; }
say() { echo "image.sh: $*" >&2; }
# Says something only where it fails.
build() { log=$(docker build --quiet "$@" 2>&1) || { echo "$log" >&2; exit 1; }; }

mkdir -p "$OUT/image"
if command -v "${CARGO%% *}" >/dev/null && [ -z "${FROM_SOURCE:-}" ]; then
    host=$(rustc -vV | sed -n 's/^host: //p')
    # A named target keeps the flags away from build scripts and procedural macros, which cannot be static.
    RUSTFLAGS="-C target-feature=+crt-static" $CARGO build --profile dist --locked -p driver --target "$host"
    cp "${CARGO_TARGET_DIR:-target}/$host/dist/driver" "$OUT/driver"
    cp "$OUT/driver" "$OUT/image/driver"
    if ! engine; then
        say "no Docker engine answers: there is a driver, $OUT/driver, and no image; the demos use docker/capped.sh"
        [ "${1:-}" != --shell ] || exit 1
        exit 0
    fi
    build -f docker/packed.Dockerfile --target packed -t "$IMAGE" "$OUT/image"
else
    engine || { say "neither cargo nor a Docker engine: nothing to build the driver with"; exit 1; }
    build -f docker/Dockerfile -t "$IMAGE" ${RUST:+--build-arg "RUST=$RUST"} .
    name=sqrtspace-copy-$$
    docker create --name $name "$IMAGE" >/dev/null
    docker cp "$name:/driver" "$OUT/driver" >/dev/null
    docker rm $name >/dev/null
    cp "$OUT/driver" "$OUT/image/driver"
fi

if [ "${1:-}" = --shell ]; then
    busybox=$(command -v busybox || true)
    # Only a static one runs without libraries.
    if [ -z "$busybox" ] || ldd "$busybox" 2>/dev/null | grep -q '=>'; then
        say "the image holds the driver alone; a shell needs a static busybox of this machine: apt-get install busybox-static"
        exit 1
    fi
    cp "$busybox" "$OUT/image/busybox"
    build -f docker/packed.Dockerfile --target shell -t sqrtspace-shell "$OUT/image"
fi
