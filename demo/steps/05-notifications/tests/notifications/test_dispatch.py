import asyncio
import os
import unittest
from unittest import mock

from platform_core.context import RequestContext
from services.notifications.dispatch import Dispatcher, gather_limited
from services.notifications.messages import Message, Outbox
from services.notifications.throttle import CustomerThrottle


class DispatchTest(unittest.TestCase):
    def test_all_channels(self):
        messages = [
            Message("ann@shop.example", "Your  order", "It left."),
            Message("+4930123", "Order", "x" * 200, "sms"),
            Message("https://shop.example/hook", "Order", "left", "webhook"),
        ]
        context = RequestContext("acme", "r1")
        with mock.patch.dict(os.environ, {"NOTIFY_PARALLEL": "2"}):
            receipts = asyncio.run(Dispatcher().send_all(messages, context, at=0))
        self.assertEqual(receipts[0], "MAIL TO ann@shop.example SUBJECT Your order")
        self.assertEqual(receipts[1], "SMS TO +4930123 PARTS 2")
        self.assertTrue(receipts[2].startswith("POST https://"))
        self.assertEqual(context.metadata, {"delivered": 3, "held_back": 0})

    def test_limit(self):
        messages = [Message("ann@shop.example", "s", "b")] * 3
        context = RequestContext("acme", "r2")
        asyncio.run(Dispatcher(limit=2).send_all(messages, context, at=0))
        self.assertEqual(context.metadata["held_back"], 1)

    def test_unknown_channel(self):
        with self.assertRaises(LookupError):
            asyncio.run(Dispatcher().send(Message("x", "s", "b", "fax")))

    def test_no_parallel_jobs(self):
        with self.assertRaises(ValueError):
            asyncio.run(gather_limited([], limit=0))


class OutgoingTest(unittest.TestCase):
    def test_outbox_is_empty_after_flush(self):
        sent = []
        outbox = Outbox(sent.append)
        outbox.add(Message("a@b.example", "s", "b"))
        self.assertEqual(outbox.flush(), 1)
        self.assertEqual((len(sent), outbox.waiting), (1, 0))

    def test_preview(self):
        self.assertEqual(Message("a", "Hi", "one\ntwo").preview(), "Hi: one")

    def test_customers_do_not_share_a_window(self):
        throttled = CustomerThrottle(limit=1)
        answers = [throttled.allow(who, 0) for who in ("ann", "ann", "bob")]
        self.assertEqual(answers, [True, False, True])
