import unittest

from services.orders.worker import Worker


class OrdersWorkerTest(unittest.TestCase):
    def test_counts(self):
        seen = []
        worker = Worker(seen.append)
        self.assertTrue(worker.run(["a", "b"]))
        self.assertEqual((seen, worker.done), (["a", "b"], 2))
