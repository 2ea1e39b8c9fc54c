import logging
import unittest

from services.billing.payments import charge_with
from services.billing.worker import Worker


class BillingWorkerTest(unittest.TestCase):
    def test_stops_after_too_many_failures(self):
        worker = Worker(lambda job: 1 / job, max_failures=2)
        self.assertFalse(worker.run([1, 0, 2, 0, 3]))
        self.assertEqual((worker.done, worker.failed), (2, 2))


class ChargeTest(unittest.TestCase):
    def test_failure_reaches_the_log_of_finance(self):
        def send(payment):
            raise ConnectionError("down") from TimeoutError()

        with self.assertLogs("services.billing.payments", logging.ERROR) as logs:
            report = charge_with(send, {}, attempt=3)
        self.assertEqual(report["cause"], "TimeoutError")
        self.assertEqual(len(logs.records), 1)

    def test_reference(self):
        self.assertEqual(charge_with(lambda payment: "r-1", {}), {"reference": "r-1"})
