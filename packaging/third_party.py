#!/usr/bin/env python3
"""Writes the licenses of all crates linked into the library and the command line: third_party.py > FILE

The crates are those that cargo links for this machine. Each license file of a crate is printed once, under the names of all
crates that have the same text. A crate without a license file is an error.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

CARGO = os.environ.get("CARGO", "cargo")
LICENSE = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense)([-_.].*)?", re.IGNORECASE)

# Crates published without the text of their license, which is MIT: their copyright notices.
NOTICES = dict.fromkeys(["plotters", "plotters-backend", "plotters-bitmap", "plotters-svg"], "Copyright (c) 2019 Hao Hou <haohou302@gmail.com>")
ROOT = pathlib.Path(__file__).parent.parent


def cargo(*arguments):
    command = [CARGO, *arguments, "--locked"]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def linked():
    """Name and version of each crate that the packages link. Procedural macros and build scripts are not linked."""
    tree = cargo("tree", "-p", "sqrtspace", "-p", "driver", "--edges", "normal,no-proc-macro", "--prefix", "none",
                 "--no-dedupe", "--format", "{p}")
    return sorted({tuple(line.split()[:2]) for line in tree.splitlines() if line})


def main():
    packages = {(p["name"], "v" + p["version"]): p for p in json.loads(cargo("metadata", "--format-version=1"))["packages"]}
    texts = {}
    print("Crates linked into libsqrtspace or sqrtspace, with their licenses:\n")
    for key in linked():
        package = packages[key]
        if package["source"] is None:  # a member of the workspace
            continue
        crate = f"{package['name']} {package['version']}"
        print(f"  {crate}: {package['license']}")
        if package["name"] in NOTICES:
            mit = re.sub("Copyright .*", NOTICES[package["name"]], (ROOT / "LICENSE").read_text())
            texts.setdefault(mit.strip(), []).append(crate)
            continue
        folder = pathlib.Path(package["manifest_path"]).parent
        files = sorted(f for f in folder.rglob("*") if f.is_file() and LICENSE.fullmatch(f.name))
        if not files:
            sys.exit(f"third_party.py: {crate} has no license file")
        for file in files:
            text = file.read_text().strip()
            if "\n" not in text:  # such as the target of a symbolic link
                sys.exit(f"third_party.py: {crate}: {file.name} is not the text of a license")
            texts.setdefault(text, []).append(f"{crate} ({file.relative_to(folder)})")
    print("\nThe Rust standard library is linked too: MIT or Apache-2.0, https://github.com/rust-lang/rust.")
    for text, crates in texts.items():
        print("\n" + "=" * 100, *crates, "=" * 100, "", text, sep="\n")


main()
