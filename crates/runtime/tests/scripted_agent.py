"""A coding agent that does what a script says, over the Agent Client Protocol.

    python3 scripted_agent.py SCRIPT.json

The script is a list of turns, each a list of steps; a turn is played for each prompt. Or it
is an object of such lists, by what stands in the first line of the first prompt. It stands in
for an agent with a model behind it: the process, the protocol and the files are real.
Standard library only.
"""

import json
import pathlib
import subprocess
import sys
import time


class Client:
    """The other side of the connection: whoever has started this agent."""

    def __init__(self):
        self.asked = 0

    def send(self, message):
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        sys.stdout.flush()

    def read(self):
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        return json.loads(line)

    def ask(self, method, params):
        """Sends a request and waits for its answer; a refusal is an exception."""
        self.asked += 1
        self.send({"id": f"a{self.asked}", "method": method, "params": params})
        while True:
            answer = self.read()
            if answer.get("id") == f"a{self.asked}" and "method" not in answer:
                if "error" in answer:
                    raise PermissionError(answer["error"]["message"])
                return answer["result"]


class Agent:
    def __init__(self, script, client):
        self.script = script
        self.turns = None
        self.client = client
        self.root = None
        self.servers = []
        self.calls = 0

    def update(self, what, **fields):
        update = {"sessionUpdate": what, **fields}
        self.client.send({"method": "session/update", "params": {"sessionId": "s1", "update": update}})

    def call(self, title, kind, work):
        """A call of a tool, told from its beginning to its end."""
        self.calls += 1
        call = f"c{self.calls}"
        self.update("tool_call", toolCallId=call, title=title, kind=kind, status="in_progress")
        try:
            result, status = work(), "completed"
        except (PermissionError, OSError) as error:
            result, status, title = None, "failed", f"{title}: {error}"
        self.update("tool_call_update", toolCallId=call, status=status, title=title)
        return result

    # Steps of a script, by their names.

    def say(self, text):
        for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
            self.update("agent_message_chunk", content={"type": "text", "text": piece})

    def think(self, text):
        self.update("agent_thought_chunk", content={"type": "text", "text": text})

    def usage(self, used, dollars):
        self.update("usage_update", used=used, size=200000, cost={"amount": dollars, "currency": "USD"})

    def replace(self, path, old, new):
        """Reads a file and writes it again, both through the protocol."""
        where = {"sessionId": "s1", "path": str(self.root / path)}
        text = self.call(f"Read {path}", "read", lambda: self.client.ask("fs/read_text_file", where))
        if text is None or old not in text["content"]:
            raise SystemExit(f"{path} does not hold what the script replaces")
        content = text["content"].replace(old, new)
        write = {**where, "content": content}
        self.call(f"Edit {path}", "edit", lambda: self.client.ask("fs/write_text_file", write))

    def write(self, path, text):
        """Writes a file through the protocol."""
        write = {"sessionId": "s1", "path": str(self.root / path), "content": text}
        self.call(f"Write {path}", "edit", lambda: self.client.ask("fs/write_text_file", write))

    def disk(self, path, text):
        """Writes a file behind the client's back."""
        self.call(f"Write {path}", "edit", lambda: (self.root / path).write_text(text) and None)

    def permission(self, title):
        call = {"toolCallId": "p1", "title": title}
        options = [
            {"optionId": "no", "name": "No", "kind": "reject_once"},
            {"optionId": "yes", "name": "Yes", "kind": "allow_once"},
        ]
        asked = {"sessionId": "s1", "toolCall": call, "options": options}
        outcome = self.client.ask("session/request_permission", asked)["outcome"]
        self.say(f"allowed: {outcome.get('optionId')}")

    def ask(self, tool, arguments):
        """Asks the server of the protocol for tools that came with the conversation."""
        server = self.servers[0]
        words = [server["command"], *server["args"]]
        requests = [
            {"id": 1, "method": "initialize", "params": {
                "protocolVersion": "2025-06-18", "capabilities": {},
                "clientInfo": {"name": "scripted", "version": "1"}}},
            {"method": "notifications/initialized"},
            {"id": 2, "method": "tools/call", "params": {"name": tool, "arguments": arguments}},
        ]
        lines = "".join(json.dumps({"jsonrpc": "2.0", **it}) + "\n" for it in requests)
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        process.stdin.write(lines)
        process.stdin.flush()
        answers = (json.loads(line) for line in process.stdout)
        answer = next((it for it in answers if it.get("id") == 2), {})
        process.stdin.close()
        process.wait()
        if "result" not in answer or answer["result"].get("isError"):
            raise SystemExit(f"{tool} gave no answer: {answer}")
        self.say(f"{tool} answered")

    def loop(self, title, times):
        for _ in range(times):
            self.call(title, "read", lambda: None)

    def sleep(self, seconds):
        time.sleep(seconds)

    def exit(self, code):
        print("the script says so", file=sys.stderr)
        sys.stdout.flush()
        sys.exit(code)

    def turns_for(self, prompt):
        turns = self.script
        if isinstance(turns, dict):
            title = prompt.splitlines()[0] if prompt else ""
            turns = next((it for words, it in turns.items() if words in title), [])
        # One that is told of work that was refused is asked again: it goes on with its
        # script, or does the same once more when there is no more of it.
        return iter(turns[-1:] if "was refused" in prompt else turns)

    def play(self, prompt):
        """Plays the next turn; gives the reason why it ended."""
        self.turns = self.turns or self.turns_for(prompt)
        stop = "end_turn"
        for step in next(self.turns, []):
            ((name, arguments),) = step.items()
            if name == "stop":
                stop = arguments
            else:
                getattr(self, name)(*arguments)
        return stop

    def serve(self):
        while True:
            request = self.client.read()
            method, params = request.get("method"), request.get("params", {})
            if method == "initialize":
                result = {"protocolVersion": 1, "agentCapabilities": {}, "authMethods": []}
            elif method == "session/new":
                self.root = pathlib.Path(params["cwd"])
                self.servers = params["mcpServers"]
                result = {"sessionId": "s1"}
            elif method == "session/prompt":
                result = {"stopReason": self.play(params["prompt"][0]["text"])}
            else:
                continue
            self.client.send({"id": request["id"], "result": result})


if __name__ == "__main__":
    Agent(json.loads(pathlib.Path(sys.argv[1]).read_text()), Client()).serve()
