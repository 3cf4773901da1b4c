/* Start of a bare LEON3 (SPARC V8, 8 register windows): trap table, window overflow and underflow, stack, FPU.
 *
 * Every other trap ends the run; trap() prints its type and address. A program for flight has handlers of its own.
 */
        .equ WINDOWS, 8
        .equ PSR, 0x10c0                /* EF, S, PS; traps off (ET is 0x20) */

        .section .text.traps,"ax"
        .global _start
        .align 4096
table:
_start:
        ba reset; nop; nop; nop         /* 0x00 */
        .macro BAD tt
        ba bad; mov \tt, %l3; nop; nop
        .endm
        BAD 1
        BAD 2
        BAD 3
        BAD 4
        ba overflow; rd %wim, %l3; nop; nop     /* 0x05 */
        ba underflow; rd %wim, %l3; nop; nop    /* 0x06 */
        .set i, 7
        .rept 256 - 7
        BAD i
        .set i, i + 1
        .endr

        .text
/* In: %l1 pc, %l3 trap type. The former stack and windows are discarded. */
bad:
        mov %g0, %wim
        nop; nop; nop
        set _stack_top - 96, %sp
        mov %psr, %l5
        wr %l5, 0x20, %psr
        nop; nop; nop
        mov %l3, %o0
        call trap
        mov %l1, %o1
1:      ba 1b
        nop

/* The window that is about to be entered is the oldest one: it goes to its stack. */
overflow:
        mov %g1, %l7
        srl %l3, 1, %g1
        sll %l3, WINDOWS - 1, %l4
        or %l4, %g1, %g1
        save
        mov %g1, %wim
        nop; nop; nop
        std %l0, [%sp]
        std %l2, [%sp + 8]
        std %l4, [%sp + 16]
        std %l6, [%sp + 24]
        std %i0, [%sp + 32]
        std %i2, [%sp + 40]
        std %i4, [%sp + 48]
        std %i6, [%sp + 56]
        restore
        mov %l7, %g1
        jmp %l1
        rett %l2

underflow:
        sll %l3, 1, %l4
        srl %l3, WINDOWS - 1, %l5
        or %l5, %l4, %l5
        mov %l5, %wim
        nop; nop; nop
        restore
        restore
        ldd [%sp], %l0
        ldd [%sp + 8], %l2
        ldd [%sp + 16], %l4
        ldd [%sp + 24], %l6
        ldd [%sp + 32], %i0
        ldd [%sp + 40], %i2
        ldd [%sp + 48], %i4
        ldd [%sp + 56], %i6
        save
        save
        jmp %l1
        rett %l2

reset:
        set PSR, %g1
        wr %g1, %psr
        nop; nop; nop
        wr %g0, 0, %y
        set table, %g1
        wr %g1, %tbr
        mov 2, %g1
        wr %g1, %wim
        nop; nop; nop
        set _stack_top - 96, %sp
        clr %fp
        set _bss_start, %g2
        set _bss_end, %g3
1:      cmp %g2, %g3
        bgeu 2f
        nop
        st %g0, [%g2]
        ba 1b
        add %g2, 4, %g2
2:      set PSR, %g1
        wr %g1, 0x20, %psr              /* traps on */
        nop; nop; nop
        set fsr, %g1
        ld [%g1], %fsr                  /* nearest, no traps of the FPU */
        call main
        nop
        call quit
        nop

/* The processor stops: QEMU ends where a trap comes while traps are off. */
        .global halt
halt:
        rd %psr, %g1
        andn %g1, 0x20, %g1
        wr %g1, %psr
        nop; nop; nop
        ta 0
        nop

        .section .rodata
        .align 8
fsr:    .word 0
        .section .note.GNU-stack,"",%progbits
