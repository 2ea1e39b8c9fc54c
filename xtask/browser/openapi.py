"""Requests made from the document of the API: none breaks the server."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

EXAMPLES = "40"


def ask(base: str, path: str, body: dict, cookie: str = "") -> tuple[dict, str]:
    headers = {"Content-Type": "application/json", "Origin": base, "Cookie": cookie}
    request = urllib.request.Request(base + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer), answer.headers.get("Set-Cookie", "").split(";")[0]


def main() -> int:
    ssot, repository, working = map(Path, sys.argv[1:])
    command = [ssot, "serve", repository, "--quiet", "--port", "0", "--state", working / "state"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        base, code = server.stdout.readline().strip().split("/sign-in#")
        _, cookie = ask(base, "/api/v1/sign-in", {"code": code})
        body = {"command_id": "for-the-generator", "name": "generator"}
        token = ask(base, "/api/v1/tokens", body, cookie)[0]["secret"]
        projects = urllib.request.Request(base + "/api/v1/projects", headers={"Cookie": cookie})
        with urllib.request.urlopen(projects) as answer:
            project = json.load(answer)[0]["project"]
        # Behind an identity that is not there nothing would be reached.
        config = working / "schemathesis.toml"
        config.write_text(f'[parameters]\n"path.project" = "{project}"\n')
        generator = Path(sys.executable).with_name("schemathesis")
        # Whether a request is refused is no question here: that none breaks anything is.
        checks = "not_a_server_error,content_type_conformance,response_schema_conformance"
        ended = subprocess.run(
            [generator, "run", f"{base}/api/v1/openapi.json"]
            + ["--header", f"Authorization: Bearer {token}", "--checks", checks]
            + ["--max-examples", EXAMPLES, "--rate-limit", "80/s", "--workers", "1"]
            + ["--exclude-path-regex", "sign-out|/runs$", "--seed", "1", "--no-color"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=working,
        )
        print(ended.stdout[-6000:])
        assert server.poll() is None, "the server has ended"
        with urllib.request.urlopen(base + "/readyz") as answer:
            assert answer.status == 200
        figures = urllib.request.urlopen(base + "/metrics").read().decode()
        broken = re.findall(r'ssot_requests_total\{.*status="5\d\d".*', figures)
        assert not broken, broken
        return ended.returncode
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


if __name__ == "__main__":
    sys.exit(main())
