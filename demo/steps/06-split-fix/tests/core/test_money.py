import unittest
from decimal import Decimal

from platform_core import money


class RoundingTest(unittest.TestCase):
    def test_half_is_rounded_up(self):
        self.assertEqual(money.round_money("2.345"), Decimal("2.35"))
        self.assertEqual(money.round_money(Decimal("2.344")), Decimal("2.34"))

    def test_yen_has_no_decimals(self):
        self.assertEqual(str(money.round_money("99.5", "JPY")), "100")

    def test_infinity_is_refused(self):
        with self.assertRaises(ValueError):
            money.round_money("Infinity")


class SplitTest(unittest.TestCase):
    def test_even_split(self):
        self.assertEqual(money.split_amount(Decimal("9.00"), 3), [Decimal("3.00")] * 3)

    def test_no_cent_is_lost(self):
        shares = money.split_amount(Decimal("10.00"), 3)
        self.assertEqual(shares, [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")])

    def test_zero_parts(self):
        with self.assertRaises(ValueError):
            money.split_amount(Decimal("1"), 0)


class CurrencyTest(unittest.TestCase):
    def test_known_currency_is_cleaned(self):
        self.assertEqual(money.validate_currency(" eur "), "EUR")

    def test_unknown_currency(self):
        for code in ("XXX", "EURO"):
            with self.assertRaises(ValueError):
                money.validate_currency(code)
