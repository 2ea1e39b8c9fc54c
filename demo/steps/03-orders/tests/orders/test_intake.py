import unittest
from datetime import datetime, timezone
from decimal import Decimal
from unittest import mock

from platform_core import errors as core_errors
from platform_core.context import RequestContext
from services.orders import intake
from services.orders.checks import require_fields
from services.orders.errors import ValidationError
from services.orders.pricing import order_total, round_money
from tests.orders.samples import sample_order


class IntakeTest(unittest.TestCase):
    def payload(self):
        line = {"sku": "tea", "quantity": "2", "price": "3.45"}
        return {
            "order_id": "o1",
            "customer_id": "c1",
            "lines": [line],
            "placed_at": "2025-03-17 09:00",
        }

    def test_order_is_accepted(self):
        context = RequestContext("acme", "r1")
        order = intake.accept_order(self.payload(), context)
        self.assertEqual(order.lines[0].quantity, 2)
        self.assertEqual(context.metadata["placed_at"], "2025-03-17T09:00:00+00:00")

    def test_instants(self):
        moment = intake.parse_timestamp("2025-03-17T09:00:00+02:00")
        self.assertEqual(moment, datetime(2025, 3, 17, 7, tzinfo=timezone.utc))

    def test_missing_field_has_the_code_of_the_shop(self):
        with self.assertRaises(ValidationError) as caught:
            require_fields({"order_id": ""}, ("order_id",))
        self.assertEqual(caught.exception.as_dict()["code"], "ORD-ORDER_ID")
        self.assertIsInstance(caught.exception, core_errors.ValidationError)

    def test_no_lines(self):
        with self.assertRaises(core_errors.ValidationError):
            intake.accept_order({**self.payload(), "lines": []}, RequestContext("acme", "r2"))


class PricingTest(unittest.TestCase):
    def test_total(self):
        self.assertEqual(order_total(sample_order()), Decimal("14.03"))
        self.assertEqual(order_total(sample_order(), 50), Decimal("7.01"))

    def test_yen(self):
        self.assertEqual(round_money("10.4", "JPY"), Decimal("10"))

    def test_rounding_happens_once(self):
        with mock.patch("services.orders.pricing.round_money") as rounding:
            rounding.return_value = Decimal("1")
            self.assertEqual(order_total(sample_order()), Decimal("1"))
        rounding.assert_called_once_with(Decimal("14.025"), "EUR")
