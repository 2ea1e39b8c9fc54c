import os
import unittest
from unittest import mock

import services.notifications as notifications
from services.notifications.contacts import Contact
from services.notifications.contracts import OrderPlaced
from services.notifications.layouts import fill, with_footer
from services.notifications.render import amount_row, heading
from services.notifications.settings import notification_settings


class TextTest(unittest.TestCase):
    def test_layout(self):
        self.assertEqual(fill("Hello {name}", {"name": "Ann"}), "Hello Ann")
        with self.assertRaises(LookupError):
            fill("Hello {name}", {})

    def test_footer(self):
        self.assertIn("Reply STOP", with_footer("Hello"))

    def test_page(self):
        self.assertEqual(heading("Your Order"), '<h2 id="your-order">Your Order</h2>')
        self.assertIn("<td>2.35</td>", amount_row("Tea", "2.345"))


class ContactTest(unittest.TestCase):
    def test_contact(self):
        contact = Contact.from_payload({"email": " Ann@Shop.example", "phone": "(030) 123-456"})
        self.assertEqual(contact, Contact("ann@shop.example", "+4930123456"))

    def test_public_names(self):
        self.assertEqual(notifications.normalise_phone("0044 1234"), "+441234")
        self.assertIn("Message", notifications.__all__)

    def test_contract(self):
        payload = {"order_id": "o1", "customer_id": "c1", "total": "5", "currency": "USD"}
        self.assertEqual(OrderPlaced.from_payload(payload).currency, "USD")


class NotificationSettingsTest(unittest.TestCase):
    def test_environment_wins(self):
        values = {"NOTIFY_SENDER": "Shop", "NOTIFY_NO_QUIET_HOURS": "1"}
        with mock.patch.dict(os.environ, values):
            self.assertEqual(notification_settings(), {"sender": "Shop"})
