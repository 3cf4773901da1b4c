#!/bin/bash
# The components for F Prime, built with a real framework and tested with its harness: run.sh FPRIME LIBRARY OUT.
#
# FPRIME is a checkout of nasa/fprime; nothing in it is changed. LIBRARY is libsqrtspace.a (packaging/archive.sh). The tools are
# PyPI's fprime-tools and fprime-fpp, of the versions that FPRIME/requirements.txt names. OUT receives a copy of the project.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
fprime=$(realpath "$1") library=$(realpath "$2")
out=$(mkdir -p "$3" && cd "$3" && pwd)
root=$(cd "$here/../.." && pwd)
[ -f "$fprime/cmake/FPrime.cmake" ] || { echo "run.sh: $fprime has no cmake/FPrime.cmake" >&2; exit 1; }

mkdir -p "$out/project"
cp -Ru "$here/." "$out/project/"
printf '[fprime]\nframework_path: %s\nproject_root: %s\n' "$fprime" "$out/project" > "$out/project/settings.ini"
cmake -S "$out/project" -B "$out/build" -DFPRIME_FRAMEWORK_PATH="$fprime" -DSQRTSPACE_LIBRARY="$library" \
    -DSQRTSPACE_INCLUDE="$root/include" -DBUILD_TESTING=ON -DCMAKE_BUILD_TYPE=Debug \
    -DSQS_COVERAGE=ON > "$out/configure.log" 2>&1 ||
    { tail -30 "$out/configure.log"; exit 1; }
make -C "$out/build" -j"${JOBS:-1}" SqsCompressor_ut_exe SqsPipeline_ut_exe SqsDemo > "$out/build.log" 2>&1 ||
    { grep -n "error" "$out/build.log" | head -20; tail -10 "$out/build.log"; exit 1; }
find "$out/build" -name '*.gcda' -delete
mkdir -p "$out/dump"
for test in "$out"/build/bin/*/Sqs*_ut_exe; do SQS_DUMP=$out/dump "$test"; done
if command -v gcovr > /dev/null; then
    cd "$out/project" # filters are relative to it
    gcovr --root . --object-directory "$out/build" --filter 'Sqs[A-Za-z]*/Sqs[A-Za-z]*\.cpp' --exclude-throw-branches --txt-metric branch \
        --print-summary --fail-under-line 95 --fail-under-branch 95 "$out/build/SqsCompressor" "$out/build/SqsPipeline" > "$out/coverage.txt" ||
        { cat "$out/coverage.txt"; exit 1; }
    tail -n 3 "$out/coverage.txt"
else
    echo "skipped: gcovr is not installed: coverage is not reported"
fi

shared=$(dirname "$library")/libsqrtspace.so
if python3 -c "import fprime_gds.common.dp.decoder" 2> /dev/null; then
    python3 -B "$here/ground/test_sqs_dp.py" "$shared" "$out/dump"
else
    echo "skipped: fprime-gds with its decoder of data products is not installed"
fi
python3 -B "$here/test/demo.py" "$out"/build/bin/*/SqsDemo "$out/demo"
