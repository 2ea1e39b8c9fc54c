import unittest

from platform_core.text import digits_only, normalise_phone, slugify


class SlugTest(unittest.TestCase):
    def test_accents_and_punctuation(self):
        self.assertEqual(slugify("Café & Crème, Nº 7"), "cafe-creme-no-7")

    def test_limit_does_not_leave_a_dash(self):
        self.assertEqual(slugify("abc def", limit=4), "abc")

    def test_nothing_left(self):
        with self.assertRaises(ValueError):
            slugify("!!!")


class PhoneTest(unittest.TestCase):
    def test_digits(self):
        self.assertEqual(digits_only("(030) 12-34"), "0301234")
        with self.assertRaises(ValueError):
            digits_only("030x")

    def test_forms(self):
        self.assertEqual(normalise_phone("+44 20 7946 0000"), "+442079460000")
        self.assertEqual(normalise_phone("0044 20 79460000"), "+442079460000")
        self.assertEqual(normalise_phone("030 1234567"), "+49301234567")

    def test_too_short(self):
        with self.assertRaises(ValueError):
            normalise_phone("012")
