"""The built documentation (SQRTSPACE_DOCS): pages exist, and headless Chromium renders them. SQRTSPACE_CHROMIUM: its command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

DOCS = Path(os.environ.get("SQRTSPACE_DOCS", "not-built"))
pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="SQRTSPACE_DOCS names no folder: docs/build.sh builds it")


def chromium() -> str:
    found = os.environ.get("SQRTSPACE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.skip("Chromium is not installed (Debian: chromium)")
    return found


def browse(page: str, tmp_path: Path, *options: str) -> str:
    """The page after Chromium has rendered it."""
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    call = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", profile]
    address = (DOCS / page).resolve().as_uri()
    done = subprocess.run([*call, *options, address], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_every_kind_and_function_has_an_entry() -> None:
    import sqrtspace

    pipelines = (DOCS / "api/pipeline.html").read_text(encoding="utf-8")
    kinds = [name for name in dir(sqrtspace.Pipeline) if not name.startswith("_")]
    assert len(kinds) > 60
    assert not [name for name in kinds if f'id="sqrtspace.Pipeline.{name}"' not in pipelines]
    codec = (DOCS / "api/codec.html").read_text(encoding="utf-8")
    assert 'id="sqrtspace.encode"' in codec and "Parameters" in codec
    assert 'id="sqrtspace.signal.sosfiltfilt"' in (DOCS / "api/signal.html").read_text(encoding="utf-8")


def test_a_page_is_rendered(tmp_path: Path) -> None:
    shown = browse("index.html", tmp_path, "--dump-dom")
    assert "<h1>sqrtspace for Python" in shown and "notebooks/first_pipeline.html" in shown


def test_the_gallery_shows_its_pictures(tmp_path: Path) -> None:
    # A script in a copy of the page notes the sizes of the pictures that Chromium has decoded.
    text = (DOCS / "gallery.html").read_text(encoding="utf-8")
    script = "<script>onload=()=>{document.title=[...document.images].map(i=>i.naturalWidth).join()}</script>"
    copy = DOCS / "gallery_sizes.html"
    copy.write_text(text.replace("</body>", script + "</body>"), encoding="utf-8")
    try:
        title = re.search(r"<title>([^<]*)</title>", browse(copy.name, tmp_path, "--dump-dom"))
    finally:
        copy.unlink()
    assert title and len(widths := title[1].split(",")) == 4, title
    assert all(int(width) >= 500 for width in widths)


def test_a_page_has_a_picture(tmp_path: Path) -> None:
    target = tmp_path / "page.png"
    browse("notebooks/first_pipeline.html", tmp_path, f"--screenshot={target}", "--window-size=1200,1600")
    from matplotlib import image

    page = image.imread(target)[..., :3]
    assert page.shape[:2] == (1600, 1200)
    # Text and figures: more than one color, mostly background.
    dark = (page.mean(axis=2) < 0.5).mean()
    assert 0.005 < dark < 0.5
