"""What every command says, and how it stops."""

from pathlib import Path

import pytest
from rich.console import Console

from site_builder.commands.console import Progress


def test_a_line_that_ctrl_c_breaks_off_is_said_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written, and Ctrl-C comes before the console has forgotten it."""
    monkeypatch.setenv("TTY_COMPATIBLE", "0")  # so that rich says it, as on a terminal
    progress = Progress(Path(), "text", quiet=False, strict=False)
    write = Console._write_buffer

    def broken_off(console: Console) -> None:
        console.file.write(console._render_buffer(console._buffer[:]))
        raise KeyboardInterrupt

    monkeypatch.setattr(Console, "_write_buffer", broken_off)
    with pytest.raises(KeyboardInterrupt):
        progress.say("one line")
    monkeypatch.setattr(Console, "_write_buffer", write)
    progress.broken_off()
    assert "one line\n\n" == capsys.readouterr().err


def test_a_stage_that_is_broken_off_has_taken_no_time(capsys: pytest.CaptureFixture[str]) -> None:
    """What follows does not say how long it took."""
    progress = Progress(Path(), "text", quiet=False, strict=False)
    progress.stage("Computing")
    progress.broken_off()
    progress.say("Done.")
    assert "\nDone.\n" == capsys.readouterr().err
