"""Sign the manifest of a site; verify a copy of a site, and who signed it.

A signature is what `ssh-keygen -Y sign` makes, as Git signs commits. It needs OpenSSH 8.2.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from site_builder.errors import Fault, SiteError
from site_builder.publish.folder import Staging
from site_builder.publish.manifest import (
    GENERATOR,
    MANIFEST,
    SIGNATURE,
    Manifest,
    added_files,
    is_plain_file,
    read_manifest,
    read_stable,
)
from site_builder.records import Record

NAMESPACE = "site-builder"
"""What a signature is for; a signature of the same key for anything else is not accepted."""
_COPY_AGAIN = "Copy the site again."
_OF_HOSTS = {"CNAME", "README.md", ".git", ".git/", ".gitattributes"}
"""What a checkout of the branch `gh-pages` or of a Space has beside the site, which it needs."""


class Verified(Record):
    """The outcome of a verification.

    Attributes:
        files: The number of files, with the manifest and its signature; 0 without a manifest.
        generator: Its name and version; empty without a manifest.
        faults: Files that are missing, changed or added, and a signature by none of the signers.
        is_signed: Whether there is a signature.
        signer: Who made the signature, with the key; empty where no signers were given.
    """

    files: int
    generator: str
    faults: tuple[Fault, ...]
    is_signed: bool = False
    signer: str = ""


def verify_site(folder: Path, signers: Path | None = None) -> Verified:
    """Compare a published folder, or a copy of one, with its manifest.

    If there is a file of `signers`, one of them must have signed the manifest.

    Raises:
        SiteError: There are `signers` and no `ssh-keygen`.
    """
    try:
        return read_stable(folder, lambda: _verify(folder, signers))
    except OSError as error:
        return Verified(0, "", (_unreadable(str(error.filename or folder), error),))


def _verify(folder: Path, signers: Path | None) -> Verified:
    manifest = read_manifest(folder)
    if manifest is None:
        return Verified(0, "", (_no_site(folder),))
    added = (
        Fault(f"{folder}/{path}", "it is not part of the site", "Move it out.")
        for path in sorted({*added_files(folder, manifest.files)} - _OF_HOSTS)
    )
    faults = [*_file_faults(folder, manifest), *added]
    is_signed, signer = (folder / SIGNATURE).exists(), ""
    if signers:
        found = find_signer((folder / MANIFEST).read_bytes(), folder, signers)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            signer = found
    n_files = len(manifest.files) + 1 + is_signed
    return Verified(n_files, manifest.generator, tuple(faults), is_signed, signer)


def _no_site(folder: Path) -> Fault:
    staged = Staging(folder)
    if staged.has_only_site:
        what = f"a killed build left no site here; the last one is in {staged.old}"
        return Fault(str(folder), what, "Build again to restore it.")
    if not folder.is_dir():
        return Fault(str(folder), "there is no such folder", "Name the folder of a site.")
    place = str(folder / MANIFEST)
    if not (folder / MANIFEST).exists():
        fix = f"Copy the site again, or name a folder that {GENERATOR} published."
        return Fault(place, "the file is missing", fix)
    return Fault(place, f"it is not a manifest of {GENERATOR}", _COPY_AGAIN)


def _file_faults(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    for path, checksum in sorted(manifest.files.items()):
        place = str(folder / path)
        try:
            if not is_plain_file(folder / path):
                yield Fault(place, "it is not a file", _COPY_AGAIN)
            elif sha256((folder / path).read_bytes()).hexdigest() != checksum:
                yield Fault(place, "it is not the file that was built", _COPY_AGAIN)
        except (FileNotFoundError, NotADirectoryError):
            yield Fault(place, "the file is missing", _COPY_AGAIN)
        except OSError as error:
            yield _unreadable(place, error)


def _unreadable(place: str, error: OSError) -> Fault:
    return Fault(place, f"cannot be read: {error.strerror}", "Check its permissions.")


# --- signatures ---------------------------------------------------------------------------------


def sign_manifest(manifest: bytes, key: Path) -> bytes:
    """Return the signature of a manifest by an SSH key, or raise a `SiteError`.

    `key` is the file of a private key, or of the public key of one that an agent holds.
    """
    done = _ssh_keygen("sign", manifest, "-n", NAMESPACE, "-f", str(key))
    if done.returncode:
        fix = "Name a private key with --sign, such as ~/.ssh/id_ed25519."
        raise SiteError(Fault(str(key), f"cannot sign: {_reason(done)}", fix))
    return done.stdout


def find_signer(manifest: bytes, folder: Path, signers: Path) -> str | Fault:
    """Return who signed the manifest of a published folder: `NAME with ED25519 key SHA256:...`.

    `signers` lists names with their public keys, as the allowed signers of Git do. The result is a
    fault if the site is not signed, or by none of them.

    Raises:
        OSError: The signature cannot be read.
        SiteError: There is no `ssh-keygen`.
    """
    file = folder / SIGNATURE
    place, of_file = str(file), ("-s", str(file))
    try:
        if not is_plain_file(file):
            return Fault(place, "it is not a file", _COPY_AGAIN)
    except FileNotFoundError:
        return Fault(place, "the file is missing: the site is not signed", "Build it with --sign.")
    known = _ssh_keygen("check-novalidate", manifest, "-n", NAMESPACE, *of_file)
    if known.returncode:
        what = f"the signature does not match {MANIFEST}: {_reason(known)}"
        return Fault(place, what, "Do not trust this copy.")
    key = known.stdout.decode(errors="replace").strip().rpartition(" with ")[2]
    named = _ssh_keygen("find-principals", b"", *of_file, "-f", str(signers))
    name = named.stdout.decode(errors="replace").partition("\n")[0].strip()
    if named.returncode or not name:
        what = f"it is signed by {key}, which {signers} does not list"
        return Fault(place, what, "Find out whose key it is.")
    allowed = ("-n", NAMESPACE, *of_file, "-f", str(signers), "-I", name)
    verified = _ssh_keygen("verify", manifest, *allowed)
    if verified.returncode:
        what = f"{signers} does not let {name} sign this with {key}: {_reason(verified)}"
        return Fault(place, what, "Look at the namespaces and dates of the key there.")
    return f"{name} with {key}"


def _ssh_keygen(action: str, message: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    words = ["ssh-keygen", "-Y", action, *options]
    try:
        return subprocess.run(words, input=message, capture_output=True, check=False)
    except FileNotFoundError as error:
        what, fix = "ssh-keygen is not installed, or not on the PATH", "Install OpenSSH."
        raise SiteError(Fault("", what, fix)) from error


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1].rstrip(".") if lines else "ssh-keygen gives no reason"
