import unittest

from services.orders.picking import Deadline, PickingDeadline


class PickingTest(unittest.TestCase):
    def test_grace_comes_before_the_end(self):
        now = [0.0]
        deadline = Deadline(10, 5, clock=lambda: now[0])
        now[0] = 12.0
        deadline.check("picking")
        now[0] = 15.0
        with self.assertLogs("orders.picking", "WARNING"):
            with self.assertRaises(TimeoutError):
                deadline.check("picking")

    def test_grace_cannot_be_negative(self):
        with self.assertRaises(ValueError):
            Deadline(10, -1)

    def test_a_line_takes_half_a_minute(self):
        now = [0.0]
        deadline = PickingDeadline(2, clock=lambda: now[0])
        self.assertEqual(deadline.remaining(), 120.0)
        now[0] = 61.0
        self.assertTrue(deadline.is_close())
