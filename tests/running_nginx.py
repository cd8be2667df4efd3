"""An nginx of one's own, of Debian's package, in front of several web sites, for the length of a with block."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lessons.embedded.certificates import Certificates, ensure
from lessons.embedded.ports import free_port
from tests.waiting import wait_for

END_TIMEOUT_S = 10
# What the README shows, with a port, a certificate and files of its own.
CONFIG = """
daemon off;
master_process off;
error_log {folder}/error.log;
pid {folder}/pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; "" close; }}
  upstream kafkaclass {{ {servers} }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {certificate};
    location {path} {{
      proxy_pass http://kafkaclass{kept};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      client_max_body_size 8m;
    }}
  }}
}}
"""


@contextmanager
def running_nginx(addresses: Sequence[str], path: str, *, keeps_path: bool = True) -> Iterator[str]:
    """Yields its URL with the path, whose TLS no browser has reason to trust. `addresses`: host and port of each web site, in
    turn; `keeps_path`: else it takes the path off. Raises: FileNotFoundError."""
    with tempfile.TemporaryDirectory(prefix="kafkaclass-nginx-") as name:
        folder, port, certificates = Path(name), free_port(), Certificates(Path(name))
        ensure(certificates, "127.0.0.1")
        servers = " ".join(f"server {address};" for address in addresses)
        config = folder / "nginx.conf"
        config.write_text(
            CONFIG.format(
                folder=folder, port=port, path=path, servers=servers, kept="" if keeps_path else "/",
                certificate=certificates.brokers,
            )
        )  # fmt: skip
        started = subprocess.Popen([program(), "-p", name, "-e", f"{name}/error.log", "-c", config])
        try:
            wait_for(lambda: _takes_connections(port), why=lambda: (folder / "error.log").read_text())
            yield f"https://127.0.0.1:{port}{path}"
        finally:
            started.terminate()
            started.wait(END_TIMEOUT_S)


def program() -> str:
    return shutil.which("nginx") or "/usr/sbin/nginx"


def has_nginx() -> bool:
    return os.access(program(), os.X_OK)


def _takes_connections(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
