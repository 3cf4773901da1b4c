/* A QEMU plugin (interface 4) that reports the number of instructions executed whenever the guest reaches an address:
 * -plugin libcount.so,mark=0x40001234. It declares the few functions itself, because Debian ships no header for them. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

void qemu_plugin_register_vcpu_tb_trans_cb(plugin, void (*)(plugin, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), int, void *);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, void (*)(unsigned, void *), int, void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

EXPORT int qemu_plugin_version = 4;
EXPORT int qemu_plugin_install(plugin id, const void *info, int argc, char **argv);

static uint64_t executed, address;

static void block(unsigned cpu, void *count)
{
    (void)cpu;
    executed += (uint64_t)(uintptr_t)count;
}

static void reached(unsigned cpu, void *nothing)
{
    (void)cpu;
    (void)nothing;
    fprintf(stderr, "MARK %llu\n", (unsigned long long)executed);
}

static void translated(plugin id, struct qemu_plugin_tb *tb)
{
    const size_t n = qemu_plugin_tb_n_insns(tb);
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, block, 0, (void *)(uintptr_t)n);
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        if (qemu_plugin_insn_vaddr(insn) == address) qemu_plugin_register_vcpu_insn_exec_cb(insn, reached, 0, NULL);
    }
}

int qemu_plugin_install(plugin id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], "mark=", 5) == 0) address = strtoull(argv[i] + 5, NULL, 16);
    if (address == 0) return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
