# Counts the guest's instructions in the log of `qemu -d in_asm,exec,nochain`. The log lists a block when it is translated
# ("IN:"), with one line per instruction, and has a line for each run of a block ("Trace"). The count equals that with
# -one-insn-per-tb, from a fraction of the lines.
/^IN:/ { listed = 0; inside = 1; next }
inside && /^0x/ {
    if (!listed) { block = substr($1, 3, length($1) - 3); while (length(block) < 16) block = "0" block }
    size[block] = ++listed
    next
}
/^Trace/ {
    inside = 0
    split($4, at, "/")
    if (!(at[2] in size)) { print "block " at[2] " was not listed" > "/dev/stderr"; exit failed = 1 }
    executed += size[at[2]]
}
END { if (!failed) printf "%.0f\n", executed }
