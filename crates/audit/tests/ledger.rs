//! What would be lost, for small repositories written as text: `--- path` begins a file.

mod repository;

use repository::Repository;
use ssot_audit::{Answers, Choice, Loss, loss};
use ssot_model::GroupId;
use ssot_model::audit::{Atom, AtomState, CallChange, Counterpart, Fit};

/// What would be lost if `b.f` went in favour of `a.f`, whatever the rules say.
fn lost(repository: &Repository) -> Option<String> {
    let id = |name: &str| repository.index.definition_named(name).expect("it is there");
    let choice = Choice::Redirect { canonical: id("a.f"), copies: vec![id("b.f")] };
    let (index, answers) = (&repository.index, Answers::default());
    open(loss(index, &|path| repository.read(path), &answers, &group(), &choice))
}

fn group() -> GroupId {
    GroupId::new("g-00000001")
}

/// Why something may not go.
fn open(loss: Loss) -> Option<String> {
    match loss {
        Loss::Open(reason) => Some(reason),
        Loss::Answered(_) => None,
    }
}

/// Two modules with one function each, of which the second would go.
fn pair(kept: &str, gone: &str) -> Repository {
    Repository::new(&format!("--- a.py\n{kept}\n--- b.py\n{gone}\n"))
}

#[test]
fn what_the_kept_one_lacks_is_named() {
    let kept = "import os\ndef f(a, b=1):\n    if a is None:\n        return 0\n    return a + b\n";
    for (gone, expected) in [
        (kept, None),
        // The layout, the quotes and the names of variables do not matter.
        (
            "def f(a, b = 1):\n    if None is a:  # nothing\n        return 0\n    return a + b\n",
            None,
        ),
        (
            "def f(a, b=2):\n    if a is None:\n        return 0\n    return a\n",
            Some("parameter `b=2`"),
        ),
        (
            "def f(a, b=1):\n    if a is None:\n        return 1\n    return a\n",
            Some("guard `if a is None: return 1`"),
        ),
        (
            "def f(a, b=1):\n    if not a:\n        raise ValueError(a)\n    return a\n",
            Some("raise `raise ValueError(a)`"),
        ),
        (
            "def f(a):\n    return os.environ.get('X', a)\n",
            Some("configuration `environment X, default a`"),
        ),
        (
            "def f(a):\n    try:\n        return a()\n    except OSError:\n        pass\n",
            Some("handler `except OSError: swallowed`"),
        ),
    ] {
        let loss = lost(&pair(kept, gone));
        match expected {
            None => assert_eq!(loss, None, "{gone}"),
            Some(words) => {
                let loss = loss.unwrap_or_else(|| panic!("nothing is lost by {gone}"));
                assert!(loss.contains(words), "{words} is not in: {loss}");
            }
        }
    }
}

#[test]
fn renamed_variables_are_found_again() {
    let kept = "def f(rows):\n    total = 0\n    for row in rows:\n        if row > total:\n            continue\n        total = row\n    return total\n";
    let gone = "def f(rows):\n    best = 0\n    for it in rows:\n        if it > best:\n            continue\n        best = it\n    return best\n";
    assert_eq!(lost(&pair(kept, gone)), None);
    let swapped = gone.replace("it > best", "best > it");
    assert!(lost(&pair(kept, &swapped)).is_some());
}

#[test]
fn one_question_about_two_things_is_two_questions() {
    let kept = "def f(role=None, size=None):\n    kind = role.kind()\n    if role is not None:\n        use(role)\n        more(kind)\n        kept(role)\n";
    for gone in [
        // Another parameter.
        "def f(role=None, size=None):\n    kind = role.kind()\n    if size is not None:\n        use(size)\n        more(kind)\n        kept(size)\n",
        // A parameter of its own, asked as the other one is.
        "def f(role=None, size=None, part=None):\n    kind = role.kind()\n    if part is not None:\n        use(part)\n        more(kind)\n        kept(part)\n",
        // A variable that comes from elsewhere.
        "def f(role=None, size=None):\n    part = size.part()\n    if part is not None:\n        use(part)\n        more(part)\n        kept(part)\n",
    ] {
        let loss = lost(&pair(kept, gone)).expect("a question is lost");
        assert!(loss.contains("branch `if "), "{loss}");
    }
    // The same parameter and the same variable under other names; callers by keyword lose.
    let renamed =
        kept.replace("role", "user_role").replace("kind =", "sort =").replace("(kind)", "(sort)");
    let loss = lost(&pair(kept, &renamed)).expect("the parameter is lost");
    assert!(
        loss.starts_with("1 would be lost") && loss.contains("parameter `user_role=None`"),
        "{loss}"
    );
}

