"""Writing a new product: every file of the folder ``files``, with the names filled in."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from portaal.plugins.discovery import discover
from portaal.plugins.names import check_name

FILES = Path(__file__).parent / "files"
SUFFIX = ".txt"  # so that nothing takes them for what they will be
HIDDEN = {"gitignore": ".gitignore"}

# Not the marks of Jinja2 itself: the files hold templates, and TOML.
ENVIRONMENT = Environment(
    variable_start_string="<<",
    variable_end_string=">>",
    block_start_string="<%",
    block_end_string="%>",
    comment_start_string="<#",
    comment_end_string="#>",
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - what is written is no HTML, and the names are checked
)


class ScaffoldError(Exception):
    """The product cannot be written. The text says why."""


@dataclass(frozen=True)
class Product:
    """The product that is begun.

    :param name: its identifier, e.g. ``wachtlijst``.
    :param title: what people call it, e.g. ``Wachtlijst``.
    """

    name: str
    title: str

    @property
    def words(self) -> dict[str, str]:
        """What stands in for the names in files and paths."""
        dash = self.name.replace("_", "-")
        return {"name": self.name, "dash": dash, "css": dash, "title": self.title, "portaal": portaal_range()}


def portaal_range() -> str:
    """The versions of the portal that keep their promise to what is written for this one, e.g. ``>=0.1,<1``."""
    major, minor = version("portaal").split(".")[:2]
    return f">={major}.{minor},<{int(major) + 1}"


def write_product(product: Product, directory: Path) -> Path:
    """Write the distribution as a new folder in ``directory``.

    :returns: the folder.
    :raises ContractError: the name cannot be that of a plugin.
    :raises ScaffoldError: the title cannot be used, or the plugin or the folder is there already.
    """
    installed = discover()
    if product.name in installed:
        raise ScaffoldError(f"a plugin called {product.name!r} is installed already; choose another name")
    check_name(product.name, installed, lambda other: other in installed)
    _check_title(product.title)
    root = directory / f"portaal-{product.words['dash']}"
    if root.exists():
        raise ScaffoldError(f"{root} is there already; nothing was written")
    for source in sorted(FILES.rglob(f"*{SUFFIX}")):
        target = directory / _filled_path(source.relative_to(FILES), product)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = ENVIRONMENT.from_string(source.read_text(encoding="utf-8")).render(product.words)
        target.write_text(text, encoding="utf-8")
    return root


def _filled_path(path: Path, product: Product) -> Path:
    filled = str(path).removesuffix(SUFFIX)
    for word, value in product.words.items():
        filled = filled.replace(f"@{word}@", value)
    return Path(filled).with_name(HIDDEN.get(Path(filled).name, Path(filled).name))


def _check_title(title: str) -> None:
    """It stands in Python texts, TOML and HTML as it is."""
    if not title.strip() or len(title) > 40 or not title.replace(" ", "").replace("-", "").isalnum():
        raise ScaffoldError(f"the title {title!r} must be of at most 40 letters, digits, spaces and hyphens")
