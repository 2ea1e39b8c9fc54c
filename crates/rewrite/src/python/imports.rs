//! What becomes of one import statement: names go, names come from elsewhere,
//! statements are added beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use ruff_python_ast::{Alias, Stmt};
use ssot_facts::{Binding, ImportScope, is_standard_library};

use super::aliases::{aliases_of, bound_name, removal};
use super::layout::Block;
use super::moved::clause_range;
use super::render::Renderer;
use super::scan::ImportSite;
use super::source::SourceFile;
use super::spot::is_pragma;
use super::work::{Addition, FilePlan, Rename, Side};
use super::{form, joining, style};
use crate::edit::{self, Edit};

/// Adds the changes of one import statement.
pub(super) fn change(
    renderer: &Renderer<'_>,
    plan: &FilePlan,
    site: ImportSite<'_>,
    edits: &mut Vec<Edit>,
    blocks: &mut Vec<Block>,
) {
    let statement = Statement { renderer, plan, site, start: site.start() };
    if plan.gone().any(|spot| spot.statement.contains(&statement.start)) {
        return;
    }
    let file = renderer.file;
    let unused = statement.unused();
    let renames: BTreeMap<usize, &Rename> = (0..aliases_of(site.stmt).len())
        .filter(|alias| !unused.contains(alias))
        .filter_map(|alias| Some((alias, plan.renames.get(&(statement.start, alias))?)))
        .collect();
    let mut lines = statement.added(&renames);
    let above = statement.added_above();
    let longest = style::longest_line(renderer.work, &file.path);
    if let Some(words) = plan.joined.get(&statement.start) {
        if let Some(joined) = joining::edits(file, site.stmt, words, &unused, longest) {
            edits.extend(joined);
            edits.extend(statement.insertion_above(&above));
            edits.extend(statement.insertion(&lines));
            return;
        }
        lines.insert(0, statement.beside(words, longest));
    }
    let count = aliases_of(site.stmt).len();
    let removed: BTreeSet<usize> = unused.iter().chain(renames.keys()).copied().collect();
    let in_place = statement.in_place(&unused, &renames);
    let goes = in_place.is_none() && removed.len() == count;
    let lines = if goes {
        [above, lines].concat()
    } else {
        edits.extend(statement.insertion_above(&above));
        lines
    };
    if let Some(in_place) = in_place {
        edits.extend(in_place);
    } else if removed.len() < count {
        edits.extend(removal(file, site.stmt, &removed));
        edits.extend(statement.insertion(&lines));
    } else if lines.is_empty() {
        drop_inside(edits, &SourceFile::range(site.stmt));
        blocks.push(Block { lines: file.lines(site.stmt), line: None });
    } else {
        let text = lines.join(&format!("{}{}", file.newline(), statement.indent()));
        drop_inside(edits, &SourceFile::range(site.stmt));
        let open = if statement.opens_block() { file.newline() } else { "" };
        edits.push(Edit::replace(SourceFile::range(site.stmt), format!("{open}{text}")));
    }
}

/// What would have changed in a statement that goes does not matter any more.
fn drop_inside(edits: &mut Vec<Edit>, gone: &Range<usize>) {
    // What is put in before it is not in it.
    edits.retain(|edit| edit.range.end <= gone.start || gone.end <= edit.range.start);
}

struct Statement<'a> {
    renderer: &'a Renderer<'a>,
    plan: &'a FilePlan,
    site: ImportSite<'a>,
    start: usize,
}

