"""What the operators of the service look at."""

import json
import os

import services.orders.reports as reports

from .store import OrderRepository


def component_info(version: str, ready: bool = True) -> dict[str, str]:
    """Which component answers, and whether it is ready."""
    package, _, component = __name__.rpartition(".")
    info = {"package": package, "component": component}
    info["version"] = version or "unknown"
    info["state"] = "ready" if ready else "starting"
    return info


def status_page(repository: OrderRepository) -> str:
    """The state of the service as JSON."""
    page = {
        "info": component_info(os.environ.get("ORDERS_VERSION", "")),
        "region": os.getenv("ORDERS_REGION", "north"),
        "states": {order.state for order in repository.all()},
    }
    return json.dumps(page, cls=reports.HarborEncoder, sort_keys=True)
