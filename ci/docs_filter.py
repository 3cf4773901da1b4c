#!/usr/bin/env python3
"""Markdown for Doxygen: headings get the anchors that GitHub gives them, links to files outside of the manual become text, and
code in double backticks gets single ones.

Doxygen 1.9.4 has no such option. Called by Doxygen with the path of a file; see docs/Doxyfile.
"""
import os
import re
import sys

path = sys.argv[1]
folder = os.path.dirname(os.path.abspath(path))


def page(file):
    return re.sub(r"\W+", "-", os.path.relpath(file).removesuffix(".md")).strip("-").lower()


def anchor(title):
    """GitHub's: lower case, spaces to hyphens, without punctuation."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def link(match):
    text, target = match.groups()
    if "://" in target:
        return match.group(0)
    file, _, part = target.partition("#")
    file = os.path.join(folder, file) if file else os.path.abspath(path)
    if not file.endswith(".md"):
        return match.group(0) if file.endswith(".png") else text
    if os.path.dirname(os.path.relpath(file)).split(os.sep)[0] not in ("", "docs"):
        return text
    return f"[{text}](#{page(file)}-{part})" if part else f"[{text}](@ref {page(file)})"


fence = first = False
for line in open(path, encoding="utf-8"):
    line = line.rstrip("\n")
    if line.lstrip().startswith("```"):
        fence = not fence
    if not fence and (heading := re.match(r"(#+) (.*)", line)):
        name = page(path) if not first else f"{page(path)}-{anchor(heading.group(2))}"
        first = True
        line = f"{line} {{#{name}}}"
    if not fence:
        line = re.sub(r"`` (.+?) ``", lambda m: "`" + m.group(1).replace("`", "'") + "`", line)
        line = re.sub(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)", link, line)
    print(line)
