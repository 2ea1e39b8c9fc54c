//! Two functions side by side: where they are the same, and which values differ.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use compact_str::CompactString;
use ruff_python_ast::NodeKind;

use super::naming::{self, Ancestor};
use super::tree::Node;
use super::{Hole, Parameter, Passing, Template};

/// What is known while two functions are laid side by side.
pub(super) struct Walk<'a> {
    frees: (&'a [CompactString], &'a [CompactString]),
    texts: (&'a str, &'a str),
    /// Local names of the kept function and what they are in the other, both ways.
    there: BTreeMap<CompactString, CompactString>,
    back: BTreeMap<CompactString, CompactString>,
    /// Parameters that the other lacks, with their defaults.
    extra: &'a BTreeMap<CompactString, String>,
    pub(super) given: BTreeMap<CompactString, String>,
    /// Those of them that are a variable in the other.
    absorbed: BTreeSet<CompactString>,
    found: Vec<Found>,
    pub(super) shared: BTreeSet<CompactString>,
}

/// One place at which the functions differ in a value.
pub(super) struct Found {
    name: Option<naming::Name>,
    kept: String,
    other: String,
    place: Range<usize>,
    reads: Vec<CompactString>,
    other_reads: Vec<CompactString>,
}

/// Where two nodes differ: inside, in a value that was noted, or as a whole.
enum Difference {
    Noted,
    Whole,
}

impl<'a> Walk<'a> {
    /// Nothing is known yet.
    pub(super) fn new(
        frees: (&'a [CompactString], &'a [CompactString]),
        texts: (&'a str, &'a str),
        extra: &'a BTreeMap<CompactString, String>,
    ) -> Self {
        Self {
            frees,
            texts,
            there: BTreeMap::new(),
            back: BTreeMap::new(),
            extra,
            given: BTreeMap::new(),
            absorbed: BTreeSet::new(),
            found: Vec::new(),
            shared: BTreeSet::new(),
        }
    }

    /// Whether two nodes are the same, values included.
    pub(super) fn equal(&mut self, one: &Node, two: &Node) -> bool {
        let mark = self.found.len();
        let difference = self.node(one, two, &mut Vec::new());
        let is_equal = matches!(difference, Difference::Noted) && self.found.len() == mark;
        self.found.truncate(mark);
        is_equal
    }