#[test]
fn what_cannot_be_read_may_not_go() {
    let repository = pair("def f(a):\n    return a\n", "def f(a):\n    return 1\n");
    let id = |name: &str| repository.index.definition_named(name).expect("it is there");
    let choice = Choice::Redirect { canonical: id("a.f"), copies: vec![id("b.f")] };
    let answers = Answers::default();
    let lost = open(loss(&repository.index, &|_| None, &answers, &group(), &choice));
    let lost = lost.expect("nothing is known");
    assert!(lost.contains("could not be read"), "{lost}");
}

const CLASSES: &str = "\
--- app/__init__.py
--- app/base.py
class Base:
    def close(self):
        self.open = False
        if self.open:
            raise ValueError('open')
        return None
--- app/one.py
from app.base import Base
class Store(Base):
    def __init__(self, path, size=10):
        self.path = path
        self.size = size
        self.rows = []
    def add(self, row):
        self.rows.append(row)
        return len(self.rows)
    def drop(self):
        self.rows = []
--- app/two.py
class Store:
    def __init__(self, path, size=20):
        self.path = path
        self.size = size
        self.rows = []
    def add(self, row):
        self.rows.append(row)
        return len(self.rows)
    def drop(self):
        self.rows = []
    def close(self):
        self.open = False
        if self.open:
            raise ValueError('open')
        return None
    def flush(self):
        return self.rows
class Wide(Store):
    def close(self):
        super().close()
        self.flush()
--- app/user.py
from app.one import Store as First
from app import two
def use():
    first = First('x')
    first.close()
    store = two.Store('x')
    store.close()
    store.flush()
    store.add(1)
def more():
    First('y').drop()
def last():
    return First('z')
--- app/three.py
from app.one import Store
def x():
    return Store('')
";

#[test]
fn a_class_is_judged_with_what_it_inherits() {
    let repository = Repository::new(CLASSES);
    let audit = repository.audit("Store", "app.one.Store");
    let mro = audit.mro.as_ref().expect("classes have orders");
    assert_eq!(mro.canonical, "app.one.Store");
    let entry = &audit.ledger.entries[0];
    let find = |text: &str| -> &Atom {
        entry.atoms.iter().find(|atom| atom.text == text).expect("an atom of the text")
    };
    let raised = find("raise ValueError('open')");
    let Counterpart::Equivalent { why, .. } = &raised.counterpart else { panic!("{raised:?}") };
    assert_eq!(why, "inherited from app.base.Base");
    assert_eq!(find("def flush").state, AtomState::Open);
    assert_eq!(find("size=20").state, AtomState::Open);

    let change = |call: &str, line: u32| {
        let place = format!("app/user.py:{line}");
        let found = mro.calls.iter().find(|it| it.call == call && it.place == place);
        found.map(|it| it.change)
    };
    assert_eq!(change("store.close", 7), Some(CallChange::Moved));
    assert_eq!(change("store.flush", 8), Some(CallChange::Broken));
    assert_eq!(change("store.add", 9), Some(CallChange::Moved));
    assert_eq!(change("two.Store", 6), Some(CallChange::Changed));
    assert_eq!(change("first.close", 5), None);
    let wide = mro.calls.iter().find(|it| it.call == "super().close").expect("a call upwards");
    assert_eq!(wide.after.as_deref(), Some("app.base.Base.close"));
    assert_eq!(mro.after[0].order[1..3], ["app.one.Store", "app.base.Base"]);
    assert_eq!(audit.matrix.constructors[0].fit, Fit::Altered);
}

const MODELS: &str = "\
--- app/__init__.py
--- app/a.py
from pydantic import BaseModel, Field
class Order(BaseModel):
    number: int
    name: str = Field(..., min_length=1)
    lines: list = Field(default_factory=list)
    note: str = ''
    state: str = 'new'
--- app/b.py
from pydantic import BaseModel, Field
class Order(BaseModel):
    note: str = ''
    number: int
    name: str = Field('', min_length=1)
    lines: list = Field(default_factory=list)
    state: str = 'new'
--- app/user.py
from app.b import Order
def make():
    return Order(number=1).json()
";

#[test]
fn models_take_their_fields_by_name() {
    let audit = Repository::new(MODELS).audit("Order", "app.a.Order");
    let [there, back] = audit.matrix.constructors.as_slice() else { panic!("two ways") };
    assert_eq!(
        (there.fit, there.reasons.as_slice()),
        (Fit::Incompatible, &["`name` may be left out today".to_owned()][..])
    );
    assert_eq!(back.fit, Fit::Compatible, "{:?}", back.reasons);
    let mro = audit.mro.expect("classes have orders");
    let changes: Vec<(&str, CallChange)> =
        mro.calls.iter().map(|it| (it.call.as_str(), it.change)).collect();
    // The constructor is made of the fields; `json` is pydantic's own.
    assert_eq!(changes, [("Order", CallChange::Unknown), ("Order().json", CallChange::Same)]);
}
