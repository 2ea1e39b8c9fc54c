//! Codemods of places: what one expression or one import becomes, wherever it stands.
//!
//! What cannot be changed without changing what the code means is left, with a reason; the
//! other places of the file are changed all the same.

mod absolute;
mod constant;
mod imports;
mod literal;
mod matching;
mod put;
mod replace;
mod scopes;
mod shims;
mod substitution;
mod template;

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt};
use ssot_facts::ModuleId;
use ssot_model::RepoPath;

use self::scopes::{Found, Node, Scopes, Walker};
use self::substitution::Outcome;
use super::aliases::{aliases_of, bound_name};
use super::scan::Scan;
use super::source::SourceFile;
use super::work::Work;
use crate::Refused;

pub use self::put::Put;
pub use self::substitution::{Substitution, Wanted};
pub(super) use constant::constant;
pub(super) use imports::{is_in_order, known, settle};
pub(super) use scopes::chain as chain_of;

/// What places turn into.
#[derive(Debug, PartialEq, Eq)]
pub enum Codemod {
    /// What fits one of the patterns turns into its replacement; the first that fits counts.
    Substitute(Vec<Substitution>),
    /// Expressions at known places turn into one.
    Put(Put),
    /// Imports by dots become imports by name.
    AbsoluteImports,
    /// Shims go.
    DropShims,
}

/// A codemod of places in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The file.
    pub module: ModuleId,
    /// The lines on which the places begin, counted from one; all places when missing.
    pub lines: Option<BTreeSet<u32>>,
    /// What they turn into.
    pub codemod: Arc<Codemod>,
}

/// A place that stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// The file.
    pub path: RepoPath,
    /// The line, counted from one; zero when the whole file is meant.
    pub line: u32,
    /// Why it stays.
    pub reason: String,
}

/// Plans the changes of one file.
pub(super) fn fix(work: &mut Work<'_>, fix: &Fix) -> Result<(), Refused> {
    let file = work.file(fix.module)?;
    let mut places = Places { fix, file, done: BTreeSet::new() };
    match &*fix.codemod {
        Codemod::Substitute(substitutions) => places.substitute(work, substitutions),
        Codemod::Put(put) => put::put(work, &mut places, put),
        Codemod::DropShims => shims::drop(work, &mut places),
        Codemod::AbsoluteImports => absolute::rewrite(work, &mut places),
    }
    places.report_rest(work);
    Ok(())
}

/// The places of one file.
struct Places<'f> {
    fix: &'f Fix,
    file: Rc<SourceFile>,
    /// Lines that were looked at, changed or not.
    done: BTreeSet<u32>,
}

impl Places<'_> {
    fn line(&self, at: usize) -> u32 {
        self.file.line(at) as u32 + 1
    }

    fn is_asked_for(&self, lines: &BTreeSet<u32>) -> bool {
        self.fix.lines.as_ref().is_none_or(|asked| !asked.is_disjoint(lines))
    }

    /// Notes a change on some lines: those that were asked for, or the first.
    fn changed(&self, work: &mut Work<'_>, first: u32, lines: &BTreeSet<u32>) {
        let module = self.fix.module;
        match &self.fix.lines {
            Some(asked) => work.fixed.extend(lines.intersection(asked).map(|line| (module, *line))),
            None => {
                work.fixed.insert((module, first));
            }
        }
    }

    fn leave(&mut self, work: &mut Work<'_>, line: u32, reason: String) {
        self.done.insert(line);
        work.left.push(Left { path: self.file.path.clone(), line, reason });
    }

    /// Lines that were asked for and hold nothing that fits.
    fn report_rest(&mut self, work: &mut Work<'_>) {
        for line in self.fix.lines.clone().into_iter().flatten() {
            if !self.done.contains(&line) {
                let reason = "no pattern of the codemod fits what stands here";
                self.leave(work, line, reason.to_owned());
            }
        }
    }

    fn substitute(&mut self, work: &mut Work<'_>, substitutions: &[Substitution]) {
        let file = Rc::clone(&self.file);
        let scan = Scan::of(&file);
        let scopes = Scopes::new(work.index, self.fix.module);
        let mut anew: Vec<Range<usize>> = Vec::new();
        for found in Walker::collect(&file, substitutions, scopes) {
            let start = found.at.range.start;
            let read = read_outside(&found);
            let mut lines: BTreeSet<u32> = read.iter().map(|(at, _)| self.line(*at)).collect();
            lines.insert(self.line(start));
            // What was written anew as a whole takes what is inside as it was.
            if !self.is_asked_for(&lines) || anew.iter().any(|range| range.contains(&start)) {
                continue;
            }
            self.done.extend(&lines);
            let substitution = &substitutions[found.substitution];
            match one(work, self.fix.module, (&file, &scan), substitution, &found) {
                Ok(keeps_captures) => {
                    self.changed(work, self.line(start), &lines);
                    released(work, self.fix.module, &file, &scan, &read);
                    if !keeps_captures {
                        anew.push(found.at.range);
                    }
                }
                Err(reason) => self.leave(work, self.line(start), reason),
            }
        }
    }
}

