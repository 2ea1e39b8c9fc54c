//! A small project with something of everything, and its tests.

use crate::support::Repo;

pub(crate) const SLUGIFY: &str = r#"import re


def slugify(text):
    """A name as part of an address."""
    text = text.lower().strip()
    text = re.sub(r"[^a-z0-9]+", "-", text)
    text = text.strip("-")
    if not text:
        text = "empty"
    return text
"#;

const ORDERS: &str = r#"from shop.text import slugify


def order_key(name, number):
    return f"{slugify(name)}-{number}"


class Session:
    def __init__(self, cookie, user):
        self.cookie = cookie
        self.user = user

    def expire(self):
        self.cookie = None
        self.user = None
"#;

const GATEWAY: &str = "class Session:
    def __init__(self, url):
        self.url = url
        self.open = []

    def request(self, path, body):
        self.open.append((self.url, path, body))
        return len(self.open)
";

const MONEY: &str = r#"from decimal import Decimal


def total(rows, rate):
    result = Decimal(0)
    for row in rows:
        result += Decimal(row["price"]) * row["count"]
    result = result * (1 + Decimal(rate))
    result = result.quantize(Decimal("0.01"))
    return result
"#;

const SPLIT: &str = r#"def split(text):
    parts = text.split(",")
    parts = [part.strip() for part in parts]
    parts = [part for part in parts if part]
    parts.sort()
    return tuple(parts)
"#;

const TESTS: &str = r#"import unittest

from shop import billing, export, money, orders, text


class ShopTest(unittest.TestCase):
    def test_slugs(self):
        self.assertEqual(text.slugify(" A  b! "), "a-b")
        self.assertEqual(export.slugify("!"), "empty")
        self.assertEqual(orders.order_key("Red Hat", 7), "red-hat-7")

    def test_totals(self):
        rows = [{"price": "1.50", "count": 2}]
        self.assertEqual(str(money.total(rows, "0.2")), "3.60")
        self.assertEqual(money.total(rows, "0.2"), billing.total(rows, "0.2"))

    def test_splits(self):
        self.assertEqual(export.split("b; a"), billing.split("b, a"))
"#;

const UNITTEST: &str = "[test]\ncommand = \"python3 -m unittest discover -s tests -t .\"\n";

/// Two groups that land, a variant and a homonym; no configuration.
pub(crate) fn files() -> Vec<(&'static str, String)> {
    vec![
        ("shop/__init__.py", String::new()),
        ("shop/text.py", SLUGIFY.to_owned()),
        ("shop/orders.py", ORDERS.to_owned()),
        ("shop/gateway.py", GATEWAY.to_owned()),
        ("shop/money.py", MONEY.to_owned()),
        ("shop/billing.py", format!("{MONEY}\n\n{SPLIT}")),
        ("shop/export.py", format!("{SLUGIFY}\n\n{}", SPLIT.replace("\",\"", "\";\""))),
        ("tests/__init__.py", String::new()),
        ("tests/test_shop.py", TESTS.to_owned()),
        (".gitignore", "__pycache__/\n".to_owned()),
    ]
}

/// The project without a test command.
pub(crate) fn untested() -> Repo {
    let repo = Repo::empty();
    for (path, text) in files() {
        repo.write(path, text);
    }
    repo.commit(&[]);
    repo
}

/// The project with its test command.
pub(crate) fn tested() -> Repo {
    let repo = untested();
    repo.commit(&[("ssot.toml", UNITTEST)]);
    repo
}
