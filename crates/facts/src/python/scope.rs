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
    bound: FxHashSet<&'a str>,
    read: FxHashSet<&'a str>,
    inner: FxHashSet<&'a str>,
    outer: FxHashSet<&'a str>,
    pub(super) marks: Marks,
}

/// What was seen in a scope and everything below it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Marks {
    pub(super) reflective: bool,
    pub(super) writes_globals: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn new(kind: ScopeKind) -> Self {
        Self {
            kind,
            bound: FxHashSet::default(),
            read: FxHashSet::default(),
            inner: FxHashSet::default(),
            outer: FxHashSet::default(),
            marks: Marks::default(),
        }
    }

    pub(super) fn bind(&mut self, name: &'a str) {
        self.bound.insert(name);
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
    pub(super) fn absorb(&mut self, inner: ClosedScope<'a>) {
        let sees_class_names = inner.kind != ScopeKind::Function;
        let target = if sees_class_names { &mut self.read } else { &mut self.inner };
        target.extend(inner.free);
        self.marks.reflective |= inner.marks.reflective;
        self.marks.writes_globals |= inner.marks.writes_globals;
    }

    pub(super) fn close(mut self) -> ClosedScope<'a> {
        for name in &self.outer {
            self.bound.remove(name);
        }
        let bound = &self.bound;
        let mut free = self.read;
        free.retain(|name| !bound.contains(name));
        if self.kind == ScopeKind::Class {
            free.extend(self.inner);
        } else {
            free.extend(self.inner.into_iter().filter(|name| !bound.contains(name)));
        }
        ClosedScope { kind: self.kind, free, marks: self.marks }
    }
}

/// What a scope leaves open when it ends.
#[derive(Debug, Clone)]
pub(super) struct ClosedScope<'a> {
    kind: ScopeKind,
    pub(super) free: FxHashSet<&'a str>,
    pub(super) marks: Marks,
}
