import json
import os
import unittest
from datetime import date, datetime, timezone
from decimal import Decimal
from unittest import mock

from platform_core import clock, ids, settings, timeutil
from platform_core.context import RequestContext
from platform_core.encoding import HarborEncoder, canonical_json
from platform_core.errors import ValidationError
from platform_core.validation import require_fields, require_positive


class SettingsTest(unittest.TestCase):
    def test_values_come_from_the_environment(self):
        values = {"HARBOR_REGION": "north", "HARBOR_LIMIT": "7", "HARBOR_DEBUG": "yes"}
        with mock.patch.dict(os.environ, values):
            self.assertEqual(settings.text("REGION"), "north")
            self.assertEqual(settings.number("LIMIT", 1), 7)
            self.assertTrue(settings.flag("DEBUG"))

    def test_required_setting(self):
        with mock.patch.dict(os.environ, clear=True):
            with self.assertRaises(settings.MissingSetting):
                settings.text("REGION")
            self.assertEqual(settings.number("LIMIT", 3), 3)


class IdentifierTest(unittest.TestCase):
    def test_round_trip(self):
        self.assertEqual(ids.kind_of(ids.new_id("order")), "order")

    def test_foreign_identifier(self):
        with self.assertRaises(ValueError):
            ids.kind_of("order-1")


class TimeTest(unittest.TestCase):
    def test_parse_and_format(self):
        moment = timeutil.parse_timestamp("2025-01-13T10:20:00+01:00")
        self.assertEqual(moment, datetime(2025, 1, 13, 9, 20, tzinfo=timezone.utc))
        self.assertEqual(timeutil.format_timestamp(moment), "2025-01-13T09:20:00Z")

    def test_naive_is_utc(self):
        self.assertEqual(timeutil.parse_timestamp("2025-01-13T09:20").utcoffset().seconds, 0)

    def test_frozen_clock(self):
        frozen = clock.FrozenClock(5)
        frozen.advance(2.5)
        self.assertEqual(frozen.monotonic(), 7.5)


class EncodingTest(unittest.TestCase):
    def test_canonical(self):
        self.assertEqual(canonical_json({"b": 1, "a": ["é"]}), '{"a":["é"],"b":1}')
        self.assertEqual(canonical_json("\u2028"), '"\\u2028"')

    def test_encoder(self):
        value = {"total": Decimal("1.50"), "on": date(2025, 1, 2), "tags": {"b", "a"}}
        text = json.dumps(value, cls=HarborEncoder)
        self.assertEqual(text, '{"total": "1.50", "on": "2025-01-02", "tags": ["a", "b"]}')
        with self.assertRaises(TypeError):
            json.dumps(object(), cls=HarborEncoder)


class ValidationTest(unittest.TestCase):
    def test_fields(self):
        self.assertEqual(require_fields({"a": 1, "b": 2}, ("a",)), {"a": 1})
        with self.assertRaises(ValidationError) as caught:
            require_fields({"a": ""}, ("a",))
        self.assertEqual(caught.exception.as_dict()["field"], "a")

    def test_positive(self):
        with self.assertRaises(ValidationError):
            require_positive("quantity", 0)


class ContextTest(unittest.TestCase):
    def test_metadata(self):
        context = RequestContext("acme", "r1")
        context.merge_metadata({"channel": "web"})
        self.assertEqual((context.metadata, context.label()), ({"channel": "web"}, "acme/r1"))
        with self.assertRaises(ValueError):
            context.set_metadata("", 1)
