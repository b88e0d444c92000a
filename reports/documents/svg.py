"""A chart as a part of a page: its SVG, fit to stand beside others, with words for who cannot see it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
REFERENCE = re.compile(r"url\(#([^)]+)\)")

ET.register_namespace("", SVG)
ET.register_namespace("xlink", XLINK)


def inline(content: bytes, prefix: str, title: str, label: str) -> str:
    """The element `<svg>` of a file that `drawn` made.

    Names of parts get a `prefix`, since a page may have each name only once. What the file says of lines
    in a style sheet is said at the element, because style sheets inside hold for all of the page.

    Args:
        content: the file.
        prefix: goes before each name; letters, digits and hyphens.
        title: what the chart shows, for the pointer that rests on it.
        label: what is to be seen in it, for screen readers.
    """
    root = ET.fromstring(content)
    for part in root.iter():
        for name, value in part.attrib.items():
            if name == "id":
                part.set(name, prefix + value)
            elif name == f"{{{XLINK}}}href" and value.startswith("#"):
                part.set(name, f"#{prefix}{value[1:]}")
            elif "url(#" in value:
                part.set(name, REFERENCE.sub(rf"url(#{prefix}\1)", value))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)
    for size in ("width", "height"):
        root.attrib.pop(size)
    root.set("style", "stroke-linejoin: round; stroke-linecap: butt")
    root.set("role", "img")
    root.set("aria-label", label)
    root.set("focusable", "false")
    named = ET.Element(f"{{{SVG}}}title")
    named.text = title
    root.insert(0, named)
    return ET.tostring(root, "unicode")
