/*
 * A QEMU plugin that counts the guest's instructions and prints the count at the end, in user mode and system mode.
 * The part of QEMU's plugin interface that it uses (version 4, QEMU 10) is declared here: it builds without headers.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin;
struct qemu_plugin_tb;
EXPORT int qemu_plugin_version = 4;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin, void (*)(plugin, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), int, void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
void qemu_plugin_register_atexit_cb(plugin, void (*)(plugin, void *), void *);

static uint64_t executed;

static void on_block_run(unsigned cpu, void *instructions)
{
    (void)cpu;
    __atomic_fetch_add(&executed, (uint64_t)(uintptr_t)instructions, __ATOMIC_RELAXED);
}

static void on_block_translated(plugin id, struct qemu_plugin_tb *block)
{
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_cb(block, on_block_run, 0, (void *)(uintptr_t)qemu_plugin_tb_n_insns(block));
}

static void on_exit_print(plugin id, void *unused)
{
    (void)id;
    (void)unused;
    fprintf(stderr, "instructions %llu\n", (unsigned long long)executed);
}

EXPORT int qemu_plugin_install(plugin id, const void *info, int argc, char **argv)
{
    (void)info;
    (void)argc;
    (void)argv;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_block_translated);
    qemu_plugin_register_atexit_cb(id, on_exit_print, NULL);
    return 0;
}
