"""How the parts of the platform are doing."""

import logging

logger = logging.getLogger(__name__)


def record_failure(operation: str, error: Exception, attempt: int = 1) -> dict[str, object]:
    """Log a failure and describe it."""
    report: dict[str, object] = {"operation": operation, "attempt": attempt}
    level = logging.WARNING if attempt < 3 else logging.ERROR
    logger.log(level, "%s failed on attempt %d: %s", operation, attempt, error)
    if error.__cause__ is not None:
        report["cause"] = type(error.__cause__).__name__
    return report


def component_info(version: str, ready: bool = True) -> dict[str, str]:
    """What a component says about itself."""
    package, _, component = __name__.rpartition(".")
    info = {"package": package, "component": component}
    info["version"] = version or "unknown"
    info["state"] = "ready" if ready else "starting"
    return info
