"""A signature of the manifest by a real SSH key: who signed, nobody, or somebody else."""

import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from site_builder import __version__
from site_builder.commands import main
from site_builder.publish.folder import publish
from site_builder.publish.manifest import MANIFEST, SIGNATURE, with_manifest
from site_builder.publish.verify import NAMESPACE, sign_manifest
from tests.helpers.published import NEW_SITE, SITE, make_key

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="OpenSSH is not installed")
COMPLETE = f"Complete: 6 files, as site_builder {__version__} built them."


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return make_key(tmp_path / "key")


@pytest.fixture
def signed(tmp_path: Path, key: Path) -> Path:
    """A copy of a signed site."""
    publish({**SITE, SIGNATURE: sign_manifest(SITE[MANIFEST], key)}, tmp_path / "site")
    return tmp_path / "site"


def public(key: Path) -> str:
    return key.with_suffix(".pub").read_text().strip()


def named(key: Path) -> str:
    """The key as `ssh-keygen` names it."""
    words = ["ssh-keygen", "-l", "-f", str(key)]
    listed = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    return f"ED25519 key {listed[1]}"


def write_signers(folder: Path, *lines: str) -> Path:
    path = folder / "allowed_signers"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def run(*words: object) -> tuple[int, list[str]]:
    said = CliRunner().invoke(main, [*map(str, words)])
    assert "" == said.stdout
    return said.exit_code, said.stderr.splitlines()


def test_signer_is_named(tmp_path, signed, key):
    """The first name of the key's line; other lines are of other keys."""
    other = make_key(tmp_path / "other")
    lines = (f"eve@example.org {public(other)}", f"ann@example.org,board {public(key)}")
    signers = write_signers(tmp_path, *lines)
    expected = [COMPLETE, f"Signed by ann@example.org with {named(key)}."]
    assert (0, expected) == run("verify", signed, "--signers", signers)


def test_without_signers_nobody_is_named(tmp_path, signed):
    assert (0, [COMPLETE, "Signed; --signers checks by whom."]) == run("verify", signed)


def test_site_without_a_signature(tmp_path, key):
    publish(SITE, tmp_path / "site")
    code, lines = run("verify", tmp_path / "site")
    assert (0, "Not signed.") == (code, lines[-1])
    signers = write_signers(tmp_path, f"ann {public(key)}")
    line = f"{tmp_path}/site/{SIGNATURE}: the file is missing: the site is not signed."
    said = run("verify", tmp_path / "site", "--signers", signers)
    assert (1, [f"{line} Build it with --sign."]) == said


def test_changed_manifest_does_not_match(tmp_path, signed, key):
    """Whoever changes a page and its checksum cannot sign them."""
    files = {name: content for name, content in SITE.items() if name != MANIFEST}
    forged = with_manifest({**files, "index.html": b"forged"})
    for name in ("index.html", MANIFEST):
        (signed / name).write_bytes(forged[name])
    signers = write_signers(tmp_path, f"ann {public(key)}")
    code, (line,) = run("verify", signed, "--signers", signers)
    what = f"{signed}/{SIGNATURE}: the signature does not match {MANIFEST}: "
    assert (1, True) == (code, line.startswith(what))
    assert line.endswith("incorrect signature. Do not trust this copy.")


@pytest.mark.parametrize("content", [b"", b"signature", b"\xff\0"])
def test_file_that_is_no_signature(tmp_path, signed, key, content):
    (signed / SIGNATURE).write_bytes(content)
    signers = write_signers(tmp_path, f"ann {public(key)}")
    code, (line,) = run("verify", signed, "--signers", signers)
    assert (1, True) == (code, f"the signature does not match {MANIFEST}: " in line)


@pytest.mark.parametrize("place", ["pipe", "link"])
def test_signature_that_is_not_a_file(tmp_path, signed, key, place):
    """A pipe would never end, and a link leads elsewhere."""
    path, signers = signed / SIGNATURE, write_signers(tmp_path, f"ann {public(key)}")
    path.rename(tmp_path / "kept")
    subprocess.run(["mkfifo", path], check=True) if place == "pipe" else path.symlink_to("../kept")
    line = f"{path}: it is not a file. Copy the site again."
    assert (1, [line]) == run("verify", signed, "--signers", signers)


