"""A language model that does what a script says, over the Chat Completions API.

    python3 scripted_model.py SCRIPT.json KEY

Prints the port of the loopback interface on which it listens. The script is the one of
`scripted_agent.py`: an object of lists of turns, by what stands in the first line of the first
prompt; each step of a turn is one exchange. Where there is no more of it, it says that it
cannot do the work. Whoever comes without the key is refused. Standard library only.
"""

import http.server
import json
import sys


def step_of(script, messages):
    """What is said next: the turn follows the prompts, the step the results in it."""
    prompts = [at for at, message in enumerate(messages) if message["role"] == "user"]
    title = messages[prompts[0]]["content"].splitlines()[0]
    turns = next((turns for words, turns in script.items() if words in title), [])
    if len(prompts) > len(turns):
        return {}
    steps = [step for step in turns[len(prompts) - 1] if "usage" not in step]
    done = sum(message["role"] == "assistant" for message in messages[prompts[-1] :])
    return steps[done] if done < len(steps) else {}


def message_of(step, number):
    """A step as a message of the model."""

    def call(tool, arguments, words=""):
        function = {"name": tool, "arguments": json.dumps(arguments)}
        calls = [{"id": f"call-{number}", "type": "function", "function": function}]
        return {"role": "assistant", "content": words, "tool_calls": calls}

    match step:
        case {"replace": [path, old, new]}:
            return call("replace_text", {"path": path, "old": old, "new": new})
        case {"ask": [tool, arguments]}:
            return call(tool, arguments)
        case {"think": [words]}:
            return call("list_files", {"under": ""}, words)
        case {"write": [path, text]}:
            return call("replace_text", {"path": path, "old": "", "new": text})
        case {"say": [words]}:
            return {"role": "assistant", "content": words}
    return {"role": "assistant", "content": "This cannot be done with what I have."}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers `POST /v1/chat/completions`."""

    protocol_version = "HTTP/1.1"
    script = {}
    key = ""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Bearer {self.key}":
            self.answer(401, {"error": {"message": "who is there?"}})
            return
        messages = asked["messages"]
        message = message_of(step_of(self.script, messages), len(messages))
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        reason = "tool_calls" if "tool_calls" in message else "stop"
        choices = [{"index": 0, "message": message, "finish_reason": reason}]
        self.answer(200, {"id": "1", "model": asked["model"], "choices": choices, "usage": usage})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Nobody reads it."""


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        Handler.script = json.load(file)
    Handler.key = sys.argv[2]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
