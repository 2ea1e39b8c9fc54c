import os
import unittest
from decimal import Decimal
from unittest import mock

from platform_core.context import RequestContext
from services.billing import gateway
from services.billing.adapters import card
from services.billing.payments import new_payment_id, split_amount, take_payment


class PaymentTest(unittest.TestCase):
    def test_payment_id(self):
        self.assertRegex(new_payment_id(), r"^pay-\d{14}-\d{4}$")

    def test_instalments(self):
        self.assertEqual(split_amount(Decimal("10.00"), 4), [Decimal("2.50")] * 4)

    def test_take_payment(self):
        context = RequestContext("acme", "r1")
        payment = take_payment(context, Decimal("12.00"), 2)
        self.assertEqual(context.metadata["payment_id"], payment["id"])
        self.assertEqual(context.metadata["instalments"], 2)


class GatewayTest(unittest.TestCase):
    def test_signatures_differ_by_sequence(self):
        session = gateway.Session(b"secret")
        self.assertNotEqual(session.sign("x"), session.sign("x"))
        self.assertEqual(session.sequence, 2)

    def test_url(self):
        with mock.patch.dict(os.environ, {"PAYMENT_GATEWAY_URL": "https://test.example"}):
            self.assertEqual(gateway.gateway_url(), "https://test.example")

    def test_refusals(self):
        for cents, currency in ((0, "EUR"), (100, "XXX")):
            with self.assertRaises(gateway.GatewayRefused):
                gateway.check_charge(cents, currency)


class CardTest(unittest.TestCase):
    def test_charge_is_masked(self):
        charge = card.prepare_charge("4000 0000 0000 1234", 500, "eur")
        self.assertEqual(charge["card"], "************1234")
        self.assertEqual(charge["currency"], "EUR")

    def test_number_of_visible_digits(self):
        self.assertEqual(card.mask_card("400000001234", visible=2), "**********34")
        with self.assertRaises(ValueError):
            card.mask_card("400000001234", visible=8)

    def test_offline_terminal(self):
        self.assertEqual(card.validate_currency("usd", "kiosk"), "USD")
        with self.assertRaises(ValueError):
            card.validate_currency("JPY", "kiosk")
