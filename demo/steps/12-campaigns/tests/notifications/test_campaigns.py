import unittest

from platform_core.context import RequestContext
from services.notifications import bounces, preferences, retention, segments
from services.notifications.digest import digest_for
from services.notifications.messages import Message
from services.notifications.queue import RetryQueue, message_id
from services.notifications.schedule import due_at


class DigestTest(unittest.TestCase):
    def test_digest(self):
        messages = [Message("a@b.example", f"Order {n}", "left") for n in range(5)]
        context = RequestContext("acme", "r1")
        digest = digest_for("a@b.example", messages, context)
        self.assertIn("* Order 2: left\n... and 2 more\n", digest.body)
        self.assertTrue(digest.body.endswith("no more of them."))
        self.assertEqual(context.metadata["digest_of"], 5)


class QueueTest(unittest.TestCase):
    def test_message_waits_longer_each_time(self):
        queue = RetryQueue(max_attempts=2)
        message = Message("a@b.example", "s", "b")
        key = queue.put(message, now=0)
        self.assertEqual(queue.due(0.4), [])
        self.assertEqual(queue.due(0.5), [(key, message)])
        queue.put(message, now=1, key=key)
        self.assertEqual((queue.due(1.5), len(queue.due(2.0))), ([], 1))
        self.assertIsNone(queue.put(message, now=3, key=key))

    def test_identifier(self):
        self.assertRegex(message_id(), r"^msg_[0-9a-f]{12}$")


class CampaignTest(unittest.TestCase):
    def test_preferences_and_segments_have_their_own_memory(self):
        channels = preferences.channels_for("ann", lambda who: {"channels": {"sms": True}})
        self.assertEqual(channels, ["email", "sms"])
        self.assertEqual(segments.waves(["ann"], "loyal", lambda who: "loyal"), [["ann"]])

    def test_loaded_once(self):
        asked = []

        def load(who):
            asked.append(who)
            return "new"

        for _ in range(2):
            segments.cached_lookup("bob", load)
        self.assertEqual(asked, ["bob"])
        with self.assertRaises(KeyError):
            preferences.cached_lookup("eve", lambda who: None)

    def test_choices(self):
        merged = preferences.merge_preferences({"a": 1, "b": 2}, {"a": None, "b": 3})
        self.assertEqual(merged, {"b": 3})


class ScheduleTest(unittest.TestCase):
    def test_both_purges_run_at_night(self):
        self.assertEqual(
            due_at("03:00"),
            [
                "services.notifications.bounces.purge_expired",
                "services.notifications.retention.purge_expired",
            ],
        )

    def test_purges(self):
        kept = {"m1": 1, "m2": 9}
        self.assertEqual((retention.purge_expired(kept, 5), kept), (1, {"m2": 9}))
        blocked: dict = {}
        bounces.record_bounce(blocked, "Ann@B.example", 3)
        self.assertEqual((bounces.purge_expired(blocked, 2), list(blocked)), (0, ["ann@b.example"]))
