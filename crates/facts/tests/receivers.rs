//! What is read off the places where imports may fail and objects are used.

use compact_str::CompactString;
use ssot_facts::{FileFacts, python};

fn facts(source: &str) -> FileFacts {
    python::extract(source.as_bytes())
}

#[test]
fn imports_tell_whether_their_failure_is_caught() {
    let source = "\
import a
try:
    import b
except ImportError:
    import c
else:
    import d
with suppress(ImportError):
    import e
def f():
    try:
        import g
        one(); two(); three(); four()
    except Exception:
        pass
";
    let facts = facts(source);
    let found: Vec<(&str, bool)> =
        facts.imports.iter().map(|it| (&*it.module, it.guarded)).collect();
    let expected = [("a", false), ("b", true), ("c", true), ("d", true), ("e", true), ("g", false)];
    assert_eq!(found, expected);
}

#[test]
fn methods_tell_what_they_use_of_others_and_functions_what_they_create() {
    let source = "\
class A(Base):
    one, two = 1, 2
    def f(self):
        self.one(self.far.near)
        self.set = self.two
        try:
            self.caught
        except AttributeError:
            pass
        def inner(self):
            self.inner
        return lambda self: self.hidden, lambda: self.seen
    @other
    def g(self):
        self.unknown
    @staticmethod
    def h(values):
        a = A(values)
        b = A()
        b = B()
        c = made()
        return a.far(), [b for b in c]
    def i(self):
        isinstance(self, B) and self.special
";
    let facts = facts(source);
    let uses: Vec<(&str, u32)> =
        facts.own_uses.iter().map(|it| (it.name.as_str(), it.line)).collect();
    assert_eq!(uses, [("far", 4), ("seen", 12)]);
    let instances: Vec<(&str, &str)> =
        facts.instances.iter().map(|it| (it.name.as_str(), it.class.as_str())).collect();
    assert_eq!(instances, [("a", "A")]);
}

#[test]
fn what_the_module_itself_reads_is_told_apart_from_what_definitions_read() {
    let source = "\
def a(): return b()
def b(): pass
def c(): pass
register(c, [d for d in x])
def d(): pass
x = d()
";
    let facts = facts(source);
    let reads: Vec<&str> = facts.module_reads.iter().map(CompactString::as_str).collect();
    assert_eq!(reads, ["c", "x"]);
}