@pytest.mark.parametrize("lines", [(), ("nonsense",), ("other",)])
def test_key_that_is_not_listed(tmp_path, signed, key, lines):
    other = make_key(tmp_path / "other")
    signers = write_signers(tmp_path, *(f"eve {public(other)}" for _ in lines))
    if lines == ("nonsense",):
        signers.write_text("nonsense\n")
    what = f"it is signed by {named(key)}, which {signers} does not list."
    line = f"{signed}/{SIGNATURE}: {what} Find out whose key it is."
    assert (1, [line]) == run("verify", signed, "--signers", signers)


def test_key_that_is_listed_for_something_else(tmp_path, signed, key):
    """Such as commits only."""
    signers = write_signers(tmp_path, f'ann namespaces="git" {public(key)}')
    code, (line,) = run("verify", signed, "--signers", signers)
    what = f"{signers} does not let ann sign this with {named(key)}: "
    assert (1, True) == (code, what in line)


def test_signature_for_something_else(tmp_path, signed, key):
    """The key has signed this text as a commit, say: nobody meant to publish it."""
    words = ["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", "git"]
    done = subprocess.run(words, input=SITE[MANIFEST], capture_output=True, check=True)
    (signed / SIGNATURE).write_bytes(done.stdout)
    signers = write_signers(tmp_path, f"ann {public(key)}")
    code, (line,) = run("verify", signed, "--signers", signers)
    assert (1, True) == (code, "namespace does not match. Do not trust this copy." in line)


def test_signature_of_the_documented_command(tmp_path, key):
    """Signing in a job of its own leaves the file that `--sign` would have made."""
    publish(SITE, tmp_path / "site")
    words = ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", str(key)]
    subprocess.run([*words, str(tmp_path / "site" / MANIFEST)], check=True, capture_output=True)
    written = (tmp_path / "site" / SIGNATURE).read_bytes()
    assert sign_manifest(SITE[MANIFEST], key) == written


def test_next_build_replaces_a_signed_site(tmp_path, signed):
    """Its signature stays while it matches the manifest."""
    publish(SITE, signed)
    assert (signed / SIGNATURE).exists()
    publish(NEW_SITE, signed)
    assert not (signed / SIGNATURE).exists()


def test_build_signs(tmp_path, project, key):
    signers = write_signers(tmp_path, f"ann {public(key)}")
    run("build", "--project", project, "--sign", key)
    code, lines = run("verify", project / "site", "--signers", signers)
    assert (0, f"Signed by ann with {named(key)}.") == (code, lines[-1])


@pytest.mark.parametrize("reason", ["no key", "password", "mode"])
def test_key_that_cannot_sign(tmp_path, project, monkeypatch, reason):
    """Nothing is published. The question for a password goes to a program that has none."""
    key = tmp_path / "key"
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    monkeypatch.setenv("SSH_ASKPASS", "false")
    if reason == "no key":
        key.write_text("text")
        key.chmod(0o600)
    else:
        make_key(key, "secret" if reason == "password" else "")
        key.chmod(0o600 if reason == "password" else 0o644)
    code, lines = run("build", "--project", project, "--sign", key, "--quiet")
    assert 1 == code
    assert lines[0].startswith(f"{key}: cannot sign: ")
    assert "Name a private key with --sign" in lines[0]
    assert "1 error; nothing was written." == lines[1]
    assert not (project / "site").exists()


def test_without_openssh(tmp_path, project, signed, key, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    signers = write_signers(tmp_path, f"ann {public(key)}")
    line = "ssh-keygen is not installed, or not on the PATH. Install OpenSSH."
    outcome = "1 error; the signature was not checked."
    assert (1, [line, outcome]) == run("verify", signed, "--signers", signers)
