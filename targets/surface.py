#!/usr/bin/env python3
"""A C file that refers to every function a library exports: surface.py PREFIX LIBRARY.a [BUT] > surface.c

BUT: an expression; functions that match it are left out.
Linked with --gc-sections, a program of it holds all that a caller can reach, and nothing else of the library.
"""
import re
import subprocess
import sys

prefix, library = sys.argv[1:3]
but = re.compile(sys.argv[3] if len(sys.argv) > 3 else "$^")
symbols = subprocess.run([prefix + "nm", library], capture_output=True, text=True).stdout
names = sorted(set(re.findall(r" T (sqs_\w+)$", symbols, re.M)))
names = [name for name in names if not but.search(name)]
if len(names) < 10:
    sys.exit(f"surface.py: {len(names)} functions in {library}")
for name in names:
    print(f"extern void {name}(void);")
print("extern void (*const surface[])(void);")
print("void (*const surface[])(void) = {")
for name in names:
    print(f"    {name},")
print("};")
print("int main(void)\n{\n    return (int)(unsigned long)surface[*(volatile int *)0x40000000];\n}")
print("void quit(int code);\nvoid trap(unsigned type, unsigned pc);")
print("void quit(int code)\n{\n    (void)code;\n    for (;;) {}\n}")
print("void trap(unsigned type, unsigned pc)\n{\n    (void)type;\n    (void)pc;\n    for (;;) {}\n}")