impl Statement<'_> {
    /// Positions of the names that nobody needs any more.
    fn unused(&self) -> BTreeSet<usize> {
        let stmt = self.site.stmt;
        if !self.may_lose_names() {
            return BTreeSet::new();
        }
        let names = aliases_of(stmt).iter().enumerate();
        let unused = names.filter(|(at, alias)| {
            let is_reexport = alias.asname.as_ref().is_some_and(|name| *name == alias.name);
            let is_orphan = self.plan.orphans.contains(&(self.start, *at));
            let bound = bound_name(stmt, alias);
            self.plan.dropped.contains(&(self.start, *at))
                || !is_reexport && self.is_unused(bound, is_orphan)
        });
        unused.map(|(at, _)| at).collect()
    }

    fn is_top_level(&self) -> bool {
        let file = self.renderer.file;
        file.suite().iter().any(|stmt| std::ptr::eq(stmt, self.site.stmt))
    }

    fn may_lose_names(&self) -> bool {
        let file = self.renderer.file;
        let is_future = matches!(
            self.site.stmt,
            Stmt::ImportFrom(import) if import.module.as_ref().is_some_and(|module| module == "__future__")
        );
        let lines = file.line_range(file.lines(self.site.stmt));
        !is_future && file.has_own_lines(self.site.stmt) && !file.comments(lines).any(is_pragma)
    }

    /// Whether a name was needed by what is gone, and by nothing else.
    fn is_unused(&self, name: &str, is_orphan: bool) -> bool {
        let Renderer { work, id, module, read, released, .. } = self.renderer;
        if read.contains(name)
            || self.plan.kept.contains(name)
            || !(is_orphan || released.contains(name))
        {
            return false;
        }
        if !self.is_top_level() {
            // A block may not lose its only statement; an orphan gets a neighbour.
            return is_orphan && self.has_additions() && self.site.in_function;
        }
        let mut bindings = module.facts.bindings_of(name);
        let is_plain_import = bindings.next().is_some_and(|first| match first.binding {
            Binding::Import(at) => module.facts.imports[at as usize].scope == ImportScope::Module,
            _ => false,
        });
        is_plain_import
            && bindings.next().is_none()
            && (!module.is_package() || self.is_for_own_use(name))
            && !self.renderer.is_exported(name)
            && work.index.star_importers(*id).is_empty()
            && work.index.consumers(*id, name).is_empty()
            && !work.is_written(*id, name)
    }

    /// Whether a package imports a name for what it does itself: modules of the standard
    /// library and names that it changes are not handed on.
    fn is_for_own_use(&self, name: &str) -> bool {
        let own = |alias: &Alias| match self.site.stmt {
            Stmt::ImportFrom(import) => {
                let module = import.module.as_deref().unwrap_or_default();
                let top = module.split('.').next().unwrap_or_default();
                import.level == 0 && is_standard_library(top) || alias.name.as_str() != name
            }
            _ => is_standard_library(alias.name.split('.').next().unwrap_or_default()),
        };
        let aliases = aliases_of(self.site.stmt).iter();
        aliases.into_iter().any(|alias| bound_name(self.site.stmt, alias) == name && own(alias))
    }

    fn has_additions(&self) -> bool {
        self.additions().next().is_some()
    }

    /// Names of the same module in a statement of their own.
    fn beside(&self, words: &[String], longest: usize) -> String {
        let file = self.renderer.file;
        let (from, to) = clause_range(file, self.site.stmt);
        form::from_import(&file.text[from..to], words, longest, file.newline())
    }

    /// When every name moves to one module, only that and the names change.
    fn in_place(
        &self,
        unused: &BTreeSet<usize>,
        renames: &BTreeMap<usize, &Rename>,
    ) -> Option<Vec<Edit>> {
        let stmt = self.site.stmt;
        let first = renames.values().next()?;
        let moves_whole = renames.len() == aliases_of(stmt).len()
            && renames.values().all(|rename| rename.module == first.module)
            && !self.plan.joined.contains_key(&self.start);
        if !moves_whole || !unused.is_empty() || self.has_additions() {
            return None;
        }
        let (from, to) = clause_range(self.renderer.file, stmt);
        let mut edits = vec![Edit::replace(from..to, self.clause(&first.module))];
        for (at, rename) in renames {
            let alias = &aliases_of(stmt)[*at];
            if alias.name.as_str() == rename.name {
                continue;
            }
            edits.push(if alias.asname.is_some() {
                Edit::replace(SourceFile::range(&alias.name), &*rename.name)
            } else {
                let text = format!("{} as {}", rename.name, alias.name);
                Edit::replace(SourceFile::range(alias), text)
            });
        }
        Some(self.wrapped(&edits).map_or(edits, |whole| vec![whole]))
    }

    /// The statement over several lines when the edits make its only line too long.
    fn wrapped(&self, edits: &[Edit]) -> Option<Edit> {
        let Renderer { file, work, .. } = self.renderer;
        let range = SourceFile::range(self.site.stmt);
        let lines = file.lines(self.site.stmt);
        let longest = style::longest_line(work, &file.path);
        if lines.len() != 1
            || !self.is_top_level()
            || file.comments(file.line_range(lines)).next().is_some()
        {
            return None;
        }
        let local = edits.iter().map(|it| {
            let at = it.range.start - range.start..it.range.end - range.start;
            Edit::replace(at, it.text.clone())
        });
        let line = edit::apply(&file.text[range.clone()], local.collect()).ok()?;
        if line.chars().count() <= longest || line.contains('(') {
            return None;
        }
        let (clause, names) = line.strip_prefix("from ")?.split_once(" import ")?;
        let words: Vec<String> = names.split(',').map(|it| it.trim().to_owned()).collect();
        Some(Edit::replace(range, form::from_import(clause, &words, longest, file.newline())))
    }

    fn clause(&self, module: &str) -> String {
        let relative = matches!(self.site.stmt, Stmt::ImportFrom(import) if import.level > 0);
        form::from_clause(self.renderer.module, module, relative)
    }

    /// The statements that come beside this one or in its place.
    fn added(&self, renames: &BTreeMap<usize, &Rename>) -> Vec<String> {
        let stmt = self.site.stmt;
        let mut by_module: Vec<(&str, Vec<String>)> = Vec::new();
        for (at, rename) in renames {
            let alias = &aliases_of(stmt)[*at];
            let bound = bound_name(stmt, alias);
            let text = if alias.asname.is_none() && rename.name == bound {
                bound.to_owned()
            } else {
                format!("{} as {bound}", rename.name)
            };
            match by_module.iter_mut().find(|(module, _)| *module == rename.module) {
                Some((_, names)) => names.push(text),
                None => by_module.push((&rename.module, vec![text])),
            }
        }
        let file = self.renderer.file;
        let last = file.line(SourceFile::range(stmt).end);
        let keeps_pragma = renames.len() < aliases_of(stmt).len();
        let pragma = file
            .comments(file.line_range(last..last + 1))
            .find(|comment| keeps_pragma && is_pragma(comment))
            .map(|comment| format!("  {comment}"))
            .unwrap_or_default();
        let moved = by_module.into_iter().map(|(module, names)| {
            let longest = style::longest_line(self.renderer.work, &file.path);
            let longest = if pragma.is_empty() { longest } else { usize::MAX };
            let clause = self.clause(module);
            format!("{}{pragma}", form::from_import(&clause, &names, longest, file.newline()))
        });
        let here = self.additions().filter(|addition| addition.side != Side::Before);
        moved.chain(here.map(|addition| addition.line.clone())).collect()
    }

    fn additions(&self) -> impl Iterator<Item = &Addition> {
        self.plan.additions.iter().filter(|addition| addition.statement == self.start)
    }

    /// The statements that come before this one.
    fn added_above(&self) -> Vec<String> {
        let above = self.additions().filter(|addition| addition.side == Side::Before);
        above.map(|addition| addition.line.clone()).collect()
    }

    fn insertion_above(&self, lines: &[String]) -> Option<Edit> {
        let file = self.renderer.file;
        let at = file.start_of(file.line(self.start));
        let line = |line: &String| format!("{}{line}{}", self.indent(), file.newline());
        (!lines.is_empty())
            .then(|| Edit::replace(at..at, lines.iter().map(line).collect::<String>()))
    }

    /// Whether what takes the place of this statement begins a block of imports.
    fn opens_block(&self) -> bool {
        let file = self.renderer.file;
        let first = file.line(self.start);
        self.additions().any(|addition| addition.side == Side::Apart)
            && first > 0
            && !file.is_blank(first - 1)
    }

    fn indent(&self) -> &str {
        let file = self.renderer.file;
        let line = file.line_text(file.line(self.start));
        &line[..line.len() - line.trim_start().len()]
    }

    /// The statements on lines of their own below this one.
    fn insertion(&self, lines: &[String]) -> Option<Edit> {
        if lines.is_empty() {
            return None;
        }
        let file = self.renderer.file;
        let last = file.line(SourceFile::range(self.site.stmt).end);
        let at = file.start_of(last + 1);
        let indented = lines.iter().map(|line| format!("{}{line}", self.indent()));
        let indented: Vec<String> = indented.collect();
        let newline = file.newline();
        let mut text = indented.join(newline);
        let is_apart = self.additions().any(|addition| addition.side == Side::Apart);
        if is_apart {
            text = format!("{newline}{text}");
            let follows = last + 1 < file.line_count() && !file.is_blank(last + 1);
            text.push_str(if follows { newline } else { "" });
        }
        Some(if file.newline_of(last).is_empty() {
            Edit::replace(at..at, format!("{newline}{text}"))
        } else {
            Edit::replace(at..at, format!("{text}{newline}"))
        })
    }
}
