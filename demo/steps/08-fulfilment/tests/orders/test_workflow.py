import json
import os
import subprocess
import sys
import unittest
from decimal import Decimal
from pathlib import Path
from unittest import mock

from platform_core import bus
from platform_core.context import RequestContext
from services.orders import hooks, workflow
from services.orders.admin import component_info, status_page
from services.orders.cart import Session
from services.orders.events import EventBus, announce
from services.orders.quantities import packs_needed, parse_quantity
from services.orders.store import OrderRepository
from tests.orders.samples import sample_order

ROOT = Path(__file__).resolve().parent.parent.parent


class WorkflowTest(unittest.TestCase):
    def test_advance(self):
        context = RequestContext("acme", "r1")
        moved = workflow.advance(sample_order(), "confirmed", context)
        self.assertEqual(moved.state, "confirmed")
        self.assertEqual(context.metadata["changes"], ["state changed from received to confirmed"])
        self.assertRegex(context.metadata["run_id"], r"^run_\d+_[0-9a-f-]{36}$")

    def test_no_way_back(self):
        with self.assertRaises(ValueError):
            workflow.advance(sample_order(state="packed"), "received", RequestContext("a", "b"))

    def test_labels(self):
        mine = hooks.Hooks()
        mine.callbacks.append(lambda order, labels: labels.update(gift=True))
        mine.fire(sample_order(state="shipped"))
        self.assertEqual(mine.history, ["gift set to True"])
        self.assertEqual(hooks.describe_change({"gift": True}, {}), ["gift removed"])

    def test_either_module_can_be_imported_first(self):
        for name in ("workflow", "hooks"):
            command = [sys.executable, "-c", f"import services.orders.{name}"]
            done = subprocess.run(command, cwd=ROOT, capture_output=True)
            self.assertEqual((name, done.returncode), (name, 0))


class CartTest(unittest.TestCase):
    def test_visit(self):
        visit = Session("ann")
        self.assertTrue(visit.is_empty())
        visit.choose("tea", "2 pcs")
        visit.choose("tea", "1")
        self.assertEqual(visit.pieces(), 3)

    def test_quantities(self):
        self.assertEqual(parse_quantity(" 12 PCS "), 12)
        self.assertEqual(packs_needed(12, 5), 3)
        for raw in ("0", "many", ""):
            with self.assertRaises(ValueError):
                parse_quantity(raw)


class EventsTest(unittest.TestCase):
    def test_topics_of_the_service(self):
        inner = bus.EventBus()
        seen = []
        inner.subscribe("orders.*", seen.append)
        events = EventBus(inner)
        self.assertEqual(announce(events, "o1", "c1", Decimal("5")), 1)
        self.assertEqual(events.published, ["orders.placed"])
        self.assertEqual(seen[0].payload["total"], "5")


class AdminTest(unittest.TestCase):
    def test_component(self):
        self.assertEqual(component_info("")["package"], "services.orders")
        self.assertEqual(component_info("")["component"], "admin")

    def test_page(self):
        repository = OrderRepository()
        repository.add(sample_order())
        with mock.patch.dict(os.environ, {"ORDERS_VERSION": "7", "ORDERS_REGION": "south"}):
            page = json.loads(status_page(repository))
        self.assertEqual((page["info"]["version"], page["region"]), ("7", "south"))
        self.assertEqual(page["states"], ["received"])
