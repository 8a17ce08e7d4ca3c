"""The readable view (B-20): any message as people read it, on a page, on paper and in the shell.

    bytes --Reader--> pages of Nodes --page_view--> Sections and Rows in words --template or as_text--> screen

Reading knows XML and the standard, the view knows languages, amounts and masks; what shows it knows neither.
"""

from __future__ import annotations

from portaal.berichtenverkeer.readable.nodes import Node, Page
from portaal.berichtenverkeer.readable.reader import Reader
from portaal.berichtenverkeer.readable.view import PageView, Row, Section, page_view

__all__ = ["Node", "Page", "PageView", "Reader", "Row", "Section", "page_view"]
