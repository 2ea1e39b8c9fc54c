import logging
import tempfile
import unittest
from pathlib import Path

from platform_core import health
from platform_core.plugins import create_worker, load_handlers


class PluginTest(unittest.TestCase):
    def test_handlers_are_found_by_path(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "fax.py").write_text("class Handler:\n    channel = 'fax'\n")
            Path(folder, "_draft.py").write_text("broken =")
            handlers = load_handlers(Path(folder))
        self.assertEqual([(k, v.channel) for k, v in handlers.items()], [("fax", "fax")])

    def test_template_is_copied(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(create_worker(Path(folder)), ["README.txt", "worker.py"])
            self.assertIn("class Worker", Path(folder, "worker.py").read_text())


class HealthTest(unittest.TestCase):
    def test_component(self):
        info = health.component_info("1.2", ready=False)
        self.assertEqual(info["component"], "health")
        self.assertEqual(info["state"], "starting")

    def test_failure_is_logged_by_the_core(self):
        with self.assertLogs("platform_core.health", logging.WARNING):
            report = health.record_failure("ping", OSError("down"))
        self.assertEqual(report, {"operation": "ping", "attempt": 1})
