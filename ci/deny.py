#!/usr/bin/env python3
"""Checks the crates in Cargo.lock against deny.toml: licenses, duplicate versions, sources, advisories.

cargo-deny does so where it is installed (cargo install --locked cargo-deny). It takes minutes to compile, so elsewhere this
script checks licenses, duplicates and sources itself, with the same verdicts. Advisories need cargo-deny and a database from
the network: without either it prints that they were not checked, and REQUIRE_ADVISORIES=1 makes that a failure.
"""
import collections
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tomllib

CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
# The keys of deny.toml that `problems` knows: others would be ignored without cargo-deny.
KNOWN = {
    "licenses": {"include-dev", "unused-allowed-license", "allow", "exceptions"},
    "bans": {"multiple-versions", "multiple-versions-include-dev", "skip"},
    "sources": {"unknown-registry", "unknown-git"},
}
# Entries of deny.toml that nothing needs any more: warnings of cargo-deny.
STALE = ["unmatched-skip", "unnecessary-skip", "license-exception-not-encountered"]


def licenses(expression):
    """The licenses that an SPDX expression names; the old form has a slash for OR."""
    names = re.findall(r"[\w.+-]+(?: WITH [\w.+-]+)?", expression)
    return [name for name in names if name not in ("AND", "OR")]


def permits(expression, allowed):
    """Whether the allowed licenses meet an SPDX expression: AND binds before OR, as in Python."""
    def word(match):
        return match[0].lower() if match[0] in ("AND", "OR") else str(match[0] in allowed)
    text = re.sub(r"[\w.+-]+(?: WITH [\w.+-]+)?", word, expression.replace("/", " OR "))
    return eval(text, {"__builtins__": {}})


def problems(packages, config):
    """What deny.toml does not allow, and what stands in it without need."""
    for section, keys in config.items():
        for key in sorted(set(keys) - KNOWN.get(section, set())):
            yield f"deny.toml: {section}.{key} needs cargo-deny"
    allowed = set(config["licenses"]["allow"])
    exceptions = {e["crate"]: set(e["allow"]) for e in config["licenses"]["exceptions"]}
    skipped = {tuple(s["crate"].split("@")) for s in config["bans"]["skip"]}
    versions, seen, excepted = collections.defaultdict(set), set(), set()
    for package in packages:
        name, version, license = package["name"], package["version"], package["license"] or "none"
        versions[name].add(version)
        seen.update(licenses(license))
        if not permits(license, allowed):
            excepted.add(name)
            if not permits(license, allowed | exceptions.get(name, set())):
                yield f"{name} {version}: license not allowed: {license}"
        if package["source"] not in (None, CRATES_IO):
            yield f"{name} {version}: source not allowed: {package['source']}"
    for name, found in sorted(versions.items()):
        if len(found - {version for skip, version in skipped if skip == name}) > 1:
            yield f"{name}: several versions: {', '.join(sorted(found))}"
    for license in sorted(allowed - seen):
        yield f"deny.toml: no crate has the license {license}"
    for name in sorted(exceptions.keys() - excepted):
        yield f"deny.toml: no exception needed for {name}"
    for name, version in sorted(skipped):
        if version not in versions[name] or len(versions[name]) < 2:
            yield f"deny.toml: no duplicate {name}@{version} to skip"


def main():
    os.chdir(pathlib.Path(__file__).resolve().parent.parent)
    cargo = shlex.split(os.environ.get("CARGO", "cargo"))
    deny = [*cargo, "deny", "--locked", "--workspace"]
    if subprocess.run([*deny, "--version"], capture_output=True).returncode != 0:
        command = [*cargo, "metadata", "--locked", "--format-version", "1"]
        packages = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)["packages"]
        found = list(problems(packages, tomllib.loads(pathlib.Path("deny.toml").read_text())))
        if found:
            sys.exit("\n".join(found))
        print(f"deny.py: {len(packages)} crates: licenses, versions and sources as in deny.toml")
        why = "cargo-deny is not installed"
    else:
        strict = [word for code in STALE for word in ("--deny", code)]
        subprocess.run([*deny, "check", *strict, "licenses", "bans", "sources"], check=True)
        if subprocess.run([*deny, "fetch", "db"]).returncode == 0:
            subprocess.run([*deny, "check", "advisories"], check=True)
            return
        why = "the advisory database cannot be fetched"
    print(f"deny.py: advisories NOT CHECKED: {why}")
    if os.environ.get("REQUIRE_ADVISORIES", "0") != "0":
        sys.exit("deny.py: REQUIRE_ADVISORIES is set")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"deny.py: failed: {shlex.join(error.cmd)}")
