"""A certificate authority of our own, made by the openssl command (Debian's Dovecot brings it)."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = mailbot tests
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files, all PEM: what clients trust, and what servers on localhost and 127.0.0.1 show."""

    ca_file: Path
    cert_file: Path
    key_file: Path


def make_certificates(folder: Path) -> Certificates:
    """A fresh authority and one server certificate, good for two days, in *folder*."""
    config, ca_key = folder / "openssl.cnf", folder / "ca.key"
    config.write_text(_CONFIG)
    made = Certificates(ca_file=folder / "ca.pem", cert_file=folder / "server.pem", key_file=folder / "server.key")
    _openssl(config, ca_key, made.ca_file, "authority")
    _openssl(config, made.key_file, made.cert_file, "server", "-CA", str(made.ca_file), "-CAkey", str(ca_key))
    return made


def _openssl(config: Path, key: Path, cert: Path, extensions: str, *signed_by: str) -> None:
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", str(key)]
    command = ["openssl", "req", "-x509", *new_key, "-out", str(cert), "-days", "2", "-config", str(config)]
    subprocess.run([*command, "-extensions", extensions, *signed_by], check=True, capture_output=True)
