"""What every command says, and how it stops."""

from pathlib import Path

import pytest
from rich.console import Console as RichConsole

from site_builder.commands.console import Console


def test_a_line_that_ctrl_c_breaks_off_is_said_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written, and Ctrl-C comes before the console has forgotten it."""
    monkeypatch.setenv("TTY_COMPATIBLE", "0")  # so that rich says it, as on a terminal
    console = Console(Path())
    write = RichConsole._write_buffer

    def broken_off(console: RichConsole) -> None:
        console.file.write(console._render_buffer(console._buffer[:]))
        raise KeyboardInterrupt

    monkeypatch.setattr(RichConsole, "_write_buffer", broken_off)
    with pytest.raises(KeyboardInterrupt):
        console.say("one line")
    monkeypatch.setattr(RichConsole, "_write_buffer", write)
    console.interrupted()
    assert "one line\n\n" == capsys.readouterr().err


def test_a_stage_that_is_broken_off_has_taken_no_time(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(Path())
    console.stage("Computing")
    console.interrupted()
    console.say("Done.")
    assert "\nDone.\n" == capsys.readouterr().err
