"""`ssot serve` as people use it: a real browser, clicks, two users, a server that dies."""

from __future__ import annotations

import argparse
import contextlib
import http.server
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

PATIENCE_MS = 60_000
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
HOSTILE = "<img src=x onerror=document.title='broken'>"


class Server:
    """A server on one port, which comes back on the same one."""

    def __init__(self, ssot: Path, repository: Path, state: Path) -> None:
        self.ssot, self.repository, self.state = ssot, repository, state
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        command = [self.ssot, "serve", self.repository, "--quiet", "--state", self.state]
        command += ["--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        link = self.process.stdout.readline().strip()
        assert "/sign-in#" in link, link
        self.port = int(re.search(r":(\d+)/", link).group(1))
        return link

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(timeout=60) == 0


class Watched:
    """Every page of a run of this script, with what its console said."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.errors = browser, []

    def context(self, **options: object) -> BrowserContext:
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", self.watch)
        return context

    def watch(self, page: Page) -> None:
        def said(message) -> None:
            if message.type == "error" and not self.is_expected(message.text):
                self.errors.append(f"{page.url}: {message.text}")

        page.on("console", said)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))

    @staticmethod
    def is_expected(text: str) -> bool:
        # The server dies once, and one page is asked for that is not there.
        return "ERR_CONNECTION" in text or "status of 404" in text or "WebSocket" in text


def settled(page: Page) -> None:
    """Waits until the page has everything that the log had."""
    expect(page.locator("#connection")).to_have_text("live", timeout=PATIENCE_MS)


def ended(page: Page) -> None:
    """Waits until the run has come to its end."""
    expect(page.locator(".pill").first).to_have_text(
        re.compile("complete|partial"), timeout=PATIENCE_MS
    )
    settled(page)


def same(before: list[str], after: list[str], why: str) -> None:
    """Both say the same."""
    for left, right in zip(before, after):
        assert left == right, f"{why}:\n--- {left}\n+++ {right}"


def state_of_run(page: Page) -> list[str]:
    """What the page says of a run, without what depends on the time of the look."""
    places = ["#agents", "#packages", "#gates", "#alerts", "h1"]
    return [page.locator(place).first.inner_text() for place in places]


def first_start_to_landed(watched: Watched, link: str) -> tuple[BrowserContext, str, str]:
    """From the link to a landed package with clicks alone."""
    context = watched.context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(link)
    page.get_by_role("link", name="demo").first.click()
    page.get_by_role("link", name="See the plan").click()
    expect(page.locator("h1")).to_contain_text("packages for")
    # One package alone: everything else is switched off.
    switches = page.locator("input.switch")
    keep = page.locator("#on-p02-slugify")
    for at in range(switches.count()):
        if switches.nth(at).get_attribute("id") != keep.get_attribute("id"):
            switches.nth(at).uncheck()
    keep.check()
    page.get_by_role("button", name="Approve and run").click()
    page.wait_for_url(re.compile(r"/runs/r-"))
    expect(page.locator("h1")).to_contain_text("1 of 1 package landed", timeout=PATIENCE_MS)
    ended(page)
    told = state_of_run(page)
    run = page.url
    page.reload()
    settled(page)
    same(told, state_of_run(page), "what came live is not what the log says")
    page.get_by_role("link", name="Verify the log").click()
    expect(page.locator("#verify-said")).to_contain_text("in order, and unchanged")
    print("first start to a landed package: clicks alone")
    return context, page.url.split("/runs/")[0], run


def replay(context: BrowserContext, run: str) -> None:
    """The record, replayed from the log, ends where the run did."""
    page = context.new_page()
    page.goto(run)
    settled(page)
    told = state_of_run(page)
    page.locator("#replay-speed").select_option("600")
    button = page.locator("#replay-play")
    expect(button).to_be_enabled()
    button.click()
    end = page.locator("#replay-at").get_attribute("max")
    page.wait_for_function(
        "end => document.getElementById('replay-at').value === end", arg=end
    )
    same(told, state_of_run(page), "the replay ends elsewhere")
    page.close()
    print("replay: ends where the run did")


def question_to_run(context: BrowserContext, base: str, server: Server) -> None:
    """Chat: a question, its evidence, a run, and the server killed in the middle of it."""
    page = context.new_page()
    page.goto(f"{base}/chat")
    page.get_by_placeholder("A new thread about…").fill("what to do")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile(r"/chat/t-"))

    def ask(text: str, number: int):
        page.get_by_label("Message", exact=True).fill(text)
        page.get_by_role("button", name="Send").click()
        answer = page.locator(".message.answer").nth(number)
        expect(answer).to_be_visible(timeout=PATIENCE_MS)
        return answer

    answer = ask("What about parse_plan?", 0)
    answer.get_by_role("link", name="parse_plan").first.click()
    expect(page.locator("h1")).to_have_text("parse_plan")
    page.go_back()
    answer = ask(f"what about {HOSTILE}?", 1)
    assert "broken" not in page.title(), "a message became markup"
    # What the first run landed is taken over at a terminal, as its report says.
    merge = ["git", "-C", server.repository, "merge", "--quiet", "--ff-only", "ssot/consolidate"]
    subprocess.run(merge, check=True)
    answer = ask("run", 2)
    answer.get_by_role("link", name=re.compile("^r-")).click()
    page.wait_for_url(re.compile(r"/runs/r-"))
    settled(page)
    expect(page.locator("#packages .pill.good").first).to_be_visible(timeout=PATIENCE_MS)
    server.kill()
    expect(page.locator("#connection")).not_to_have_text("live")
    server.start()
    settled(page)
    ended(page)
    told = state_of_run(page)
    fresh = context.new_page()
    fresh.goto(page.url)
    settled(fresh)
    same(told, state_of_run(fresh), "missing or doubled after the reconnect")
    fresh.close()
    page.close()
    print("chat: question, evidence, run; the server was killed and nothing is missing or doubled")


def decisions(context: BrowserContext, base: str, server: Server) -> None:
    """What somebody decides on a page stands in the configuration, and the pages follow it."""
    written = Path(server.repository) / "ssot.toml"
    page = context.new_page()
    page.goto(f"{base}/plan")
    page.locator(".plan-package summary").first.click()
    page.get_by_role("link", name="let another one stay").first.click()
    concept = page.url.split("#")[0]
    page.locator("#another summary").click()
    form = page.locator("#another form")
    stays = form.locator("option").first.inner_text()
    form.get_by_label("Why").fill("everybody imports it from here")
    with page.expect_navigation():
        form.get_by_role("button", name="Let it stay").click()
    assert f'definition = "{stays}"' in written.read_text(), written.read_text()
    # The repository is read again in the background.
    choice = page.locator(".verdict-line")
    for _ in range(60):
        page.goto(concept)
        if stays in choice.inner_text():
            break
        page.wait_for_timeout(1000)
    expect(choice).to_contain_text(stays)
    page.locator("details.accept summary").first.click()
    page.get_by_label("Why it may stay").fill("two teams, two releases")
    page.get_by_label("Who answers for it").fill("ada")
    with page.expect_navigation():
        page.get_by_role("button", name="Accept", exact=True).click()
    assert 'reason = "two teams, two releases"' in written.read_text(), written.read_text()
    page.close()
    print("decisions: another one stays, and one group is accepted; ssot.toml says so")


def two_users(watched: Watched, owner: BrowserContext, base: str) -> None:
    """Somebody who is no member sees neither the project nor its conversations."""
    page = owner.new_page()
    page.goto(base.split("/p/")[0] + "/settings")
    users = page.locator("section", has=page.get_by_role("heading", name="Users"))
    users.get_by_label("Name").fill("Eve")
    users.get_by_role("button", name="Add a user").click()
    secret = page.locator("code.secret").inner_text()
    foreign = watched.context()
    eve = foreign.new_page()
    eve.goto(f"{base.split('/p/')[0]}/sign-in#{secret}")
    eve.wait_for_url(re.compile(r"/$"))
    assert eve.get_by_role("link", name="demo").count() == 0
    page.goto(f"{base}/chat")
    thread = page.locator(".threads a").first.get_attribute("href")
    for path in (base, f"{base}/findings", base.split("/p/")[0] + thread):
        answer = eve.goto(path)
        assert answer is not None and answer.status == 404, (path, answer)
    foreign.close()
    page.close()
    print("two users: neither sees what is the other's")


def pages(base: str, run: str, context: BrowserContext) -> Iterator[tuple[str, str]]:
    """Every kind of page."""
    page = context.new_page()
    page.goto(f"{base}/findings")
    concept = page.locator("a[href*='/concepts/']").first.get_attribute("href")
    page.goto(f"{base}/chat")
    thread = page.locator(".threads a").first.get_attribute("href")
    page.close()
    origin = base.split("/p/")[0]
    yield "projects", origin
    yield "overview", base
    yield "findings", f"{base}/findings"
    yield "concept", origin + concept
    yield "plan", f"{base}/plan"
    yield "runs", f"{base}/runs"
    yield "run", run
    yield "chat", origin + thread
    yield "settings", f"{origin}/settings"
    yield "sign-in", f"{origin}/nowhere"


def accessible(watched: Watched, owner: BrowserContext, base: str, run: str, shots: Path) -> None:
    """axe finds nothing on any page, in both themes, wide and narrow."""
    state, axe, found = owner.storage_state(), Axe(), []
    all_pages = list(pages(base, run, owner))
    for scheme in SCHEMES:
        for width in WIDTHS:
            size = {"width": width, "height": 900}
            context = watched.context(storage_state=state, color_scheme=scheme, viewport=size)
            page = context.new_page()
            for name, address in all_pages:
                page.goto(address)
                page.screenshot(path=shots / f"{name}-{scheme}-{width}.png")
                for violation in axe.run(page).response["violations"]:
                    nodes = [node["html"][:120] for node in violation["nodes"][:3]]
                    found.append(f"{name} {scheme} {width}: {violation['id']}: {nodes}")
                over = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                if over > 0:
                    found.append(f"{name} {scheme} {width}: {over} px wider than the screen")
            context.close()
    assert not found, "\n".join(found)
    looked = len(all_pages) * len(SCHEMES) * len(WIDTHS)
    print(f"axe: nothing on {len(all_pages)} pages, {looked} looks")


def modules(watched: Watched, folder: Path) -> None:
    """The tests of the modules themselves, on pages with samples."""
    results: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            results.append(self.rfile.read(length).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in ("index", "live", "early", "replay", "page"):
            context = watched.browser.new_context()
            page = context.new_page()
            count = len(results)
            page.goto(f"http://127.0.0.1:{server.server_address[1]}/tests/{name}.html")
            deadline = time.monotonic() + PATIENCE_MS / 1000
            while len(results) == count:
                assert time.monotonic() < deadline, f"{name}: {page.content()[:2000]}"
                page.wait_for_timeout(50)
            context.close()
            print(f"modules, {name}: {results[-1].splitlines()[-1]}")
        server.shutdown()
    failed = [it for it in results if not it.endswith(", 0 failed")]
    assert not failed, "\n".join(failed)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("ssot", type=Path)
    parser.add_argument("repository", type=Path)
    parser.add_argument("working", type=Path)
    parser.add_argument("modules", type=Path)
    parser.add_argument("chromium")
    options = parser.parse_args()
    shots = options.working / "shots"
    shots.mkdir(exist_ok=True)
    server = Server(options.ssot, options.repository, options.working / "state")
    with contextlib.ExitStack() as stack:
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        watched = Watched(browser)
        modules(watched, options.modules)
        stack.callback(server.stop)
        owner, base, run = first_start_to_landed(watched, server.start())
        replay(owner, run)
        question_to_run(owner, base, server)
        two_users(watched, owner, base)
        accessible(watched, owner, base, run, shots)
        decisions(owner, base, server)
        browser.close()
        assert not watched.errors, "\n".join(watched.errors)


if __name__ == "__main__":
    sys.exit(main())