    /// Looks at something whose local names are its own.
    pub(super) fn apart<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        self.there.clear();
        self.back.clear();
        look(self)
    }

    /// Statement by statement.
    pub(super) fn bodies(
        &mut self,
        one: &Node,
        two: &Node,
        starts: (usize, usize),
    ) -> Result<(), String> {
        let body = |node: &Node, from: usize| -> Vec<Node> {
            let inside = node.children.iter().filter(|it| it.range.start >= from);
            inside.cloned().collect()
        };
        let (one_body, mut two_body) = (body(one, starts.0), body(two, starts.1));
        two_body.retain(|statement| !self.absorbs(statement, two));
        if one_body.len() != two_body.len() {
            return Err("one has statements that the other lacks".to_owned());
        }
        for (left, right) in one_body.iter().zip(&two_body) {
            let mut path = vec![Ancestor { node: one, at: 0 }];
            if let Difference::Whole = self.node(left, right, &mut path) {
                let text = self.texts.0[left.range.clone()].lines().next().unwrap_or_default();
                return Err(format!("`{}` differs in more than a value", text.trim()));
            }
        }
        Ok(())
    }

    /// Whether a statement of the other function does nothing but give a variable the
    /// value that the kept function has a parameter of that name for.
    fn absorbs(&mut self, statement: &Node, function: &Node) -> bool {
        let [target, value] = &*statement.children else { return false };
        let Some(name) = target.name().filter(|name| self.extra.contains_key(*name)) else {
            return false;
        };
        let mut bindings = 0;
        function.walk(&mut |node| {
            let binds = node.kind == NodeKind::ExprName && !node.is_value;
            bindings += usize::from(binds && node.name() == Some(name));
        });
        let absorbs = statement.kind == NodeKind::StmtAssign
            && bindings == 1
            && naming::is_value(value)
            && naming::roots(value).iter().all(|root| is_free(self.frees.1, root));
        if absorbs {
            let text = self.texts.1[value.range.clone()].to_owned();
            self.given.insert(name.into(), text);
            self.absorbed.insert(name.into());
        }
        absorbs
    }

    fn node<'n>(
        &mut self,
        one: &'n Node,
        two: &'n Node,
        path: &mut Vec<Ancestor<'n>>,
    ) -> Difference {
        let mark = self.found.len();
        let names = (self.there.clone(), self.back.clone());
        // Of values that are written out together one alone says nothing.
        let is_whole = |walk: &Self| {
            one.kind == NodeKind::ExprTuple && naming::is_value(one) && walk.found.len() > mark
        };
        if self.same(one, two, path) && !is_whole(self) {
            return Difference::Noted;
        }
        self.found.truncate(mark);
        (self.there, self.back) = names;
        self.value(one, two, path)
    }

    /// The same but for values inside.
    fn same<'n>(&mut self, one: &'n Node, two: &'n Node, path: &mut Vec<Ancestor<'n>>) -> bool {
        if one.kind != two.kind || one.children.len() != two.children.len() {
            return false;
        }
        let is_own_name = match one.kind {
            NodeKind::ExprName => true,
            NodeKind::Identifier => path.last().is_some_and(|it| binds(it.node.kind)),
            _ => false,
        };
        if is_own_name {
            let (Some(left), Some(right)) = (one.name(), two.name()) else { return false };
            return self.names(left, right);
        }
        if one.own != two.own {
            return false;
        }
        let children = one.children.iter().zip(&two.children).enumerate();
        for (at, (left, right)) in children {
            path.push(Ancestor { node: one, at });
            let difference = self.node(left, right, path);
            path.pop();
            if let Difference::Whole = difference {
                return false;
            }
        }
        true
    }

    /// Whether two names are one: of the module, or local ones that stand for each other.
    fn names(&mut self, one: &str, two: &str) -> bool {
        let (left, right) = (is_free(self.frees.0, one), is_free(self.frees.1, two));
        if left && right && one == two {
            self.shared.insert(one.into());
            return true;
        }
        if one == two && self.absorbed.contains(two) {
            return true;
        }
        !left && !right && self.pair(one, two).is_ok()
    }

    pub(super) fn pair(&mut self, one: &str, two: &str) -> Result<(), String> {
        if self.extra.contains_key(one) {
            return Err(format!("`{one}` is a parameter of one alone"));
        }
        let there = self.there.entry(one.into()).or_insert_with(|| two.into()) == two;
        let back = self.back.entry(two.into()).or_insert_with(|| one.into()) == one;
        if there && back { Ok(()) } else { Err(format!("`{one}` would stand for two names")) }
    }

    /// The nodes differ: is it in a value that could be given?
    fn value<'n>(&mut self, one: &'n Node, two: &'n Node, path: &[Ancestor<'n>]) -> Difference {
        let closed = || {
            two.is_value
                && naming::is_value(two)
                && naming::roots(two).iter().all(|root| is_free(self.frees.1, root))
        };
        if let Some(name) = one.name()
            && one.kind == NodeKind::ExprName
            && self.extra.contains_key(name)
        {
            let text = self.texts.1[two.range.clone()].to_owned();
            if !closed() || self.given.get(name).is_some_and(|known| *known != text) {
                return Difference::Whole;
            }
            self.given.insert(name.into(), text);
            return Difference::Noted;
        }
        let may_stand = |node: &Node| node.is_value && naming::is_value(node);
        if !may_stand(one) || !may_stand(two) || naming::is_fixed(path) {
            return Difference::Whole;
        }
        let (reads, other_reads) = (naming::roots(one), naming::roots(two));
        let all = |names: &[CompactString], free: &[CompactString]| {
            names.iter().all(|name| is_free(free, name))
        };
        if !all(&reads, self.frees.0) || !all(&other_reads, self.frees.1) {
            return Difference::Whole;
        }
        let texts = |node: &Node, text: &str| text[node.range.clone()].to_owned();
        self.found.push(Found {
            name: naming::name(one, two, path),
            kept: texts(one, self.texts.0),
            other: texts(two, self.texts.1),
            place: one.range.clone(),
            reads,
            other_reads,
        });
        Difference::Noted
    }

    pub(super) fn finish(
        self,
        kept: &Node,
        parameters: Vec<Parameter>,
        asynchronous: bool,
    ) -> Result<Template, String> {
        let mut holes: Vec<Hole> = Vec::new();
        for found in &self.found {
            add(&mut holes, found, &self.found)?;
        }
        let names: BTreeSet<&str> = holes.iter().map(|hole| hole.name.as_str()).collect();
        if names.len() < holes.len() {
            return Err("two of the values would have one name".to_owned());
        }
        if !holes.is_empty() && parameters.iter().any(|it| it.passing == Passing::Stars) {
            return Err("it takes any keyword, so that none is free for a parameter".to_owned());
        }
        for hole in &mut holes {
            naming::settle(hole, kept)?;
        }
        let given = self.given.into_iter();
        let given = given
            .filter(|(name, text)| self.extra.get(name).map(|it| flat(it)) != Some(flat(text)))
            .collect();
        let retyped = Vec::new();
        Ok(Template { holes, given, parameters, asynchronous, retyped, shared: self.shared })
    }
}

/// A value on one line; the pieces of a text may stand on several.
fn flat(value: &str) -> String {
    value.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Adds one place to the hole of its values.
fn add(holes: &mut Vec<Hole>, found: &Found, all: &[Found]) -> Result<(), String> {
    if let Some(hole) =
        holes.iter_mut().find(|it| (&it.kept, &it.other) == (&found.kept, &found.other))
    {
        if found.name.as_ref().is_some_and(|name| name.text != hole.name || name.binds) {
            return Err(format!("{} stands for two things", found.kept));
        }
        hole.places.push(found.place.clone());
        return Ok(());
    }
    let is_block =
        |text: &str| text.contains('\n') && (text.contains("\"\"\"") || text.contains("'''"));
    if is_block(&found.kept) || is_block(&found.other) {
        return Err("a text of several lines differs".to_owned());
    }
    let same = |it: &&Found| (&it.kept, &it.other) == (&found.kept, &found.other);
    let mut names = all.iter().filter(same).filter_map(|it| it.name.as_ref());
    let Some(name) = names.next() else {
        return Err(format!("nothing says what {} and {} stand for", found.kept, found.other));
    };
    holes.push(Hole {
        name: name.text.clone(),
        kept: found.kept.clone(),
        other: found.other.clone(),
        places: vec![found.place.clone()],
        statement: name.binds.then(|| found.place.clone()),
        reads: found.reads.clone(),
        other_reads: found.other_reads.clone(),
    });
    Ok(())
}

fn is_free(free: &[CompactString], name: &str) -> bool {
    free.iter().any(|it| it == name)
}

/// Whether the names in such a node are local ones and no attributes or keywords.
fn binds(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::ExceptHandlerExceptHandler | NodeKind::Parameter | NodeKind::StmtFunctionDef
    )
}
