import unittest

from services.billing.mailer import invoice_mail


class MailerTest(unittest.TestCase):
    def test_mail_names_the_invoice(self):
        self.assertIn("invoice 2025-7.", invoice_mail("Ann", "2025-7"))
