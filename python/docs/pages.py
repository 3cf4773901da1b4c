#!/usr/bin/env python3
"""Writes the pages that are not committed: `pages.py FOLDER`. Guides from the READMEs, examples from their files, and the
gallery with its pictures."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import sqrtspace
from sqrtspace import Request, plot, signal

ROOT = Path(__file__).resolve().parents[2]
GUIDES = {
    "python": "python/README.md",
    "compat": "python/compat/README.md",
    "hdf5": "integrations/hdf5/README.md",
    "files": "docs/guide/files.md",
    "measurements": "python/MEASUREMENTS.md",
}


def guide(name: str, folder: Path) -> str:
    """A document of the repository, its links to other guides kept, and those to other files as text. Copies its pictures."""
    place = ROOT / GUIDES[name]
    pages = {(ROOT / path).resolve(): page for page, path in GUIDES.items()}

    def link(found: re.Match[str]) -> str:
        text, target = found.groups()
        if "://" in target or target.startswith("#"):
            return found[0]
        page = pages.get((place.parent / target.split("#")[0]).resolve())
        return f"[{text}]({page}.md)" if page else text

    def picture(found: re.Match[str]) -> str:
        source = place.parent / found[2]
        shutil.copy(source, folder / source.name)
        return f"![{found[1]}]({source.name})"

    text = re.sub(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)", link, place.read_text(encoding="utf-8"))
    return re.sub(r"!\[([^\]]+)\]\(([^)\s]+)\)", picture, text)


def examples() -> str:
    """The examples, each with its first docstring as text."""
    parts = ["# Examples\n"]
    for path in sorted((ROOT / "python/examples").glob("*.py")):
        parts.append(f"## {path.name}\n\n```python\n{path.read_text(encoding='utf-8')}```\n")
    return "\n".join(parts)


def pictures(folder: Path) -> dict[str, str]:
    """Draws the gallery; titles by file names."""
    from matplotlib import pyplot

    rng = np.random.default_rng(3)
    t = np.arange(30 * 8000) / 8000
    chirp = np.sin(2 * np.pi * (200 * t + 45 * t**2)).astype("float32")
    chirp += 0.02 * rng.standard_normal(t.size, dtype="float32")

    def save(name: str) -> None:
        pyplot.gcf().savefig(folder / name, dpi=100)
        pyplot.close()

    plot.spectrogram(*signal.spectrogram(chirp, 8000.0, "hann", 1024, 512))
    save("spectrogram.png")
    plans = {}
    for mode in ("classic", "sqrt"):
        pipe = sqrtspace.Pipeline(window=1024, hop=256, mode=mode)
        pipe.rfft_magnitude(pipe.hann("input"), name="spectrum")
        pipe.set_source(chirp[:40_000])
        plans[mode] = pipe.plan("spectrum")
    plot.plan(plans)
    save("plan.png")
    pipe = sqrtspace.Pipeline(window=8, memory_budget_bytes=20_000)
    pipe.ema("input", alpha=0.1)
    pipe.set_source(chirp[:10_000])
    pipe.seal(Request("ema", order="reverse"))
    plot.sweep(pipe, "ema", 1250)
    save("sweep.png")
    stream = bytearray(sqrtspace.encode((1000 * chirp).astype("int16"), frame_bytes=16384))
    frames = sqrtspace.inspect(bytes(stream))
    for at in (3, 4, 17):
        stream[frames[at].offset + 99] ^= 1
    plot.damage(sqrtspace.verify(bytes(stream)), frames)
    save("damage.png")
    return {
        "spectrogram.png": "`plot.spectrogram`: a tone that rises, in decibels of its maximum",
        "plan.png": "`plot.plan`: the work area of a pipeline in the classic and in the sqrt order",
        "sweep.png": "`plot.sweep`: rows in reverse order within 20,000 bytes, and the rows computed for them",
        "damage.png": "`plot.damage`: three damaged frames of a stream",
    }


def main() -> None:
    """Writes all pages."""
    folder = Path(sys.argv[1])
    os.makedirs(folder / "guides", exist_ok=True)
    for name in GUIDES:
        (folder / "guides" / f"{name}.md").write_text(guide(name, folder / "guides"), encoding="utf-8")
    (folder / "examples.md").write_text(examples(), encoding="utf-8")
    shown = [f"## {title}\n\n![{name}]({name})\n" for name, title in pictures(folder).items()]
    (folder / "gallery.md").write_text("\n".join(["# Gallery\n", *shown]), encoding="utf-8")


if __name__ == "__main__":
    main()
