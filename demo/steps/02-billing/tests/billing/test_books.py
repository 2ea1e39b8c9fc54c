import os
import unittest
from decimal import Decimal
from unittest import mock

from services.billing.audit import AuditTrail, canonical_json
from services.billing.contracts import OrderPlaced
from services.billing.exports import export_filename
from services.billing.ledger import Entry, balances_by_account, is_balanced
from services.billing.settings import billing_settings


class LedgerTest(unittest.TestCase):
    def test_balances(self):
        entries = [
            Entry("cash", "credit", Decimal("5")),
            Entry("bank", "debit", Decimal("3")),
            Entry("bank", "debit", Decimal("2")),
        ]
        self.assertEqual(balances_by_account(entries), {"bank": Decimal("-5"), "cash": Decimal("5")})
        self.assertTrue(is_balanced(entries))

    def test_unknown_side(self):
        with self.assertRaises(ValueError):
            balances_by_account([Entry("cash", "left", Decimal("5"))])


class AuditTest(unittest.TestCase):
    def test_chain(self):
        trail = AuditTrail()
        trail.append("opened", "2025-02-10T08:00:00Z", by="ann")
        trail.append("closed", "2025-02-10T09:00:00Z")
        self.assertTrue(trail.is_intact())
        trail.records[0]["action"] = "deleted"
        self.assertFalse(trail.is_intact())

    def test_text_is_canonical(self):
        self.assertEqual(canonical_json({"z": None, "a": 1}), '{"a":1,"z":null}')


class DocumentTest(unittest.TestCase):
    def test_file_name(self):
        name = export_filename("Müller & Söhne", "2025-02-10T08:00:00Z")
        self.assertEqual(name, "muller-sohne-2025-02.csv")

    def test_contract_round_trip(self):
        payload = {"order_id": "o1", "customer_id": "c1", "total": "9.90", "currency": "EUR"}
        self.assertEqual(OrderPlaced.from_payload(payload).to_payload(), payload)

    def test_settings(self):
        with mock.patch.dict(os.environ, {"BILLING_WORKERS": "5", "BILLING_DEBUG": "1"}):
            settings = billing_settings()
        self.assertEqual((settings.workers, settings.debug), (5, True))
