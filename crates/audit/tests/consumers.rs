//! Who uses what of a member, and what would break, for small repositories as text.

mod repository;

use repository::Repository;
use ssot_audit::Audit;
use ssot_model::audit::CallChange;

/// Two queues: the second one takes a size and can be drained. A package hands the second
/// on, and others get it as a parameter, in an attribute, and by its name in a string.
const QUEUES: &str = r#"
--- core/queue.py
class Queue:
    def __init__(self, name):
        self.name = name
        self.items = []

    def put(self, item):
        self.items.append(item)
        self.items.sort()
        return len(self.items)

    def get(self):
        first = self.items.pop(0)
        return first
--- store/queue.py
class Queue:
    def __init__(self, name, size):
        self.name = name
        self.size = size
        self.items = []

    def put(self, item):
        self.items.append(item)
        self.items.sort()
        return len(self.items)

    def get(self):
        first = self.items.pop(0)
        return first

    def drain(self):
        items, self.items = self.items, []
        return items
--- store/__init__.py
from store.queue import Queue
--- core/__init__.py
--- desk/__init__.py
--- desk/one.py
from store import Queue

def send(queue: Queue, item):
    queue.put(item)
    return queue.drain()
--- desk/two.py
from store.queue import Queue as Line

class Desk:
    def __init__(self):
        self.line = Line("desk", 4)

    def clear(self):
        return self.line.drain()
--- desk/three.py
import store.queue
from core.queue import Queue

KIND = getattr(store.queue, "Queue")
QUEUE = Queue("plain")

class Urgent(Queue):
    pass
"#;

fn audit() -> Audit {
    Repository::new(QUEUES).audit("Queue", "core.queue.Queue")
}

/// `path: use lines` of everything that uses a member.
fn uses(audit: &Audit, dotted: &str) -> Vec<String> {
    let at = audit.finding.members.iter().position(|it| it.dotted() == dotted).expect("a member");
    let usage = audit.consumers[at].usage.iter();
    usage
        .flat_map(|of| {
            of.uses.iter().map(move |it| format!("{}: {} {:?}", of.path, it.what, it.lines))
        })
        .collect()
}

#[test]
fn a_consumer_says_what_it_uses_also_behind_a_package_a_parameter_and_an_attribute() {
    let audit = audit();
    assert_eq!(
        uses(&audit, "store.queue.Queue"),
        [
            "desk/one.py: imports [1]",
            "desk/one.py: .put() [4]",
            "desk/one.py: .drain() [5]",
            "desk/two.py: imports [1]",
            "desk/two.py: creates [5]",
            "desk/two.py: .drain() [8]",
            "store/__init__.py: imports [1]",
        ]
    );
    assert_eq!(
        uses(&audit, "core.queue.Queue"),
        ["desk/three.py: imports [2]", "desk/three.py: creates [5]", "desk/three.py: inherits [7]"]
    );
}

#[test]
fn a_name_in_a_string_that_code_asks_for_is_a_consumer() {
    let audit = audit();
    let at = audit.finding.members.iter().position(|it| it.dotted() == "store.queue.Queue");
    assert_eq!(audit.consumers[at.expect("a member")].computed, ["desk/three.py:4"]);
}

#[test]
fn each_candidate_says_what_would_break_under_it_and_where() {
    let audit = audit();
    let breaks = |dotted: &str| -> Vec<String> {
        let candidate =
            audit.candidates.iter().find(|it| it.dotted == dotted).expect("it is there");
        candidate.breaks.iter().map(|it| format!("{} {}", it.place, it.why)).collect()
    };
    assert_eq!(
        breaks("core.queue.Queue"),
        [
            "desk/one.py:5 core.queue.Queue has no `drain`",
            "desk/two.py:5 2 values are given by position, it takes 1",
            "desk/two.py:8 core.queue.Queue has no `drain`",
        ]
    );
    assert_eq!(breaks("store.queue.Queue"), ["desk/three.py:5 it requires `size`"]);
    let contest = audit.contest.expect("there are two");
    assert_eq!(contest.runner_up, "store.queue.Queue");
    assert!(contest.turns.iter().any(|it| it.contains("[[canonical]]")), "{contest:?}");
}

#[test]
fn calls_on_parameters_and_attributes_are_followed_in_the_order_of_classes() {
    let audit = audit();
    let report = audit.mro.expect("they are classes");
    let broken: Vec<String> = report
        .calls
        .iter()
        .filter(|call| call.change == CallChange::Broken)
        .map(|call| format!("{} {}", call.place, call.call))
        .collect();
    assert_eq!(broken, ["desk/one.py:5 queue.drain", "desk/two.py:8 self.line.drain"]);
}
