import unittest
from decimal import Decimal

import services.billing as billing
from services.billing.plans import parse_plan, plan_price


class PlanTest(unittest.TestCase):
    def test_code(self):
        self.assertEqual(parse_plan("STD-12-eur"), ("std", 12, "EUR"))

    def test_bad_codes(self):
        for code in ("std", "std-0-eur", "std-x-eur"):
            with self.assertRaises(ValueError):
                parse_plan(code)

    def test_price(self):
        self.assertEqual(plan_price("pro-2-usd"), Decimal("49.00"))
        with self.assertRaises(LookupError):
            plan_price("gold-2-usd")

    def test_public_names(self):
        self.assertEqual(sorted(billing.__all__), ["parse_plan", "slugify"])
        self.assertEqual(billing.slugify("Acme GmbH"), "acme-gmbh")
