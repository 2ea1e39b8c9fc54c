import asyncio
import unittest

from platform_core import schema_pb
from platform_core.batching import chunked, gather_limited
from platform_core.bus import EventBus, Message, Outbox
from platform_core.pacing import Backoff, Deadline, RateWindow


class BatchingTest(unittest.TestCase):
    def test_chunks(self):
        self.assertEqual(list(chunked("abcde", 2)), [["a", "b"], ["c", "d"], ["e"]])
        with self.assertRaises(ValueError):
            list(chunked("abc", 0))

    def test_gather_keeps_order(self):
        async def double(value):
            return value * 2

        jobs = [lambda value=value: double(value) for value in (3, 1, 2)]
        self.assertEqual(asyncio.run(gather_limited(jobs, limit=2)), [6, 2, 4])


class PacingTest(unittest.TestCase):
    def test_backoff(self):
        backoff = Backoff(first=1, ceiling=3)
        self.assertEqual([backoff.next_delay() for _ in range(3)], [1, 2, 3])
        backoff.reset()
        self.assertEqual(backoff.next_delay(), 1)

    def test_window(self):
        window = RateWindow(2, 10)
        self.assertEqual([window.allow(at) for at in (0, 1, 2, 10.5)], [True, True, False, True])
        self.assertEqual(len(window), 2)

    def test_deadline(self):
        now = [0.0]
        deadline = Deadline(10, clock=lambda: now[0])
        now[0] = 4.0
        deadline.check("nothing")
        self.assertEqual(deadline.remaining(), 6.0)
        now[0] = 10.0
        with self.assertRaises(TimeoutError):
            deadline.check("something")


class BusTest(unittest.TestCase):
    def test_patterns(self):
        seen = []
        bus = EventBus()
        bus.subscribe("order.*", seen.append)
        bus.subscribe("order.placed", seen.append)
        self.assertEqual(bus.publish(Message("order.placed")), 2)
        self.assertEqual(bus.publish(Message("stock.low")), 0)
        self.assertEqual(seen[0].routing_key(), "order.placed.0")

    def test_outbox(self):
        sent = []
        outbox = Outbox(sent.append)
        outbox.add("a")
        outbox.add("b")
        self.assertEqual((outbox.flush(), sent, outbox.waiting), (2, ["a", "b"], 0))

    def test_outbox_keeps_what_could_not_be_sent(self):
        def send(message):
            if message == "b":
                raise ConnectionError("down")

        outbox = Outbox(send)
        for message in "abc":
            outbox.add(message)
        with self.assertRaises(ConnectionError):
            outbox.flush()
        self.assertEqual(outbox.waiting, 2)


class SchemaTest(unittest.TestCase):
    def test_line_round_trip(self):
        line = schema_pb.LineRecord("cup", 1, 700)
        self.assertEqual(schema_pb.LineRecord.decode(line.encode()), line)
