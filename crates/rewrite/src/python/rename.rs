//! A definition gets another name, and everything that says the old one follows.
//!
//! A module in which the old name leads to the definition, by itself or through imports,
//! says the new name from then on: in its code, in `__all__`, in quoted types, in docstrings
//! that mark it as code. Dotted names of it change wherever a text says them. Where the new
//! name means something already, nothing is changed at all.

use std::collections::BTreeSet;
use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt};
use ssot_facts::{DefinitionId, ModuleId, Resolution};
use ssot_model::{FileChange, RepoPath};

use super::aliases::aliases_of;
use super::importers::fact_of;
use super::redirect::movable;
use super::scan::{ImportSite, Scan};
use super::source::SourceFile;
use super::work::Work;
use super::{exports, form, names, quoted, references, shim};
use crate::edit::{self, Edit};
use crate::{Refused, Renamed};

/// Plans the new name of a definition everywhere.
pub(super) fn rename(work: &mut Work<'_>, renamed: &Renamed) -> Result<(), Refused> {
    let index = work.index;
    let id = renamed.definition;
    let old = movable(index, id)?.name.to_string();
    if !form::is_importable_name(&renamed.to) || renamed.to.contains('.') {
        return Err(refusal(work, id, format!("cannot be called `{}`", renamed.to)));
    }
    let leads = |module: ModuleId| {
        let meanings = index.resolve(module, &old);
        !meanings.is_empty() && meanings.iter().all(|it| is_it(it, id, &old))
    };
    let sayers: BTreeSet<ModuleId> =
        index.modules().map(|(module, _)| module).filter(|module| leads(*module)).collect();
    let dotted: Vec<String> =
        sayers.iter().map(|it| format!("{}.{old}", index.module(*it).name)).collect();
    let renaming = Renaming { id, old, new: renamed.to.clone(), sayers, dotted };
    renaming.check_ambiguous(work)?;
    let mut touched: BTreeSet<ModuleId> = renaming.sayers.clone();
    touched.extend(renaming.users(work));
    let python = renamed.texts.iter().filter_map(|path| index.module_at(path));
    touched.extend(python);
    for module in touched {
        renaming.module(work, module)?;
    }
    for path in renamed.texts.iter().filter(|path| index.module_at(path).is_none()) {
        renaming.text(work, path)?;
    }
    for module in &renamed.shims {
        shim::of_name(work, *module, id, (&renaming.old, &renaming.new), &renamed.until)?;
    }
    work.alter(id)
}

/// Whether a meaning is the definition: constants are values of their modules.
fn is_it(meaning: &Resolution, id: DefinitionId, old: &str) -> bool {
    match meaning {
        Resolution::Definition(found) => *found == id,
        Resolution::Value { module, name } => *module == id.module && name == old,
        _ => false,
    }
}

/// What is renamed and who says it.
struct Renaming {
    id: DefinitionId,
    old: String,
    new: String,
    /// Modules in which the old name leads to the definition.
    sayers: BTreeSet<ModuleId>,
    /// The dotted names of the definition in these modules.
    dotted: Vec<String>,
}

impl Renaming {
    /// A module in which the name may lead to the definition or elsewhere decides nothing.
    fn check_ambiguous(&self, work: &Work<'_>) -> Result<(), Refused> {
        let index = work.index;
        for (module, it) in index.modules() {
            let meanings = index.resolve(module, &self.old);
            if !self.sayers.contains(&module) && meanings.contains(&Resolution::Definition(self.id))
            {
                let why =
                    format!("is one of several things that `{}` means in {}", self.old, it.path);
                return Err(refusal(work, self.id, why));
            }
        }
        Ok(())
    }

    /// Modules that name the definition and in which its name alone means something else.
    fn users(&self, work: &Work<'_>) -> Vec<ModuleId> {
        let index = work.index;
        let of = |module: &ModuleId| {
            index.consumers(*module, &self.old).iter().map(|it| it.module).collect::<Vec<_>>()
        };
        let texts = |text: &str| self.dotted.iter().any(|it| text.contains(it.as_str()));
        let says = index.modules().filter(|(_, module)| {
            module.facts.texts.iter().any(|it| texts(it))
                || module.facts.strings.iter().any(|it| texts(&it.text))
        });
        self.sayers.iter().flat_map(of).chain(says.map(|(id, _)| id)).collect()
    }

