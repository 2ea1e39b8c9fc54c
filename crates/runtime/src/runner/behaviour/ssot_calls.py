"""Calls one function with given inputs and writes down everything that came of it.

Arguments: a file with the job, in JSON. It is removed before any code of the
repository runs, with the secret that signs the answer. Each call runs in a process
of its own, forked after the module was imported, so that no call sees what another
one did. The answer goes to a file, never to standard output: a line with length and
signature, then JSON.
"""

import builtins

# Functions below keep the builtins of this moment, whatever the code under test does.
__builtins__ = dict(vars(builtins))

import json
import os
import resource
import sys

import ssot_inputs as inputs
import ssot_observe as observe
from ssot_processes import address_space, limit, private, run, signed
from ssot_target import NotThere, Target

# Address space beyond what importing the module took.
MEMORY = 1 << 30
FILE_BYTES = 16 << 20
# Calls that may hang or be killed before the others are given up.
MOST_HANGING = 3
_exit, _write = os._exit, os.write


def target_of(job):
    """The function of a side, and the limits of everything that follows."""
    before = observe.replaceable()
    target = Target(job)
    changed = observe.replaced(before)
    if changed:
        raise NotThere("interference",
                       "importing the module replaces %s" % ", ".join(changed))
    limit(resource.RLIMIT_AS, address_space() + MEMORY)
    limit(resource.RLIMIT_FSIZE, FILE_BYTES)
    return target


def outcomes(job, target, secret):
    found, hanging = [], 0
    for number, text in enumerate(job["inputs"]):
        if hanging >= MOST_HANGING:
            outcome = {"obstacle": "hangs", "because": "given up after calls that hang"}
        else:
            folder = os.path.join(job["work"], str(number))
            outcome = run(target, text, folder, job["seconds"], secret)
            hanging += outcome.get("obstacle") in ("hangs", "exits")
        found.append(outcome)
    return {"lines": target.lines, "outcomes": found}


def answer(job, secret):
    try:
        target = target_of(job)
        if job["mode"] == "calls":
            return outcomes(job, target, secret)
        return inputs.answer(job, target, secret)
    except NotThere as error:
        return {"obstacle": error.obstacle, "because": str(error)}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    os.unlink(sys.argv[1])
    secret = bytes.fromhex(job.pop("secret"))
    result = os.open(job.pop("result"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    private.append(result)
    sys.argv[:] = [""]
    found = answer(job, secret)
    data = signed(json.dumps(found).encode("ascii"), secret)
    while data:
        data = data[_write(result, data):]
    _exit(0)


if __name__ == "__main__":
    # The directory of this script is not on the search path of the code under test.
    sys.path.pop(0)
    main()
