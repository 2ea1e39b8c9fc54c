import unittest
from datetime import date

from services.orders import search
from services.orders.formatting import format_order, format_pick_list
from services.orders.models import OPEN_STATES
from services.orders.reports import cities, turnover
from services.orders.shipping import Address, parcel_label
from services.orders.stock import Stock, chunked
from services.orders.store import OrderRepository
from tests.orders.samples import sample_order


class SearchTest(unittest.TestCase):
    def setUp(self):
        self.repository = OrderRepository()
        self.repository.add(sample_order("o2", "c2"))
        self.repository.add(sample_order("o1", "c1", "packed"))
        self.repository.add(sample_order("o3", "c1", "shipped"))

    def test_open_orders(self):
        found = [order.order_id for order in search.open_orders(self.repository)]
        self.assertEqual(found, ["o1", "o2"])

    def test_orders_of_a_customer(self):
        self.assertEqual(len(search.orders_of(self.repository, "c1")), 2)

    def test_states(self):
        self.assertEqual(search.OPEN_STATES, OPEN_STATES)

    def test_turnover(self):
        text = turnover(self.repository, date(2025, 9, 30))
        self.assertIn('"total": "42.09"', text)
        self.assertIn('"customers": ["c1", "c2"]', text)


class WarehouseTest(unittest.TestCase):
    def test_stock(self):
        stock = Stock({"tea": 3, "cup": 1, "pot": 1})
        self.assertEqual(stock.take("tea", 2), 1)
        with self.assertRaises(LookupError):
            stock.take("tea", 2)
        self.assertEqual(stock.pick_lists(2), [["cup", "pot"], ["tea"]])

    def test_chunks_of_nothing(self):
        self.assertEqual(list(chunked([], 2)), [])

    def test_label(self):
        address = Address("Ann", "Kai 1", "1000", "Århus", "DK")
        self.assertEqual(
            parcel_label(sample_order(), address), "o1 via arhus\nAnn\nKai 1\n1000 Århus\nDK"
        )
        self.assertEqual(cities([address, address]), {"Århus": 2})

    def test_pick_list(self):
        self.assertEqual(format_pick_list(sample_order()), "tea  2\ncup  1")
        self.assertIn("(received)", format_order(sample_order()))