    fn module(&self, work: &mut Work<'_>, module: ModuleId) -> Result<(), Refused> {
        let file = work.file(module)?;
        let scan = Scan::of(&file);
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut listed: Vec<Range<usize>> = Vec::new();
        if self.sayers.contains(&module) {
            self.check_free(work, module, &scan)?;
            if names::looks_up_by_string(&file) && module == self.id.module {
                let why = format!("may be looked up by a string in {}", file.path);
                return Err(refusal(work, self.id, why));
            }
            found.extend(self.references(work, &file, None)?);
            found.extend(quoted::of(&file, &self.old));
            let entries = exports::entries(&file, &self.old);
            listed.extend(entries.into_iter().map(|it| it.start + 1..it.end - 1));
        }
        for site in &scan.imports {
            found.extend(self.import(work, module, &file, site)?);
        }
        found.extend(self.chains(work, module, &file, &scan)?);
        listed.extend(self.attributes(work, module, &file));
        listed.extend(self.said(&file));
        let is_inside = |at: &Range<usize>| found.iter().any(|it| it.start == at.start);
        listed.retain(|at| !is_inside(at));
        let lines = listed.iter().map(|at| (module, file.line(at.start) as u32 + 1));
        let lines: Vec<_> = lines.collect();
        found.extend(listed);
        found.sort_by_key(|range| range.start);
        found.dedup();
        if found.is_empty() {
            return Ok(());
        }
        work.fixed.extend(lines);
        let edits = found.into_iter().map(|range| Edit::replace(range, self.new.clone()));
        let plan = work.plans.entry(module).or_default();
        plan.edits.extend(edits);
        Ok(())
    }

    /// The new name must mean nothing where it is said.
    fn check_free(
        &self,
        work: &Work<'_>,
        module: ModuleId,
        scan: &Scan<'_>,
    ) -> Result<(), Refused> {
        let it = work.index.module(module);
        let is_bound = it.facts.bindings_of(&self.new).next().is_some();
        if is_bound || scan.is_bound(&self.new) || scan.reads(&self.new) {
            let why =
                format!("cannot be called `{}`: that means something in {}", self.new, it.path);
            return Err(refusal(work, self.id, why));
        }
        Ok(())
    }

    fn references(
        &self,
        work: &Work<'_>,
        file: &SourceFile,
        body: Option<&[Stmt]>,
    ) -> Result<Vec<Range<usize>>, Refused> {
        let found = references::of_body(body.unwrap_or(file.suite()), &self.old);
        found.map_err(|at| {
            let place = format!("{}:{}", file.path, file.line(at) + 1);
            refusal(work, self.id, format!("may be another name at {place}"))
        })
    }

    /// The name in an import statement that takes it from a module where it leads here. One
    /// inside a function is said there alone.
    fn import(
        &self,
        work: &Work<'_>,
        module: ModuleId,
        file: &SourceFile,
        site: &ImportSite<'_>,
    ) -> Result<Vec<Range<usize>>, Refused> {
        let index = work.index;
        let mut found = Vec::new();
        for (at, alias) in aliases_of(site.stmt).iter().enumerate() {
            if !site.stmt.is_import_from_stmt() || alias.name.as_str() != self.old {
                continue;
            }
            let target = index.import_target(index.module(module), &fact_of(site.stmt, at));
            let target = target.and_then(|target| index.module_named(&target));
            if !target.is_some_and(|target| self.sayers.contains(&target)) {
                continue;
            }
            found.push(SourceFile::range(&alias.name));
            if alias.asname.is_some() {
                continue;
            }
            if let Some(body) = function_around(file, site.start()) {
                let there = self.references(work, file, Some(body))?;
                found.extend(there);
            } else if !self.sayers.contains(&module) {
                let why = format!("is imported under a condition in {}", file.path);
                return Err(refusal(work, self.id, why));
            }
        }
        Ok(found)
    }

    /// The last name of chains that reach the definition through a module.
    fn chains(
        &self,
        work: &Work<'_>,
        module: ModuleId,
        file: &SourceFile,
        scan: &Scan<'_>,
    ) -> Result<Vec<Range<usize>>, Refused> {
        let mut found = Vec::new();
        for (range, text) in &scan.chains {
            let Some((front, last)) = text.rsplit_once('.') else { continue };
            if last != self.old {
                continue;
            }
            let reached = work.index.follow(module, front);
            let leads =
                |it: &Resolution| matches!(it, Resolution::Module(it) if self.sayers.contains(it));
            if !reached.iter().any(leads) {
                continue;
            }
            let root = front.split('.').next().unwrap_or(front);
            if reached.len() > 1 || !scan.is_only_imported(root) {
                let place = format!("{}:{}", file.path, file.line(range.start) + 1);
                return Err(refusal(work, self.id, format!("may be reached at {place}, or not")));
            }
            found.push(range.end - self.old.len()..range.end);
        }
        Ok(found)
    }

    /// Texts that name the attribute of a module: `setattr(module, "name", ...)`.
    fn attributes(
        &self,
        work: &Work<'_>,
        module: ModuleId,
        file: &SourceFile,
    ) -> Vec<Range<usize>> {
        let mut calls = Calls { old: &self.old, found: Vec::new() };
        calls.visit_body(file.suite());
        let leads = |expr: &&Expr| {
            let text = &file.text[SourceFile::range(*expr)];
            let reached = work.index.follow(module, text);
            matches!(&reached[..], [Resolution::Module(it)] if self.sayers.contains(it))
        };
        let found = calls.found.iter().filter(|(object, _)| leads(object));
        found.map(|(_, text)| text.start + 1..text.end - 1).collect()
    }

