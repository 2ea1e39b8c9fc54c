import unittest
from unittest import mock

from platform_core.retry import run_until


class RetryTest(unittest.TestCase):
    def test_second_attempt_works(self):
        answers = iter([ConnectionError("down"), "up"])

        def ask():
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

        self.assertEqual(run_until(ask, timeout=60), "up")

    def test_no_attempts(self):
        with self.assertRaises(TimeoutError):
            run_until(lambda: "never", timeout=60, attempts=0)

    def test_no_attempt_after_the_deadline(self):
        with mock.patch("platform_core.retry.clock") as clock:
            clock.monotonic.side_effect = [0.0, 61.0]
            with self.assertRaises(TimeoutError):
                run_until(lambda: "late", timeout=60)
