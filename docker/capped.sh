#!/bin/sh
# Runs a program with limits of memory and CPUs, without a container engine: in a control group (version 1 or 2), or by
# systemd-run. The options are those of `docker run`.
#
#   docker/capped.sh --means                       print the means, or why the limits are not possible (exit code 4)
#   docker/capped.sh [--memory 8m] [--memory-swap 8m] [--cpus 1] [-e NAME=VALUE] [--report FILE] -- PROGRAM ARGUMENT...
#
# --memory-swap limits the sum of memory and swap. The exit code is that of the program; 137 if it is killed. The report
# has the counts of the kernel: `peak_bytes N` and `oom_kills N`.
set -eu

message() { echo "capped.sh: $*" >&2; }

# The number of bytes of a size such as 8m.
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

# True if a group can be created, limited and removed.
v1_works() {
    [ -f $V1/memory.limit_in_bytes ] && probe=$V1/sqrtspace-probe-$$ && mkdir "$probe" 2>/dev/null || return 1
    works=1
    { echo 67108864 >"$probe/memory.limit_in_bytes"; } 2>/dev/null || works=0
    rmdir "$probe"
    [ $works = 1 ]
}

v2_works() {
    [ -f $V2/cgroup.controllers ] && grep -qw memory $V2/cgroup.controllers || return 1
    # A parent must enable the controllers for its children.
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
        message "memory cannot be limited here: control groups are not writable ($V1, $V2), and systemd-run does not work."
        message "Run as root on a machine with writable control groups, or use a Docker engine."
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
        *) message "unknown option $1"; exit 2 ;;
    esac
done
[ $# -gt 0 ] || { message "no program to run"; exit 2; }

# Microseconds of CPU time in 100 ms.
quota() { awk "BEGIN { printf \"%d\", 100000 * $cpus }"; }

# Sets a limit; fails if the kernel refuses it.
limit() { { echo "$2" >"$1"; } 2>/dev/null || { message "$1: cannot be set to $2"; exit 1; }; }

groups=
clean() {
    for group in $groups; do
        while read -r pid; do kill -9 "$pid" 2>/dev/null || true; done <"$group/cgroup.procs"
        # The last process may need a moment to exit.
        for _ in 1 2 3 4 5 6 7 8 9 10; do rmdir "$group" 2>/dev/null && break || sleep 0.1; done
    done
    groups=
}
trap clean EXIT
trap 'exit 143' TERM INT

# Runs the program in the groups in the background, so that this script handles signals while it waits.
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
            limit "$group/memory.limit_in_bytes" "$memory"
            if [ -f "$group/memory.memsw.limit_in_bytes" ]; then
                limit "$group/memory.memsw.limit_in_bytes" "${memory_swap:-$((2 * memory))}"
            elif [ "${memory_swap:-}" = "$memory" ]; then
                limit "$group/memory.swappiness" 0
            fi
        fi
        if [ -n "$cpus" ] && [ -d $V1_CPU ]; then
            mkdir "$V1_CPU/sqrtspace-$$"
            groups="$groups $V1_CPU/sqrtspace-$$"
            limit "$V1_CPU/sqrtspace-$$/cpu.cfs_quota_us" "$(quota)"
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
            limit "$group/memory.max" "$memory"
            [ ! -f "$group/memory.swap.max" ] || limit "$group/memory.swap.max" $((${memory_swap:-$((2 * memory))} - memory))
        fi
        [ -z "$cpus" ] || [ ! -f "$group/cpu.max" ] || limit "$group/cpu.max" "$(quota) 100000"
        inside "$@"
        if [ -n "$report" ]; then
            # Kernels before 5.19 have no memory.peak.
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