    /// The name at the end of its dotted names, or in the middle, in texts and comments.
    fn said(&self, file: &SourceFile) -> Vec<Range<usize>> {
        let is_text = |kind: TokenKind| {
            matches!(kind, TokenKind::String | TokenKind::Comment | TokenKind::FStringMiddle)
        };
        let texts = file.tokens(0..file.text.len()).filter(|(kind, _)| is_text(*kind));
        texts.flat_map(|(_, range)| self.dotted_in(&file.text, range)).collect()
    }

    fn dotted_in(&self, text: &str, within: Range<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for dotted in &self.dotted {
            let colon = match dotted.rsplit_once('.') {
                Some((module, name)) => format!("{module}:{name}"),
                None => continue,
            };
            for form in [dotted, &colon] {
                let places = quoted::words(text, within.clone(), form);
                found.extend(places.map(|at| at.end - self.old.len()..at.end));
            }
        }
        found.sort_by_key(|range| range.start);
        found.dedup();
        found
    }

    /// A text that is no code: Markdown, reStructuredText.
    fn text(&self, work: &mut Work<'_>, path: &RepoPath) -> Result<(), Refused> {
        let missing = || Refused::Missing { path: path.clone() };
        let bytes = work.bytes(path).ok_or_else(missing)?;
        let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(()) };
        let mut found = self.dotted_in(text, 0..text.len());
        found.extend(self.imported_in(text));
        found.sort_by_key(|range| range.start);
        found.dedup();
        if found.is_empty() {
            return Ok(());
        }
        let edits = found.into_iter().map(|at| Edit::replace(at, self.new.clone())).collect();
        let overlap = |_| Refused::Overlap { path: path.clone(), line: 1 };
        let text = edit::apply(text, edits).map_err(overlap)?;
        work.change(path.clone(), FileChange::Write(text.into_bytes()))
    }

    /// The name in examples of a text that import it: from the import to the end of its
    /// block, which is the next line that is indented less or closes a fence.
    fn imported_in(&self, text: &str) -> Vec<Range<usize>> {
        let modules = self.dotted.iter().filter_map(|it| it.rsplit_once('.'));
        let heads: Vec<String> =
            modules.map(|(module, _)| format!("from {module} import ")).collect();
        let (mut found, mut at, mut block) = (Vec::new(), 0, None);
        for line in text.split_inclusive('\n') {
            let code = line.trim_start_matches([' ', '\t', '>', '.']);
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            let range = at..at + line.len();
            at = range.end;
            if block.is_some_and(|least| !line.trim().is_empty() && indent < least)
                || line.trim_start().starts_with("```")
            {
                block = None;
            }
            let imports = heads.iter().any(|head| code.starts_with(head.as_str()));
            let says = imports && quoted::words(line, 0..line.len(), &self.old).next().is_some();
            if says && !line.contains(" as ") {
                block = Some(indent);
            }
            if block.is_some() {
                found.extend(quoted::words(text, range, &self.old));
            }
        }
        found
    }
}

/// The body of the innermost function around an offset.
fn function_around(file: &SourceFile, at: usize) -> Option<&[Stmt]> {
    struct Finder<'a>(usize, Option<&'a [Stmt]>);
    impl<'a> Visitor<'a> for Finder<'a> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if !SourceFile::range(stmt).contains(&self.0) {
                return;
            }
            if let Stmt::FunctionDef(def) = stmt {
                self.1 = Some(&def.body);
            }
            visitor::walk_stmt(self, stmt);
        }
    }
    let mut finder = Finder(at, None);
    finder.visit_body(file.suite());
    finder.1
}

/// Calls with an object and a text that is the name of an attribute of it.
struct Calls<'n, 'a> {
    old: &'n str,
    found: Vec<(&'a Expr, Range<usize>)>,
}

impl<'a> Visitor<'a> for Calls<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            for pair in call.arguments.args.windows(2) {
                if let Expr::StringLiteral(text) = &pair[1]
                    && text.as_single_part_string().is_some()
                    && text.value.to_str() == self.old
                {
                    self.found.push((&pair[0], SourceFile::range(&pair[1])));
                }
            }
        }
        visitor::walk_expr(self, expr);
    }
}

fn refusal(work: &Work<'_>, id: DefinitionId, why: String) -> Refused {
    let definition = work.index.definition(id);
    Refused::Unadaptable {
        path: work.index.module(id.module).path.clone(),
        line: definition.span.start,
        name: definition.name.to_string(),
        why,
    }
}
