"""Functions that run at a time of the day."""

from collections.abc import Callable

from platform_core.pacing import Deadline

SCHEDULE: dict[str, tuple[str, Callable]] = {}


def scheduled(at: str) -> Callable[[Callable], Callable]:
    """Put a function on the schedule under its module and name."""

    def register(function: Callable) -> Callable:
        SCHEDULE[f"{function.__module__}.{function.__qualname__}"] = (at, function)
        return function

    return register


def due_at(at: str) -> list[str]:
    """The functions that run at a time, in order."""
    return sorted(name for name, (time, _) in SCHEDULE.items() if time == at)


def run_due(at: str, deadline: Deadline) -> list[str]:
    """Run what is due until the time is over; the names of what was run."""
    done = []
    for name in due_at(at):
        if deadline.expired():
            break
        SCHEDULE[name][1]()
        done.append(name)
    return done
