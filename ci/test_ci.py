#!/usr/bin/env python3
"""The workflow runs the steps of .ci/run, all of them; deny.py, without cargo-deny, finds what deny.toml does not allow."""
import copy
import pathlib
import re
import subprocess
import unittest

import deny

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONFIG = {
    "licenses": {"allow": ["MIT", "Zlib"], "exceptions": [{"crate": "tool", "allow": ["MPL-2.0"]}]},
    "bans": {"skip": [{"crate": "old@1.0.0", "reason": "held back"}]},
}


def crate(name, version="1.0.0", license="MIT", source=deny.CRATES_IO):
    return {"name": name, "version": version, "license": license, "source": source}


CRATES = [
    crate("own", source=None), crate("either", license="GPL-3.0/MIT"), crate("tool", license="MPL-2.0"),
    crate("old"), crate("old", "2.0.0"), crate("both", license="(ISC OR MIT) AND Zlib"),
]


class Workflow(unittest.TestCase):
    def test_its_jobs_are_the_steps_of_ci_run(self):
        steps = subprocess.run(["bash", ROOT / ".ci/run", "--list"], capture_output=True, text=True, check=True).stdout.split()
        text = (ROOT / ".github/workflows/ci.yml").read_text()
        jobs = re.search(r"^ +step: \[(.+)\]$", text, re.M)[1].split(", ") + re.findall(r"^ +- step: (\S+)$", text, re.M)
        self.assertEqual(sorted(jobs), sorted(steps))
        self.assertIn("- run: .ci/run ${{ matrix.step }}\n", text)


class Deny(unittest.TestCase):
    def test_what_is_allowed_passes(self):
        self.assertEqual(list(deny.problems(CRATES, CONFIG)), [])

    def test_a_crate_that_is_not_allowed_is_found(self):
        for package, problem in [
            (crate("gpl", license="GPL-3.0"), "gpl 1.0.0: license not allowed: GPL-3.0"),
            (crate("and", license="MIT AND ISC"), "and 1.0.0: license not allowed: MIT AND ISC"),
            (crate("with", license="MIT WITH X"), "with 1.0.0: license not allowed: MIT WITH X"),
            (crate("none", license=None), "none 1.0.0: license not allowed: none"),
            (crate("mpl", license="MPL-2.0"), "mpl 1.0.0: license not allowed: MPL-2.0"),
            (crate("tool", "2.0.0", "MPL-2.0"), "tool: several versions: 1.0.0, 2.0.0"),
            (crate("old", "3.0.0"), "old: several versions: 1.0.0, 2.0.0, 3.0.0"),
            (crate("fork", source="git+https://example.com"), "fork 1.0.0: source not allowed: git+https://example.com"),
        ]:
            self.assertEqual(list(deny.problems([*CRATES, package], CONFIG)), [problem])

    def test_an_entry_that_nothing_needs_is_found(self):
        for section, key, entry, problem in [
            ("licenses", "allow", "ISC-X", "deny.toml: no crate has the license ISC-X"),
            ("licenses", "exceptions", {"crate": "both", "allow": []}, "deny.toml: no exception needed for both"),
            ("bans", "skip", {"crate": "old@9.0.0"}, "deny.toml: no duplicate old@9.0.0 to skip"),
            ("bans", "skip", {"crate": "tool@1.0.0"}, "deny.toml: no duplicate tool@1.0.0 to skip"),
        ]:
            config = copy.deepcopy(CONFIG)
            config[section][key].append(entry)
            self.assertEqual(list(deny.problems(CRATES, config)), [problem])
        config = {**CONFIG, "advisories": {"ignore": []}}
        self.assertEqual(list(deny.problems(CRATES, config)), ["deny.toml: advisories.ignore needs cargo-deny"])


if __name__ == "__main__":
    unittest.main()
