"""A client of `ssot mcp`, on the protocol's own SDK: `client.py PROGRAM REPOSITORY [--measure]`.

REPOSITORY is laid by `cargo xtask mcp`, which also says what has to be in it.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request

from mcp import Client, MCPError, StdioServerParameters

TOOLS = [
    "audit",
    "canonical_of",
    "check_change",
    "explain_finding",
    "explain_rule",
    "find_existing",
    "plan",
    "run_status",
]

SIGNATURE = "def slugify(text) -> str"

COPY = '''import re


def address_part(text):
    text = text.lower().strip()
    text = re.sub(r"[^a-z0-9]+", "-", text)
    text = text.strip("-")
    if not text:
        text = "empty"
    return text
'''

OTHER = '''def longest(rows):
    best = None
    for row in rows:
        if best is None or len(row) > len(best):
            best = row
    return best
'''


def check(condition, *facts):
    if not condition:
        raise SystemExit("ssot mcp: " + " ".join(str(fact) for fact in facts))


async def ask(client, tool, **arguments):
    result = await client.call_tool(tool, arguments)
    check(not result.is_error, tool, result.content)
    # What is structured is also told as text, for clients that read nothing else.
    check(json.loads(result.content[0].text) == result.structured_content, tool)
    return result.structured_content


async def refused(client, tool, **arguments):
    result = await client.call_tool(tool, arguments)
    check(result.is_error, tool, "was not refused", result.structured_content)
    return result.content[0].text


async def finds(client):
    by_name = await ask(client, "find_existing", name="slugify")
    check(by_name["answer"] == "exists", by_name)
    dotted = [match["dotted"] for match in by_name["matches"]]
    check("shop.text.slugify" in dotted and "shop.export.slugify" in dotted, dotted)
    by_signature = await ask(client, "find_existing", signature=SIGNATURE)
    check(by_signature["matches"][0]["dotted"] in dotted, by_signature)
    by_code = await ask(client, "find_existing", code=COPY)
    check(by_code["answer"] == "exists", by_code)
    check("its body is the same" in by_code["matches"][0]["reasons"], by_code)
    new = await ask(client, "find_existing", name="brew_coffee", code=OTHER)
    check(new["answer"] == "new", new)
    # Written in another worktree and not committed.
    elsewhere = await ask(client, "find_existing", name="parse_invoice")
    check(elsewhere["matches"][0]["worktree"] == "elsewhere", elsewhere)
    text = await refused(client, "find_existing", nme="slugify")
    check("unknown field `nme`" in text, text)
    check("name, a signature or code" in await refused(client, "find_existing"), "no question")


async def judges(client):
    canonical = await ask(client, "canonical_of", definition="slugify")
    group = canonical["groups"][0]
    check(group["canonical"] in ("shop.text.slugify", "shop.export.slugify"), canonical)
    explained = await ask(client, "explain_finding", finding=group["group"])
    check(explained["findings"][0]["name"] == "slugify", explained)
    check(explained["rules"][0]["page"].startswith("# "), explained)
    rule = await ask(client, "explain_rule", rule="exact-clone")
    check(rule["rule"] == "exact-clone" and rule["page"].startswith("# "), rule)
    audit = await ask(client, "audit", group=group["group"])
    check(audit["audits"][0]["finding"]["id"] == group["group"], audit)
    plan = await ask(client, "plan")
    check(any("slugify" in package["title"] for package in plan["package"]), plan)
    check("no run" in await refused(client, "run_status"), "a run")
    check("is no run" in await refused(client, "run_status", run="../../etc"), "a path")


async def checks(client):
    tree = await ask(client, "check_change")
    check(tree["passed"] and tree["compared_with"] == {"revision": "HEAD"}, tree)
    copied = await ask(client, "check_change", path="shop/address.py", content=COPY)
    check(not copied["passed"], copied)
    members = [member for new in copied["new"] for member in new["new_members"]]
    check(any("shop.address.address_part" in member for member in members), copied)
    other = await ask(client, "check_change", path="shop/rows.py", content=OTHER)
    check(other["passed"], other)
    outside = await refused(client, "check_change", path="../x.py", content="")
    check("../x.py" in outside, outside)


async def reads(client):
    resources = (await client.list_resources()).resources
    uris = [str(resource.uri) for resource in resources]
    check("ssot://plan" in uris and "ssot://rule/exact-clone" in uris, uris)
    page = await client.read_resource("ssot://rule/exact-clone")
    check(page.contents[0].text.startswith("# "), page)
    plan = await client.read_resource("ssot://plan")
    check(json.loads(plan.contents[0].text)["package"], plan)
    check((await client.list_resource_templates()).resource_templates, "no templates")
    prompts = [prompt.name for prompt in (await client.list_prompts()).prompts]
    for prompt in prompts:
        argument = {"task": "x", "group": "slugify", "finding": "slugify"}
        got = await client.get_prompt(prompt, argument)
        check("{}" not in got.messages[0].content.text, got)
    for wrong in (
        client.read_resource("ssot://nothing"),
        client.get_prompt("nothing", {}),
        client.call_tool("nothing", {}),
    ):
        try:
            await wrong
        except MCPError:
            continue
        check(False, "nothing was there")


async def talk(server, mode):
    async with Client(server, mode=mode) as client:
        check(client.server_info.name == "ssot", client.server_info)
        check("find_existing" in client.instructions, client.instructions)
        tools = (await client.list_tools()).tools
        check([tool.name for tool in tools] == TOOLS, tools)
        for tool in tools:
            check(tool.description and tool.input_schema["type"] == "object", tool)
            check(tool.annotations.read_only_hint, tool)
        for part in (finds, judges, checks, reads):
            await part(client)
        return client.protocol_version


def foreign(url, name, value):
    """The answer to a request that a page in a browser could have sent."""
    request = urllib.request.Request(url, data=b"{}", headers={name: value})
    request.add_header("content-type", "application/json")
    request.add_header("accept", "application/json, text/event-stream")
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


async def over_http(program, repository):
    command = [program, "mcp", repository, "--http", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        url = next(word for word in server.stderr.readline().split() if word.startswith("http"))
        url = url.rstrip(";")
        check(url.startswith("http://127.0.0.1:"), url)
        spoken = [await talk(url, mode) for mode in ("legacy", "auto")]
        check(foreign(url, "origin", "http://evil.example") == 403, "an origin")
        check(foreign(url, "host", "evil.example") in (400, 403, 421), "a host")
    finally:
        server.terminate()
        check(server.wait(timeout=30) in (0, 130), server.returncode)
    return spoken


async def main(program, repository):
    over_stdio = StdioServerParameters(command=program, args=["mcp", repository])
    spoken = [await talk(over_stdio, mode) for mode in ("legacy", "auto")]
    spoken += await over_http(program, repository)
    print(f"mcp: {len(TOOLS)} tools over stdio and HTTP, protocols {' '.join(sorted(set(spoken)))}")


# Questions of each form, about things that are there and things that are not.
QUESTIONS = [
    {"name": "UserSessionManager"},
    {"name": "get_user"},
    {"name": "retry with exponential backoff"},
    {"signature": "def send_message(self, user_id, message) -> None"},
    {"code": COPY},
    {"code": OTHER, "everywhere": True},
    {"name": "nothing_is_called_like_this"},
]


async def measure(program, repository):
    server = StdioServerParameters(command=program, args=["mcp", repository])
    begun = time.perf_counter()
    async with Client(server) as client:
        connected = time.perf_counter() - begun
        first = await ask(client, "find_existing", name="slugify")
        answered = time.perf_counter() - begun
        times = []
        for _ in range(40):
            for question in QUESTIONS:
                begun = time.perf_counter()
                await ask(client, "find_existing", **question)
                times.append((time.perf_counter() - begun) * 1000)
    cuts = statistics.quantiles(times, n=100)
    print(
        f"{first['definitions']} definitions: connected after {connected * 1000:.0f} ms, "
        f"first answer after {answered * 1000:.0f} ms, then {len(times)} questions "
        f"p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms, "
        f"max {max(times):.1f} ms"
    )


if __name__ == "__main__":
    asyncio.run((measure if "--measure" in sys.argv else main)(sys.argv[1], sys.argv[2]))
