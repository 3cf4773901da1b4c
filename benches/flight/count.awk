# Counts the guest's instructions in the log of `qemu -d in_asm,exec,nochain`: a block is listed when it is made ("IN:"), with
# a line for each instruction, and told each time it runs ("Trace"). The same count as with -one-insn-per-tb, in a fraction
# of the lines.
/^IN:/ { listed = 0; inside = 1; next }
inside && /^0x/ {
    if (!listed) { block = substr($1, 3, length($1) - 3); while (length(block) < 16) block = "0" block }
    size[block] = ++listed
    next
}
/^Trace/ {
    inside = 0
    split($4, at, "/")
    if (!(at[2] in size)) { print "block " at[2] " was never listed" > "/dev/stderr"; exit failed = 1 }
    executed += size[at[2]]
}
END { if (!failed) printf "%.0f\n", executed }
