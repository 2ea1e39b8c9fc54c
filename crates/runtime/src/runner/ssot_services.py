"""Runs a command with services up.

Arguments: a file with the services as JSON, a directory for what they write, and the
command. Why the command was not run is left in the file `failed` of that directory.
"""

import json
import os
import signal
import subprocess
import sys
import time

# How long a service gets to end by itself, in seconds.
GRACE = 5
# The pause between two questions, in seconds.
PAUSE = 0.1
# The last bytes of what a service wrote that are shown.
SHOWN = 4000


class NotUp(Exception):
    pass


def start(service, directory):
    log = os.path.join(directory, service["name"] + ".log")
    with open(log, "wb") as stream:
        try:
            return subprocess.Popen(
                service["start"],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise NotUp("%s: %s" % (service["start"][0], error.strerror))


def healthy(service, seconds):
    try:
        return not subprocess.call(
            service["health"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=max(seconds, PAUSE),
        )
    except subprocess.TimeoutExpired:
        return False
    except OSError as error:
        raise NotUp("%s: %s" % (service["health"][0], error.strerror))


def wait(service, process):
    end = time.monotonic() + service["ready_seconds"]
    while True:
        # Asked before the health: something else may answer in its place.
        code = process.poll()
        if code:
            raise NotUp("its start command ended with exit code %d" % code)
        if healthy(service, end - time.monotonic()):
            return
        if time.monotonic() >= end:
            raise NotUp("it was not healthy after %d s" % service["ready_seconds"])
        time.sleep(PAUSE)


def stop(service, process):
    if service["stop"]:
        try:
            subprocess.call(service["stop"], stdin=subprocess.DEVNULL, timeout=GRACE)
        except (OSError, subprocess.TimeoutExpired):
            pass
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(GRACE)
        except (OSError, subprocess.TimeoutExpired):
            pass


def written(service, directory):
    try:
        with open(os.path.join(directory, service["name"] + ".log"), "rb") as stream:
            return stream.read()[-SHOWN:].decode("utf-8", "replace").strip()
    except OSError:
        return ""


def main():
    services, directory, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(services, encoding="utf-8") as stream:
        services = json.load(stream)
    up = []
    service = None
    try:
        for service in services:
            up.append((service, start(service, directory)))
        for service, process in up:
            wait(service, process)
        service = None
        code = subprocess.call(command, stdin=subprocess.DEVNULL)
    except NotUp as why:
        text = "%s: %s\n%s" % (service["name"], why, written(service, directory))
        with open(os.path.join(directory, "failed"), "w", encoding="utf-8") as stream:
            stream.write(text)
        code = 1
    except OSError as error:
        # The command could not be started; no service is to blame.
        sys.stderr.write("%s: %s\n" % (command[0], error.strerror))
        code = 127
    finally:
        for service, process in reversed(up):
            stop(service, process)
    # A signal has no exit code of its own.
    sys.exit(code if code >= 0 else 128 - code)


main()
