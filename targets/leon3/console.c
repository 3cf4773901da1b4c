/* What a bare LEON3 provides for the checks: a console (APBUART), the end of a run, and traps. */
#include "../checks/checks.h"

#define UART ((volatile uint32_t *)0x80000100) /* data, status (bit 2: room available), control */

extern uint32_t _stack_bottom[], _stack_top[];
void halt(void);
void quit(int code);
void trap(uint32_t type, uint32_t pc);

void out_char(char c)
{
    while (!(UART[1] & 4)) {}
    UART[0] = (unsigned char)c;
}

/* QEMU always exits with 0; run.sh reads the result from this line. */
void quit(int code)
{
    print_text("EXIT ");
    print_number((uint64_t)code);
    print_text("\n");
    halt();
}

void trap(uint32_t type, uint32_t pc)
{
    print_text(type == 7 ? "TRAP misaligned access, type " : type == 2 ? "TRAP illegal instruction, type " : "TRAP type ");
    print_number(type);
    print_text(" at ");
    print_hex(pc);
    print_text("\n");
    quit(100);
}

static void panicked(void *ctx, const char *file, size_t file_bytes, uint32_t line)
{
    (void)ctx;
    print_text("PANIC ");
    for (size_t i = 0; i < file_bytes; i++) out_char(file[i]);
    print_text(":");
    print_number(line);
    print_text("\n");
    quit(101);
}

#ifdef BENCH

void bench(void);
void mark(void);

/* The plugin reads the count at this address. */
void __attribute__((noinline)) mark(void)
{
    __asm__ volatile("" ::: "memory");
}

int main(void)
{
    UART[2] = 3;
    CHECK_STATUS(sqs_panic_hook(panicked, NULL), SQS_OK);
    bench();
    quit(failures ? 1 : 0);
    return 0;
}

#else

/* Fills the stack below the caller with a pattern. */
static void paint_stack(void)
{
    uint32_t *const here = (uint32_t *)__builtin_frame_address(0) - 64;
    for (uint32_t *p = _stack_bottom; p < here; p++) *p = 0x5a5a5a5au;
}

static uint32_t stack_used(void)
{
    const uint32_t *p = _stack_bottom;
    while (p < _stack_top && *p == 0x5a5a5a5au) p++;
    return (uint32_t)((const unsigned char *)_stack_top - (const unsigned char *)p);
}

int main(void)
{
    UART[2] = 3;
    CHECK_STATUS(sqs_panic_hook(panicked, NULL), SQS_OK);
#ifdef TRAP
    /* The control: a word read from an odd address must end the run. */
    print_hex(*(volatile uint32_t *)(volatile unsigned char *)(area.bytes + checked));
#endif
    for (const check *c = all_checks; c->name; c++) {
        paint_stack();
        run_check(c);
        print_text("  stack ");
        print_number(stack_used());
        print_text(" bytes\n");
    }
    quit(failures ? 1 : 0);
    return 0;
}

#endif
