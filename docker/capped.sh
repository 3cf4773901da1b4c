#!/bin/sh
# Runs a program under caps of memory and processors without a container engine: by a control group made by hand (version 1
# or 2), or by systemd-run. The options are those of `docker run`.
#
#   docker/capped.sh --means                       says by which means, or why by none (exit code 4)
#   docker/capped.sh [--memory 8m] [--memory-swap 8m] [--cpus 1] [-e NAME=VALUE] [--report FILE] -- PROGRAM ARGUMENT...
#
# --memory-swap is memory and swap together. Ends with the exit code of the program; 137: killed. The report has what the
# kernel counted: `peak_bytes N` and `oom_kills N`.
set -eu

say() { echo "capped.sh: $*" >&2; }

# Bytes of a size such as 8m.
bytes() {
    case $1 in
        *[kK]) echo $((${1%?} << 10)) ;;
        *[mM]) echo $((${1%?} << 20)) ;;
        *[gG]) echo $((${1%?} << 30)) ;;
        *) echo "$1" ;;
    esac
}

V1=/sys/fs/cgroup/memory
V1_CPU=/sys/fs/cgroup/cpu
V2=/sys/fs/cgroup

# A group can be made, can be bounded, and goes away again.
v1_works() {
    [ -f $V1/memory.limit_in_bytes ] && probe=$V1/sqrtspace-probe-$$ && mkdir "$probe" 2>/dev/null || return 1
    works=1
    { echo 67108864 >"$probe/memory.limit_in_bytes"; } 2>/dev/null || works=0
    rmdir "$probe"
    [ $works = 1 ]
}

v2_works() {
    [ -f $V2/cgroup.controllers ] && grep -qw memory $V2/cgroup.controllers || return 1
    # Children get the controllers that their parent passes on.
    { echo +memory >$V2/cgroup.subtree_control; } 2>/dev/null || return 1
    { echo +cpu >$V2/cgroup.subtree_control; } 2>/dev/null || true
    probe=$V2/sqrtspace-probe-$$ && mkdir "$probe" 2>/dev/null || return 1
    works=1
    { echo 67108864 >"$probe/memory.max"; } 2>/dev/null || works=0
    rmdir "$probe"
    [ $works = 1 ]
}

systemd_user() { [ "$(id -u)" = 0 ] || echo --user; }

systemd_works() {
    command -v systemd-run >/dev/null && systemd-run $(systemd_user) --quiet --scope -p MemoryMax=64M true 2>/dev/null
}

means() {
    if v1_works; then
        echo "a control group of version 1"
    elif v2_works; then
        echo "a control group of version 2"
    elif systemd_works; then
        echo "systemd-run"
    else
        say "memory cannot be capped here: control groups may not be written ($V1, $V2), and systemd-run does not work."
        say "Run as root on a machine whose control groups are writable, or with a Docker engine."
        exit 4
    fi
}

memory= memory_swap= cpus= report=
while [ $# -gt 0 ]; do
    case $1 in
        --means) means; exit ;;
        --memory) memory=$(bytes "$2"); shift 2 ;;
        --memory-swap) memory_swap=$(bytes "$2"); shift 2 ;;
        --cpus) cpus=$2; shift 2 ;;
        -e) export "${2?}"; shift 2 ;;
        --report) report=$2; shift 2 ;;
        --) shift; break ;;
        *) say "unknown option $1"; exit 2 ;;
    esac
done
[ $# -gt 0 ] || { say "no program to run"; exit 2; }

# Microseconds of processor time in 100 ms.
quota() { awk "BEGIN { printf \"%d\", 100000 * $cpus }"; }

# Writes a bound; what the kernel does not have is told, not passed over.
bound() { { echo "$2" >"$1"; } 2>/dev/null || { say "$1: cannot be set to $2"; exit 1; }; }

groups=
clean() {
    for group in $groups; do
        while read -r pid; do kill -9 "$pid" 2>/dev/null || true; done <"$group/cgroup.procs"
        # The last process may take a moment to be gone.
        for _ in 1 2 3 4 5 6 7 8 9 10; do rmdir "$group" 2>/dev/null && break || sleep 0.1; done
    done
    groups=
}
trap clean EXIT
trap 'exit 143' TERM INT

# Runs the program in the groups, and waits for it so that a signal to this script is heard.
inside() {
    sh -c 'for group in $1; do echo $$ >"$group/cgroup.procs" || exit 1; done; shift; exec "$@"' sh "$groups" "$@" &
    child=$!
    code=0
    wait $child || code=$?
}

by=$(means)
code=0
case $by in
    *"version 1")
        group=$V1/sqrtspace-$$
        mkdir "$group"
        groups=$group
        if [ -n "$memory" ]; then
            bound "$group/memory.limit_in_bytes" "$memory"
            if [ -f "$group/memory.memsw.limit_in_bytes" ]; then
                bound "$group/memory.memsw.limit_in_bytes" "${memory_swap:-$((2 * memory))}"
            elif [ "${memory_swap:-}" = "$memory" ]; then
                bound "$group/memory.swappiness" 0
            fi
        fi
        if [ -n "$cpus" ] && [ -d $V1_CPU ]; then
            mkdir "$V1_CPU/sqrtspace-$$"
            groups="$groups $V1_CPU/sqrtspace-$$"
            bound "$V1_CPU/sqrtspace-$$/cpu.cfs_quota_us" "$(quota)"
        fi
        inside "$@"
        if [ -n "$report" ]; then
            echo "peak_bytes $(cat "$group/memory.max_usage_in_bytes")" >"$report"
            echo "oom_kills $(sed -n 's/^oom_kill //p' "$group/memory.oom_control")" >>"$report"
        fi
        ;;
    *"version 2")
        group=$V2/sqrtspace-$$
        mkdir "$group"
        groups=$group
        if [ -n "$memory" ]; then
            bound "$group/memory.max" "$memory"
            [ ! -f "$group/memory.swap.max" ] || bound "$group/memory.swap.max" $((${memory_swap:-$((2 * memory))} - memory))
        fi
        [ -z "$cpus" ] || [ ! -f "$group/cpu.max" ] || bound "$group/cpu.max" "$(quota) 100000"
        inside "$@"
        if [ -n "$report" ]; then
            # Kernels before 5.19 do not have it.
            [ ! -f "$group/memory.peak" ] || echo "peak_bytes $(cat "$group/memory.peak")" >"$report"
            echo "oom_kills $(sed -n 's/^oom_kill //p' "$group/memory.events")" >>"$report"
        fi
        ;;
    *)
        set -- -- "$@"
        [ -z "$cpus" ] || set -- -p "CPUQuota=$(awk "BEGIN { print 100 * $cpus }")%" "$@"
        if [ -n "$memory" ]; then
            set -- -p "MemoryMax=$memory" -p "MemorySwapMax=$((${memory_swap:-$((2 * memory))} - memory))" "$@"
        fi
        systemd-run $(systemd_user) --quiet --scope "$@" &
        child=$!
        wait $child || code=$?
        ;;
esac
exit "$code"
