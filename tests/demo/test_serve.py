"""What `make serve` and `portaal plugins` make of a checkout; that all of it runs is shown by tests/e2e."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from portaal.cli import main
from portaal.demo.fingerprint import is_prepared, mark_prepared

ROOT = Path(__file__).parents[2]


def checkout(folder: Path) -> Path:
    """The demonstration's settings where nothing was started yet."""
    config = folder / "development.ini"
    config.write_text((ROOT / "development.ini").read_text(encoding="utf-8"), encoding="utf-8")
    return config


def test_the_data_are_made_once_and_anew_for_other_settings(tmp_path: Path) -> None:
    config = str(checkout(tmp_path))
    assert not is_prepared(tmp_path, config)
    mark_prepared(tmp_path, config)
    assert is_prepared(tmp_path, config)
    with Path(config).open("a", encoding="utf-8") as file:
        file.write("demo.delay = 1\n")
    assert not is_prepared(tmp_path, config)


def test_the_products_are_ready_before_the_first_start(tmp_path: Path) -> None:
    config = checkout(tmp_path)
    result = CliRunner().invoke(main, ["plugins", "--config", str(config)])
    assert result.exit_code == 0, result.output
    lines = [line.split()[:2] for line in result.stdout.splitlines()]
    assert {"iwmo", "ijw", "wlz_registertoets"} <= {name for name, state in lines if state == "ready"}
    assert "yet ('make serve' makes it)" in result.stderr
    assert list(tmp_path.iterdir()) == [config]
