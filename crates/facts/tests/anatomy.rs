//! What an anatomy finds in one definition.

use ssot_facts::python;
use ssot_model::Span;
use ssot_model::audit::AtomKind;

fn take(source: &str) -> python::Anatomy {
    let span = Span { start: 1, end: source.lines().count() as u32 };
    python::anatomy(source, span).expect("it holds a definition")
}

/// `line kind: text` of every part of the asked kinds.
fn parts(source: &str, kinds: &[AtomKind]) -> Vec<String> {
    let anatomy = take(source);
    let asked = anatomy.atoms.iter().filter(|it| kinds.contains(&it.kind));
    asked.map(|it| format!("{} {}: {}", it.line, it.kind.as_str(), it.text)).collect()
}

fn check(source: &str, kinds: &[AtomKind], expected: &[&str]) {
    assert_eq!(parts(source, kinds), expected, "{source}");
}

#[test]
fn conditions_say_how_the_way_ends() {
    let source = "\
def f(a, b):
    if a is None:
        return []
    if not b:  # nothing to do
        raise ValueError(
            'no b',
        )
    elif b > 3:
        first(a)
        second(b)
        third(b)
    while a < b:
        a += 1
    assert a
    match a:
        case {'kind': 'x'} if b:
            pass
    return [x for x in b if x.ok] if b else None
";
    check(
        source,
        &[AtomKind::Branch, AtomKind::Guard, AtomKind::Raise],
        &[
            "2 guard: if a is None: return []",
            "4 guard: if not b: raise ValueError",
            "5 raise: raise ValueError('no b')",
            "8 branch: elif b > 3",
            "12 branch: while a < b",
            "14 guard: assert a",
            "16 branch: case {'kind': 'x'} if b",
            "18 branch: … if b else …",
            "18 branch: for … if x.ok",
        ],
    );
}

#[test]
fn errors_are_swallowed_raised_again_or_answered() {
    let source = "\
def f(a):
    for attempt in range(3):
        try:
            return call(a, timeout=30)
        except (B, A) as error:
            time.sleep(2 ** attempt)
        except C:
            raise
        except D as error:
            raise Other(str(error)) from error
        except E:
            pass
        except IOError:
            return None
    with suppress(F):
        g()
    for item in a:
        try:
            item()
        except Exception:
            log.exception('failed %s', item)
";
    check(
        source,
        &[AtomKind::Handler, AtomKind::Retry, AtomKind::Timeout, AtomKind::Log],
        &[
            "2 retry: for attempt in range(3), time.sleep(2 ** attempt)",
            "4 timeout: timeout=30 for call",
            "5 handler: except A, B: time.sleep(2 ** attempt)",
            "7 handler: except C: raised again",
            "9 handler: except D: raise Other",
            "11 handler: except E: swallowed",
            "13 handler: except OSError: return None",
            "15 handler: suppress F",
            "20 handler: except Exception: log.exception('failed %s', item)",
            "21 log: exception 'failed %s'",
        ],
    );
    let decorated = "\
@tenacity.retry(stop=stop_after_attempt(3))
@other
def f():
    return requests.get('x', retries=Retry(total=5))
";
    check(
        decorated,
        &[AtomKind::Retry, AtomKind::Decorator],
        &[
            "1 retry: @tenacity.retry(stop=stop_after_attempt(3))",
            "2 decorator: @other",
            "4 retry: Retry(total=5)",
        ],
    );
}

#[test]
fn not_every_loop_or_name_is_a_retry() {
    let source = "\
def f(self):
    while not self.stopped.is_set():
        try:
            self.step()
            break
        except OSError:
            log.info('x')
    for entry in recent_entries:
        try:
            self.step(entry)
        except OSError:
            continue
    if self.should_suggest_retry(1):
        self.retry_queue.pop(0)
    while True:
        try:
            return complete_with_retry(1)
        except OSError:
            sleep(1)
";
    let expected = ["15 retry: while True, sleep(1)", "17 retry: complete_with_retry"];
    check(source, &[AtomKind::Retry], &expected);
}

