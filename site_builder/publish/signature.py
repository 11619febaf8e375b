"""Sign the manifest of a site, and find out who signed it.

A signature is what `ssh-keygen -Y sign` makes, as Git signs commits. It needs OpenSSH 8.2.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from site_builder.errors import Fault, SiteError
from site_builder.publish.manifest import MANIFEST, SIGNATURE, is_plain_file

NAMESPACE = "site-builder"
"""What a signature is for; a signature of the same key for anything else is not accepted."""


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
            return Fault(place, "it is not a file", "Copy the site again.")
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
