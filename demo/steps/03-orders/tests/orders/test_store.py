import os
import unittest
from unittest import mock

from services.orders import schema_pb
from services.orders.contracts import OrderPlaced
from services.orders.formatting import format_line, format_order
from services.orders.models import Address
from services.orders.serial import dump_order, load_order
from services.orders.settings import orders_settings
from services.orders.store import OrderRepository, stable_key
from tests.orders.samples import sample_order


class StoreTest(unittest.TestCase):
    def test_round_trip(self):
        repository = OrderRepository()
        repository.add(sample_order())
        self.assertEqual(repository.get("o1"), sample_order())
        self.assertEqual(len(repository.all()), 1)
        with self.assertRaises(LookupError):
            repository.get("o2")

    def test_keys(self):
        self.assertEqual(stable_key("order", " O1 "), stable_key("order", "o1"))
        with self.assertRaises(ValueError):
            stable_key("order", "")

    def test_damage_is_noticed(self):
        text = dump_order(sample_order()).replace('"tea"', '"tee"')
        with self.assertRaises(ValueError):
            load_order(text)


class OrderTextTest(unittest.TestCase):
    def test_line(self):
        self.assertTrue(format_line(sample_order().lines[0]).endswith(" 6.90"))

    def test_order(self):
        self.assertIn("Order o1", format_order(sample_order()))

    def test_address(self):
        self.assertEqual(Address("Ann", "Kai 1", "20457", "Hamburg").lines()[-1], "20457 Hamburg")


class OrderWireTest(unittest.TestCase):
    def test_schema(self):
        record = schema_pb.OrderRecord("o1", "c1", (schema_pb.LineRecord("tea", 2, 345),))
        self.assertEqual(schema_pb.OrderRecord.decode(record.encode()), record)

    def test_default_currency(self):
        placed = OrderPlaced.from_payload({"order_id": "o1", "customer_id": "c1", "total": "1"})
        self.assertEqual(placed.to_payload()["currency"], "EUR")

    def test_database(self):
        with mock.patch.dict(os.environ, {"ORDERS_DATABASE_URL": "sqlite:///o.db"}):
            self.assertEqual(orders_settings().database_url, "sqlite:///o.db")
