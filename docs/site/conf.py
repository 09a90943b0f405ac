"""The site of the documentation: Sphinx over the repository's own pages, each at its path (docs/decisions/0022)."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

project = "Greffe"
author = "Greffe"
copyright = "Greffe, Apache-2.0"
language = "en"  # pages below docs/fr speak French: languages.py

root_doc = "docs/index"
source_suffix = {".md": "markdown"}
include_patterns = [
    "docs/**",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "GLOSSARY.md",
    "mappings/README.md",
    "samples/README.md",
    "sdmx/README.md",
]
# The walk over the repository stays out of what is no page.
exclude_patterns = [
    "docs/site/**",
    ".*",
    "api",
    "benchmarks",
    "build",
    "deploy",
    "dist",
    "requirements",
    "tests",
    "var",
]

extensions = ["myst_parser", "languages", "repository_links"]
myst_heading_anchors = 4  # what links with # lead to, as on the pages of a forge
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["misc.highlighting_failure"]  # JSON and CSV of the pages hold "…" where something is left out
nitpicky = True

html_theme = "furo"
html_title = "Greffe"
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["greffe.css"]
html_js_files = ["greffe.js"]
html_extra_path = ["root"]  # the first page of the site sends on to docs/
html_copy_source = False
html_show_sourcelink = False
html_domain_indices = False
html_use_index = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
# Contrast of 4.5 and more in both; fonts are those of the reader's system, nothing is fetched from elsewhere.
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b4f9c", "color-brand-content": "#0b4f9c"},
    "dark_css_variables": {"color-brand-primary": "#8ab8f0", "color-brand-content": "#8ab8f0"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
