"""Sphinx: the API from docstrings, guides, executed notebooks, a gallery. Built by docs/build.sh, warnings are errors."""

import sqrtspace

project = "sqrtspace"
author = "the authors of libsqrtspace"
copyright = author
version = release = sqrtspace.__version__
extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_nb"]
root_doc = "index"
html_theme = "alabaster"
html_theme_options = {"description": "Windowed pipelines in a fixed memory budget", "page_width": "1100px"}
html_static_path = []
html_copy_source = False
napoleon_google_docstring = False
napoleon_preprocess_types = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
myst_heading_anchors = 3
suppress_warnings = ["myst.header", "misc.highlighting_failure"]
# The notebooks were executed by docs/build.sh.
nb_execution_mode = "off"


def setup(app):
    """Bars, as in |x|, are no substitutions."""

    def escape(app, what, name, obj, options, lines):
        lines[:] = [line.replace("|", r"\|") for line in lines]

    app.connect("autodoc-process-docstring", escape)
