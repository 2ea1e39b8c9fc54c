//! Which names a piece of code reads without binding them, by Python's own rules.

use rustc_hash::FxHashSet;

/// The kinds of scope that differ in who sees their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    /// Decorators, defaults, annotations, bases: evaluated outside, but part of the definition.
    Header,
    /// A function or lambda body.
    Function,
    /// A class body: nested functions do not see its names.
    Class,
    /// A comprehension.
    Comprehension,
}

/// One open scope.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) kind: ScopeKind,
    bound: Names<'a>,
    read: Names<'a>,
    inner: Names<'a>,
    outer: Names<'a>,
    pub(super) marks: Marks,
}

/// Names of a scope, each once.
type Names<'a> = FxHashSet<&'a str>;

/// Empty sets of closed scopes, for the next ones: a set that has grown once need not grow
/// again.
#[derive(Debug, Default)]
pub(super) struct Spare<'a>(Vec<Names<'a>>);

/// Names for which a spare set has room at most; clearing a larger one costs more than it
/// saves.
const ROOM: usize = 448;

impl<'a> Spare<'a> {
    fn take(&mut self) -> Names<'a> {
        self.0.pop().unwrap_or_default()
    }

    fn give(&mut self, mut names: Names<'a>) {
        if (1..=ROOM).contains(&names.capacity()) {
            names.clear();
            self.0.push(names);
        }
    }
}

/// What was seen in a scope and everything below it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Marks {
    pub(super) reflective: bool,
    pub(super) writes_globals: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn new(kind: ScopeKind, spare: &mut Spare<'a>) -> Self {
        Self {
            kind,
            bound: spare.take(),
            read: spare.take(),
            inner: spare.take(),
            outer: Names::default(),
            marks: Marks::default(),
        }
    }

    pub(super) fn bind(&mut self, name: &'a str) {
        self.bound.insert(name);
    }

    /// Whether the scope binds the name so far.
    pub(super) fn binds(&self, name: &str) -> bool {
        self.bound.contains(name) && !self.outer.contains(name)
    }

    /// The names bound so far.
    pub(super) fn bound(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.bound.iter().copied()
    }

    pub(super) fn read(&mut self, name: &'a str) {
        self.read.insert(name);
    }

    /// `global` and `nonlocal`: the name belongs to somebody further out.
    pub(super) fn declare_outer(&mut self, name: &'a str) {
        self.outer.insert(name);
        self.read.insert(name);
    }

    /// Takes over what a closed inner scope left open.
    pub(super) fn absorb(&mut self, inner: ClosedScope<'a>, spare: &mut Spare<'a>) {
        spare.give(merge(&mut self.read, inner.read));
        spare.give(merge(&mut self.inner, inner.deferred));
        self.marks.reflective |= inner.marks.reflective;
        self.marks.writes_globals |= inner.marks.writes_globals;
    }

    pub(super) fn close(mut self, spare: &mut Spare<'a>) -> ClosedScope<'a> {
        for name in &self.outer {
            self.bound.remove(name);
        }
        let bound = &self.bound;
        self.read.retain(|name| !bound.contains(name));
        // The functions in a class body do not see its names.
        if self.kind != ScopeKind::Class {
            self.inner.retain(|name| !bound.contains(name));
        }
        spare.give(self.bound);
        let (mut read, mut deferred) = (self.read, self.inner);
        match self.kind {
            // A function reads when it is called, past the names of a class around it.
            ScopeKind::Function => read = merge(&mut deferred, read),
            ScopeKind::Comprehension => deferred = merge(&mut read, deferred),
            ScopeKind::Header | ScopeKind::Class => {}
        }
        ClosedScope { read, deferred, marks: self.marks }
    }
}

/// Adds names to others; the fewer are put to the more. What is left is an empty set.
fn merge<'a>(into: &mut Names<'a>, mut names: Names<'a>) -> Names<'a> {
    if into.len() < names.len() {
        std::mem::swap(into, &mut names);
    }
    into.extend(names.drain());
    names
}

/// What a scope leaves open when it ends.
#[derive(Debug)]
pub(super) struct ClosedScope<'a> {
    /// Names read where the scope stands.
    read: Names<'a>,
    /// Names read by functions inside, which see past a class around them.
    deferred: Names<'a>,
    pub(super) marks: Marks,
}

impl<'a> ClosedScope<'a> {
    /// Every name that is left open.
    pub(super) fn free(&self) -> impl Iterator<Item = &'a str> + use<'a, '_> {
        self.read.union(&self.deferred).copied()
    }

    /// Ends it where nobody is around it to take what it leaves open.
    pub(super) fn end(self, spare: &mut Spare<'a>) {
        spare.give(self.read);
        spare.give(self.deferred);
    }
}