/// Puts the replacement of one place into the plan; tells whether what fills the holes
/// is still where it was. An error is the reason why the place stays.
fn one(
    work: &mut Work<'_>,
    module: ModuleId,
    (file, scan): (&SourceFile, &Scan<'_>),
    substitution: &Substitution,
    found: &Found<'_>,
) -> Result<bool, String> {
    let (template, wanted) = match &substitution.outcome {
        Outcome::Replaced { template, wanted } => (template, wanted),
        Outcome::Stays(reason) => return Err(reason.clone()),
    };
    let is_quoted =
        template.text.contains(['"', '\'']) || file.text[found.at.range.clone()].contains('\n');
    if found.in_string && is_quoted {
        return Err("it stands inside an f-string".to_owned());
    }
    for (_, root) in template.roots() {
        let is_imported = wanted.iter().any(|it| it.bound == root);
        if !is_imported && scan.is_bound(root) {
            return Err(format!("`{root}` is something else in this file"));
        }
    }
    let at = found.at.range.start;
    let mut names = Vec::new();
    let mut missing = Vec::new();
    for wanted in wanted {
        match known(work, module, file, scan, wanted, at)? {
            Some(name) => names.push((wanted.bound.clone(), name)),
            None => missing.push(wanted.clone()),
        }
    }
    let written = replace::write(file, &substitution.pattern, template, &names, &found.at)?;
    let plan = work.plans.entry(module).or_default();
    plan.edits.extend(written.edits);
    let first = |name: &String| name.split('.').next().unwrap_or_default().to_owned();
    plan.kept.extend(names.iter().map(|(_, here)| first(here)));
    for wanted in missing {
        let first = plan.wanted.entry(wanted).or_insert(at);
        *first = at.min(*first);
    }
    Ok(written.keeps_captures)
}

/// The names that a place reads outside its holes: offset and name.
fn read_outside(found: &Found<'_>) -> Vec<(usize, String)> {
    struct Reader<'h> {
        holes: Vec<&'h Range<usize>>,
        read: Vec<(usize, String)>,
    }
    impl<'a> Visitor<'a> for Reader<'_> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            let range = SourceFile::range(expr);
            if self.holes.iter().any(|hole| hole.contains(&range.start) && range.end <= hole.end) {
                return;
            }
            if let Expr::Name(name) = expr {
                self.read.push((range.start, name.id.to_string()));
            }
            visitor::walk_expr(self, expr);
        }
    }
    let holes = found.at.captures.iter().filter_map(|capture| capture.range.as_ref()).collect();
    let mut reader = Reader { holes, read: Vec::new() };
    match found.node {
        Node::Stmt(stmt) => reader.visit_stmt(stmt),
        Node::Expr(expr) => reader.visit_expr(expr),
    }
    reader.read
}

/// What a place read it reads no more; imports that only it needed may go.
fn released(
    work: &mut Work<'_>,
    module: ModuleId,
    file: &SourceFile,
    scan: &Scan<'_>,
    read: &[(usize, String)],
) {
    let plan = work.plans.entry(module).or_default();
    for (at, name) in read {
        plan.chains.insert(*at);
        for site in &scan.imports {
            let is_top_level = file.suite().iter().any(|stmt| std::ptr::eq(stmt, site.stmt));
            for (nth, alias) in aliases_of(site.stmt).iter().enumerate() {
                if bound_name(site.stmt, alias) != name {
                    continue;
                }
                if is_top_level {
                    plan.orphans.insert((site.start(), nth));
                } else if site.in_function {
                    plan.inner_orphans.insert((site.start(), nth));
                }
            }
        }
    }
}

/// The statements next to a statement, itself included.
fn siblings(file: &SourceFile, start: usize) -> usize {
    struct Finder(usize, usize);
    impl<'a> Visitor<'a> for Finder {
        fn visit_body(&mut self, body: &'a [Stmt]) {
            if body.iter().any(|stmt| SourceFile::range(stmt).start == self.0) {
                self.1 = body.len();
            }
            visitor::walk_body(self, body);
        }
    }
    let mut finder = Finder(start, 0);
    finder.visit_body(file.suite());
    finder.1
}
