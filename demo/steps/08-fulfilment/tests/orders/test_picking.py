import unittest

from services.orders.picking import Deadline, PickingDeadline


class PickingTest(unittest.TestCase):
    def test_what_takes_too_long_is_an_error(self):
        now = [0.0]
        deadline = Deadline(10, clock=lambda: now[0])
        deadline.check("picking")
        now[0] = 10.0
        with self.assertRaises(TimeoutError):
            deadline.check("picking")

    def test_a_line_takes_half_a_minute(self):
        now = [0.0]
        deadline = PickingDeadline(2, clock=lambda: now[0])
        self.assertEqual(deadline.remaining(), 60.0)
        now[0] = 1.0
        self.assertTrue(deadline.is_close())
