/*
 * A plugin of QEMU that counts the guest's instructions and prints their number at the end: for programs (user mode) and
 * machines alike. What it uses of QEMU's plugin interface (version 4, QEMU 10) is declared here: no headers needed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#define SEEN __attribute__((visibility("default")))

typedef uint64_t plugin;
struct qemu_plugin_tb;
SEEN int qemu_plugin_version = 4;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin, void (*)(plugin, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), int, void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
void qemu_plugin_register_atexit_cb(plugin, void (*)(plugin, void *), void *);

static uint64_t executed;

static void block_runs(unsigned cpu, void *instructions)
{
    (void)cpu;
    __atomic_fetch_add(&executed, (uint64_t)(uintptr_t)instructions, __ATOMIC_RELAXED);
}

static void block_made(plugin id, struct qemu_plugin_tb *block)
{
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_cb(block, block_runs, 0, (void *)(uintptr_t)qemu_plugin_tb_n_insns(block));
}

static void at_end(plugin id, void *unused)
{
    (void)id;
    (void)unused;
    fprintf(stderr, "instructions %llu\n", (unsigned long long)executed);
}

SEEN int qemu_plugin_install(plugin id, const void *info, int argc, char **argv)
{
    (void)info;
    (void)argc;
    (void)argv;
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_made);
    qemu_plugin_register_atexit_cb(id, at_end, NULL);
    return 0;
}
