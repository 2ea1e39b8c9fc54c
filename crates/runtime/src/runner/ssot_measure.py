"""Runs a command and says what it cost.

Arguments: a file for everything that the command writes, a file for the result,
and the command. The result is one line: CPU time of the command and what it
started in milliseconds, and the largest resident size of one process in KiB.
"""

import resource
import subprocess
import sys


def main():
    output, result, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(output, "wb") as stream:
        try:
            code = subprocess.call(
                command, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT
            )
        except OSError as error:
            # No result is written: the command never ran.
            sys.exit("%s: %s" % (command[0], error.strerror))
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(result, "w", encoding="ascii") as stream:
        stream.write("%d %d\n" % ((usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss))
    # A signal has no exit code of its own.
    sys.exit(code if code >= 0 else 128 - code)


main()