#[test]
fn what_others_see_is_named() {
    let source = "\
def f(bus):
    url = os.environ['URL']
    size = int(os.getenv('SIZE', 10))
    name = settings.NAME or config.get('name', 'x') or getattr(settings, 'WIDE', False)
    bus.publish('order.placed', {})
    bus.emit(Events.DONE)
    self.dispatch(Placed(1))
    self.dispatch(handler)
    statsd.increment('orders')
    logger.warn(f'bad {name}')
    logging.log(logging.INFO, 'x')
    _cache[name] = url
    _seen.append(name)
    own = []
    own.append(1)
";
    check(
        source,
        &[
            AtomKind::Event,
            AtomKind::Configuration,
            AtomKind::Log,
            AtomKind::Metric,
            AtomKind::State,
        ],
        &[
            "2 configuration: environment URL",
            "3 configuration: environment SIZE, default 10",
            "4 configuration: NAME",
            "4 configuration: name, default 'x'",
            "4 configuration: WIDE, default False",
            "5 event: publish order.placed",
            "6 event: emit Events.DONE",
            "7 event: dispatch Placed",
            "9 metric: statsd.increment('orders')",
            "10 log: warning f'bad {name}'",
            "11 log: log 'x'",
            "12 state: _cache",
            "13 state: _seen",
        ],
    );
}

#[test]
fn a_class_shows_its_members_state_and_effects() {
    let source = "\
@dataclass(frozen=True)
class A(Base, metaclass=Meta):
    \"\"\"Doc.\"\"\"
    limit: int = 3
    known = {}
    _hidden = 1
    register('a')

    def __init__(self, a, *, b: str = 'x'):
        self.a = a
        self.timeout = 5

    @classmethod
    async def load(cls, path):
        cls.count += 1

    def _private(self, value):
        pass
";
    let anatomy = take(source);
    assert_eq!(anatomy.bases, ["Base", "metaclass=Meta"]);
    assert_eq!(anatomy.decorators, ["@dataclass(frozen=True)"]);
    let names: Vec<&str> = anatomy.callables.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["__init__", "load", "_private"]);
    check(
        source,
        &[
            AtomKind::Member,
            AtomKind::Parameter,
            AtomKind::State,
            AtomKind::Async,
            AtomKind::ImportEffect,
            AtomKind::Timeout,
        ],
        &[
            "4 member: limit: int = 3",
            "5 state: known = {}",
            "7 import-effect: register('a')",
            "9 member: def __init__",
            "9 parameter: a",
            "9 parameter: b='x'",
            "10 state: self.a",
            "11 state: self.timeout",
            "11 timeout: timeout = 5",
            "14 member: def load",
            "14 async: async def load",
            "14 parameter: path",
            "15 state: cls.count",
        ],
    );
}

#[test]
fn methods_and_constants_are_read_where_they_stand() {
    let source = "class A:\n    def f(self, a):\n        \"\"\"Doc\n  wide.\"\"\"\n        return a or 1\n\nX = {'a': 1, **b}\n";
    let method = python::anatomy(source, Span { start: 2, end: 5 }).expect("a method");
    let statements = &method.callables[0].statements;
    assert_eq!(statements[0].line, 5);
    assert_eq!(statements[0].text, "return a or 1");
    let constant = python::anatomy(source, Span { start: 7, end: 7 }).expect("a constant");
    let entries: Vec<&str> = constant.atoms.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(entries, ["'a': 1", "b"]);
}

#[test]
fn one_structure_has_one_hash() {
    let hash = |condition: &str| {
        let source = format!("def f(a, b):\n    if {condition}:\n        g()\n");
        let anatomy = take(&source);
        anatomy.atoms.into_iter().find(|it| it.kind == AtomKind::Branch).map(|it| it.hash)
    };
    for (one, other, equal) in [
        ("a == 'x'", "a == \"x\"", true),
        ("not a == b", "a != b", true),
        ("a > b", "b < a", true),
        ("None is a", "a is None", true),
        ("not a < b", "a >= b", false),
        ("a and b", "b and a", false),
        ("f(a,\n  b,)", "f(a, b)", true),
    ] {
        assert_eq!(hash(one) == hash(other), equal, "{one} and {other}");
    }
}

#[test]
fn nothing_is_read_from_what_is_no_definition() {
    for (source, span) in
        [("", (1, 1)), ("import a\n", (1, 1)), ("x = 1\n", (5, 6)), ("def (:\n", (1, 1))]
    {
        let span = Span { start: span.0, end: span.1 };
        let _ = python::anatomy(source, span);
        let _ = python::anatomy(source, Span { start: 0, end: 0 });
    }
}
