//! Expressions at known places turn into one that is the same everywhere.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprRef};

use super::super::scan::Scan;
use super::super::source::SourceFile;
use super::super::work::Work;
use super::imports::known;
use super::substitution::Wanted;
use super::{Places, released};
use crate::edit::Edit;

/// What is put where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// The bytes of the expressions.
    pub places: Vec<Range<usize>>,
    /// What takes their place; its first name is the one that `wanted` binds.
    pub expression: String,
    /// What it needs.
    pub wanted: Wanted,
}

/// Plans the change of every place that is asked for.
pub(super) fn put(work: &mut Work<'_>, places: &mut Places<'_>, put: &Put) {
    let (id, file) = (places.fix.module, Rc::clone(&places.file));
    let scan = Scan::of(&file);
    for range in &put.places {
        let line = places.line(range.start);
        let lines = BTreeSet::from([line]);
        if !places.is_asked_for(&lines) {
            continue;
        }
        places.done.insert(line);
        let Some(found) = expression_at(&file, range) else {
            places.leave(work, line, "the file has changed since the scan".to_owned());
            continue;
        };
        if file.comments(range.clone()).next().is_some() {
            places.leave(work, line, "a comment inside it would be lost".to_owned());
            continue;
        }
        if found.in_string {
            places.leave(work, line, "it stands inside an f-string".to_owned());
            continue;
        }
        let name = match known(work, id, &file, &scan, &put.wanted, range.start) {
            Ok(Some(name)) => Some(name),
            Ok(None) => None,
            Err(reason) => {
                places.leave(work, line, reason);
                continue;
            }
        };
        let rest = put.expression.strip_prefix(put.wanted.bound.as_str()).unwrap_or_default();
        let text = format!("{}{rest}", name.as_deref().unwrap_or(&put.wanted.bound));
        let plan = work.plans.entry(id).or_default();
        plan.edits.push(Edit::replace(range.clone(), text));
        if let Some(name) = name {
            plan.kept.insert(name.split('.').next().unwrap_or_default().to_owned());
        } else {
            let first = plan.wanted.entry(put.wanted.clone()).or_insert(range.start);
            *first = range.start.min(*first);
        }
        released(work, id, &file, &scan, &found.names);
        places.changed(work, line, &lines);
    }
}

/// An expression and the names that it reads.
struct Found {
    names: Vec<(usize, String)>,
    in_string: bool,
}

fn expression_at(file: &SourceFile, range: &Range<usize>) -> Option<Found> {
    struct Finder<'r> {
        range: &'r Range<usize>,
        strings: u32,
        found: Option<Found>,
        inside: bool,
    }
    impl<'a> Visitor<'a> for Finder<'_> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            let at = SourceFile::range(expr);
            let is_it = at == *self.range && self.found.is_none();
            if is_it {
                let in_string = self.strings > 0;
                self.found = Some(Found { names: Vec::new(), in_string });
                self.inside = true;
            }
            if let (true, Expr::Name(name), Some(found)) = (self.inside, expr, &mut self.found) {
                found.names.push((at.start, name.id.to_string()));
            }
            let is_string =
                matches!(ExprRef::from(expr), ExprRef::FString(_) | ExprRef::TString(_));
            self.strings += u32::from(is_string);
            visitor::walk_expr(self, expr);
            self.strings -= u32::from(is_string);
            self.inside &= !is_it;
        }
    }
    let mut finder = Finder { range, strings: 0, found: None, inside: false };
    finder.visit_body(file.suite());
    finder.found
}
