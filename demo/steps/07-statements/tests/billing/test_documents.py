import os
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path
from unittest import mock

from services.billing import archive, receipts, statements
from services.billing.ledger import Entry
from services.billing.quotes import parse_plan, quote
from services.billing.retry import ask_provider


class QuoteTest(unittest.TestCase):
    def test_discount(self):
        self.assertEqual(quote("std-1-eur", 10)["total"], Decimal("89.10"))
        self.assertEqual(quote("std-1-eur", 1)["total"], Decimal("9.90"))

    def test_bad_code(self):
        with self.assertRaises(ValueError):
            parse_plan("std-none-eur")


class StatementTest(unittest.TestCase):
    def test_summary(self):
        entries = [Entry("ann", "credit", Decimal("5")), Entry("ann", "debit", Decimal("2"))]
        self.assertEqual(statements.summarise(entries), ["ann: 3", "sum: 3"])

    def test_name(self):
        self.assertEqual(
            statements.statement_name("Ann & Co", "2025-08"), "statement-ann-co-2025-08.txt"
        )


class ArchiveTest(unittest.TestCase):
    def test_documents_come_back(self):
        with tempfile.TemporaryDirectory() as folder:
            with mock.patch.dict(os.environ, {"BILLING_ARCHIVE": folder}):
                archive.keep("a/b.txt", "text")
                self.assertEqual(archive.fetch("a/b.txt"), "text")
                with self.assertRaises(archive.NotArchived):
                    archive.fetch("c.txt")

    def test_receipt(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "receipt.txt")
            receipts.write_receipt(path, "4000-0000-0000-9876", "5.00")
            self.assertEqual(path.read_text(), "Paid 5.00 by card ************9876\n")


class ProviderTest(unittest.TestCase):
    def test_gives_up_when_the_time_is_over(self):
        calls = []

        def ask():
            calls.append(1)
            raise ConnectionError("down")

        with mock.patch("services.billing.retry.clock") as clock:
            clock.monotonic.side_effect = [0.0, 1.0, 9.0]
            with self.assertRaises(TimeoutError):
                ask_provider(ask)
        self.assertEqual(len(calls), 1)
