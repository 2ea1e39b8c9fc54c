"""A team signs in with a provider that others have written: RS256 keys, PKCE, a real form."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import urllib.parse
from pathlib import Path

ADA = {"sub": "ada-1815", "name": "Ada Lovelace", "groups": ["engineering", "shop-leads"]}
EVE = {"sub": "eve", "name": "Eve", "groups": ["strangers"]}

SETTINGS = """
issuer = "{issuer}"
client-id = "ssot"
client-secret-file = "{secret}"
name = "Example"
allow-loopback = true

[[role]]
value = "engineering"
role = "viewer"

[[role]]
value = "shop-leads"
project = "{project}"
role = "approver"
"""


class Browser:
    """Requests with cookies, and no redirect followed unseen."""

    def __init__(self) -> None:
        self.cookies: dict[str, dict[str, str]] = {}

    def ask(self, address: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        parts = urllib.parse.urlsplit(address)
        jar = self.cookies.setdefault(parts.netloc, {})
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
        path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urllib.parse.urlencode(form), headers)
        answer = connection.getresponse()
        for line in answer.msg.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            jar[name] = value
        text = answer.read().decode()
        to = urllib.parse.urljoin(address, answer.headers.get("Location", ""))
        return answer.status, to, text

    def sign_in(self, base: str, user: str) -> tuple[int, str, str]:
        """From the button to what the server says of the answer; the address of the answer."""
        status, provider, _ = self.ask(f"{base}/sign-in/provider")
        assert status == 303, (status, provider)
        status, _, form = self.ask(provider)
        assert status == 200 and user in form, form
        status, back, _ = self.ask(provider, {"sub": user})
        assert status == 302 and back.startswith(f"{base}/sign-in/back?"), back
        status, _, text = self.ask(back)
        return status, back, text

    def me(self, base: str) -> dict | None:
        status, _, text = self.ask(f"{base}/api/v1/me")
        return json.loads(text) if status == 200 else None


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def provider(port: int, said: Path) -> subprocess.Popen:
    words = [Path(sys.executable).with_name("oidc-provider-mock"), "--port", str(port)]
    for user in (ADA, EVE):
        words += ["--user-claims", json.dumps(user)]
    with said.open("w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
    while True:
        assert process.poll() is None, said.read_text()
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process
        except OSError:
            continue


def check(base: str, project: str) -> None:
    ada = Browser()
    status, back, text = ada.sign_in(base, "ada-1815")
    assert status == 200 and "You are signed in" in text, text
    me = ada.me(base)
    assert me and me["name"] == "Ada Lovelace" and not me["is_admin"], me
    projects = json.loads(ada.ask(f"{base}/api/v1/projects")[2])
    assert [(it["name"], it["role"]) for it in projects] == [(project, "approver")], projects
    # The same answer again, and in the browser of somebody else.
    replayed = ada.ask(back)
    assert replayed[0] == 403, replayed
    other = Browser()
    assert other.ask(back)[0] == 403 and other.me(base) is None
    # A second sign-in is the same user; to whom nothing is open stays outside.
    again = Browser()
    assert again.sign_in(base, "ada-1815")[0] == 200
    assert again.me(base)["user"] == me["user"]
    eve = Browser()
    status, _, text = eve.sign_in(base, "eve")
    assert status == 403 and "nothing is open to you here" in text, text
    assert eve.me(base) is None
    status, to, _ = ada.ask(f"{base}/sign-in/provider-out")
    assert status == 303 and "/oauth2/end_session?client_id=ssot" in to, to


def main() -> int:
    ssot, repository, working = map(Path, sys.argv[1:])
    port = free_port()
    issuer, secret = f"http://127.0.0.1:{port}", working / "oidc-secret"
    secret.write_text("a secret\n")
    settings = working / "oidc.toml"
    names = {"issuer": issuer, "secret": secret, "project": repository.name}
    settings.write_text(SETTINGS.format(**names))
    begun = provider(port, working / "provider.log")
    command = [ssot, "serve", repository, "--quiet", "--port", "0", "--oidc", settings]
    command += ["--state", working / "state"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        base = server.stdout.readline().strip().split("/sign-in#")[0]
        check(base, repository.name)
        print("oidc: a sign-in with RS256 keys, a replay, a foreign browser and a stranger")
        return 0
    finally:
        for process in (server, begun):
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
