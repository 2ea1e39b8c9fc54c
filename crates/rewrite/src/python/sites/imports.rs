//! The imports that replacements need: found in the file, or added where its style wants
//! them.

use std::collections::BTreeSet;
use std::ops::Range;

use compact_str::CompactString;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Alias, Expr, Stmt};
use ssot_facts::ModuleId;

use super::super::aliases::{aliases_of, bound_name, removal};
use super::super::importers::fact_of;
use super::super::scan::{ImportSite, Scan};
use super::super::source::SourceFile;
use super::super::work::{Addition, FilePlan, Side, Work};
use super::super::{form, joining, style};
use super::siblings;
use super::substitution::Wanted;
use crate::Refused;
use crate::edit::Edit;

/// How the file can say what is wanted already; none when it has to be imported. An error
/// says why that cannot be done.
pub(in super::super) fn known(
    work: &Work<'_>,
    id: ModuleId,
    file: &SourceFile,
    scan: &Scan<'_>,
    wanted: &Wanted,
    at: usize,
) -> Result<Option<String>, String> {
    let target = dotted(work, wanted);
    let module = work.index.module(id);
    if module.name == wanted.module.as_str() {
        return Err(format!("{} is what should be imported", module.path));
    }
    if !is_there(work, wanted) {
        let name = wanted.name.as_deref().unwrap_or_default();
        return Err(format!("`{}` has no `{name}`", wanted.module));
    }
    let mut owner = None;
    for site in top_level(file, scan).filter(|site| SourceFile::range(site.stmt).end <= at) {
        for (nth, alias) in aliases_of(site.stmt).iter().enumerate() {
            let bound = bound_name(site.stmt, alias);
            let Some(meaning) = meaning(work, id, site.stmt, nth) else { continue };
            if !scan.is_only_imported(bound) {
                continue;
            }
            let is_whole = site.stmt.is_import_stmt() && alias.asname.is_none();
            if wanted.name.is_some() && meaning == target {
                return Ok(Some(bound.to_owned()));
            }
            if wanted.name.is_some() && !is_whole && meaning == wanted.module.as_str() {
                owner = Some(bound.to_owned());
            }
            let is_it = is_whole && alias.name.as_str() == wanted.module;
            if wanted.name.is_none() && is_it {
                return Ok(Some(wanted.bound.clone()));
            }
        }
    }
    if let (Some(owner), Some(name)) = (owner, &wanted.name) {
        return Ok(Some(format!("{owner}.{name}")));
    }
    let others = scan.imports.iter().flat_map(|site| {
        let names = aliases_of(site.stmt).iter().enumerate();
        names
            .filter(|(_, alias)| bound_name(site.stmt, alias) == wanted.bound)
            .map(move |(nth, _)| meaning(work, id, site.stmt, nth))
    });
    let expected: CompactString = match wanted.name {
        Some(_) => target,
        None => wanted.bound.as_str().into(),
    };
    let agree = others.into_iter().all(|other| other.as_ref() == Some(&expected));
    let is_taken = scan.is_bound(&wanted.bound) && !scan.is_only_imported(&wanted.bound);
    if is_taken || !agree {
        return Err(format!("`{}` is something else in this file", wanted.bound));
    }
    Ok(None)
}

/// Whether the module has the name, as far as it is of this repository.
fn is_there(work: &Work<'_>, wanted: &Wanted) -> bool {
    let home = work.index.module_named(&wanted.module);
    let (Some(home), Some(name)) = (home, &wanted.name) else { return true };
    let facts = &work.index.module(home).facts;
    facts.bindings_of(name).next().is_some()
        || work.coming.contains(&(home, name.as_str().into()))
        || facts.star_imports().next().is_some()
        || facts.flags.module_getattr
        || work.index.module_named(&format!("{}.{name}", wanted.module)).is_some()
}

/// The absolute name of what is wanted.
fn dotted(work: &Work<'_>, wanted: &Wanted) -> CompactString {
    match &wanted.name {
        Some(name) => work.index.canonical(&format!("{}.{name}", wanted.module)),
        None => wanted.module.as_str().into(),
    }
}

/// The absolute name of what one name of an import statement stands for.
fn meaning(work: &Work<'_>, id: ModuleId, stmt: &Stmt, nth: usize) -> Option<CompactString> {
    let fact = fact_of(stmt, nth);
    let target = work.index.import_target(work.index.module(id), &fact)?;
    Some(match &fact.name {
        Some(name) => work.index.canonical(&format!("{target}.{name}")),
        None if fact.aliased => target,
        None => fact.bound,
    })
}

fn top_level<'s, 'a>(
    file: &'s SourceFile,
    scan: &'s Scan<'a>,
) -> impl Iterator<Item = ImportSite<'a>> + 's {
    let is_top = |site: &&ImportSite<'a>| file.suite().iter().any(|it| std::ptr::eq(it, site.stmt));
    scan.imports.iter().filter(is_top).copied()
}

/// Adds the imports that the changed places of all files need, and takes out of functions
/// the ones that nothing needs any more.
pub(in super::super) fn settle(work: &mut Work<'_>) -> Result<(), Refused> {
    let ids: Vec<ModuleId> = work.plans.keys().copied().collect();
    for id in ids {
        let plan = &work.plans[&id];
        if plan.wanted.is_empty() && plan.inner_orphans.is_empty() {
            continue;
        }
        let file = work.file(id)?;
        let scan = Scan::of(&file);
        let inner = inner_edits(&file, &scan, &work.plans[&id]);
        let wanted = std::mem::take(&mut work.plans.entry(id).or_default().wanted);
        work.plans.entry(id).or_default().edits.extend(inner);
        let mut modules: Vec<(&str, Vec<&Wanted>, usize)> = Vec::new();
        for (one, at) in &wanted {
            match modules.last_mut() {
                Some((module, names, first))
                    if *module == one.module && one.name.is_some() && names[0].name.is_some() =>
                {
                    names.push(one);
                    *first = (*first).min(*at);
                }
                _ => modules.push((&one.module, vec![one], *at)),
            }
        }
        let together = joining::combines(&file);
        for (module, names, first) in modules {
            let (changed, plain): (Vec<&Wanted>, Vec<&Wanted>) = {
                let reexported = &work.plans[&id].reexported;
                let is_plain = |one: &&Wanted| !word(one, reexported).contains(' ');
                names.into_iter().partition(|one| !together && !is_plain(one))
            };
            let groups = std::iter::once(plain).chain(changed.into_iter().map(|one| vec![one]));
            for names in groups.filter(|names| !names.is_empty()) {
                add(work, id, (&file, &scan), module, &names, first);
            }
        }
    }
    Ok(())
}

/// Adds names of one module.
fn add(
    work: &mut Work<'_>,
    id: ModuleId,
    (file, scan): (&SourceFile, &Scan<'_>),
    module: &str,
    names: &[&Wanted],
    first: usize,
) {
    let plan = work.plans.entry(id).or_default();
    let mut words: Vec<String> = names.iter().map(|one| word(one, &plan.reexported)).collect();
    words.sort_by_key(|word| joining::key(word));
    // A comment about one name is about all that share its statement.
    let marked = names.iter().find_map(|one| {
        let name = one.name.as_ref().filter(|name| **name != one.bound)?;
        plan.reexported.contains(&one.bound).then(|| (name.clone(), one.bound.clone()))
    });
    let is_apart = !joining::combines(file) && words.iter().any(|word| word.contains(' '));
    if marked.is_none()
        && !is_apart
        && let Some(site) = joins(work, id, file, scan, module, names, first)
    {
        let plan = work.plans.entry(id).or_default();
        plan.joined.entry(site.start()).or_default().extend(words);
        return;
    }
    let of = work.index.module(id);
    let is_absolute = work.plans.get(&id).is_some_and(|plan| plan.absolute);
    let relative =
        !is_absolute && work.index.is_internal(module) && form::prefers_relative(work.index, of);
    let clause = form::from_clause(of, module, relative);
    let longest = style::longest_line(work, &file.path);
    let line = match (&names[0].name, marked) {
        (Some(_), None) => form::from_import(&clause, &words, longest, file.newline()),
        (Some(_), Some((name, bound))) => {
            let line = form::from_import(&clause, &words, usize::MAX, file.newline());
            form::marked(line, &name, &bound, true)
        }
        (None, _) => format!("import {module}"),
    };
    let place = place(work, file, scan, (module, &line), first);
    let plan = work.plans.entry(id).or_default();
    match place {
        Some((site, side)) => plan.additions.push(Addition {
            statement: site.start(),
            bound: names[0].bound.clone(),
            line,
            side,
        }),
        None => plan.edits.push(at_top(file, &line)),
    }
}

fn word(wanted: &Wanted, reexported: &BTreeSet<String>) -> String {
    match &wanted.name {
        Some(name) => form::word(name, &wanted.bound, reexported.contains(&wanted.bound)),
        None => wanted.module.clone(),
    }
}

/// The statement that imports from the module already.
fn joins<'a>(
    work: &Work<'_>,
    id: ModuleId,
    file: &SourceFile,
    scan: &Scan<'a>,
    module: &str,
    names: &[&Wanted],
    first: usize,
) -> Option<ImportSite<'a>> {
    let is_it = |site: &ImportSite<'_>| {
        let is_changed = |alias: &Alias| alias.asname.is_some();
        let is_apart = !joining::combines(file) && aliases_of(site.stmt).iter().any(is_changed);
        if !joining::may_join(file, site.stmt) || is_apart {
            return false;
        }
        let target = work.index.import_target(work.index.module(id), &fact_of(site.stmt, 0));
        // What a statement takes from elsewhere from now on stands beside it, and what is
        // written anew in it cannot be laid out anew.
        let range = SourceFile::range(site.stmt);
        let is_kept = work.plans.get(&id).is_none_or(|plan| {
            !plan.renames.keys().any(|(statement, _)| *statement == range.start)
                && !plan
                    .edits
                    .iter()
                    .any(|edit| range.start <= edit.range.start && edit.range.end <= range.end)
        });
        is_kept && target.is_some_and(|target| target == module)
    };
    names[0].name.as_ref()?;
    let mut sites = top_level(file, scan);
    sites.find(|site| SourceFile::range(site.stmt).end <= first && is_it(site))
}

/// The import statement beside which a new one belongs.
fn place<'a>(
    work: &Work<'_>,
    file: &SourceFile,
    scan: &Scan<'a>,
    (module, line): (&str, &str),
    first: usize,
) -> Option<(ImportSite<'a>, Side)> {
    let head = file
        .suite()
        .iter()
        .find(|stmt| stmt.is_function_def_stmt() || stmt.is_class_def_stmt())
        .map_or(file.text.len(), |stmt| SourceFile::range(stmt).start);
    let sites: Vec<ImportSite<'a>> = top_level(file, scan)
        .filter(|site| SourceFile::range(site.stmt).end <= first.min(head))
        .filter(|site| file.has_own_lines(site.stmt))
        .collect();
    let internal = |site: &ImportSite<'_>| is_internal(work, site.stmt);
    let is_own = work.index.is_internal(module);
    let kin: Vec<ImportSite<'a>> = sites
        .iter()
        .copied()
        .filter(|site| internal(site) == is_own && !is_future(site.stmt))
        .collect();
    let Some(last) = kin.last().copied() else {
        let near = if is_own { sites.last() } else { sites.iter().rfind(|it| !internal(it)) };
        return near.or(sites.last()).map(|site| (*site, Side::Apart));
    };
    let kin = largest_block(file, &kin);
    let text = |site: &ImportSite<'_>| sort_key(&file.text[SourceFile::range(site.stmt)]);
    let new = sort_key(line);
    let is_sorted = kin.windows(2).all(|pair| text(&pair[0]) <= text(&pair[1]));
    if !is_sorted {
        return Some((last, Side::After));
    }
    match kin.iter().rfind(|site| text(site) <= new) {
        Some(before) => Some((*before, Side::After)),
        None => Some((kin[0], Side::Before)),
    }
}

/// Of imports that stand in several places, those of the largest; of the last of two.
fn largest_block<'a>(file: &SourceFile, sites: &[ImportSite<'a>]) -> Vec<ImportSite<'a>> {
    let suite = file.suite();
    let position = |site: &ImportSite<'_>| suite.iter().position(|it| std::ptr::eq(it, site.stmt));
    let is_import = |stmt: &Stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_));
    let follows = |first: &ImportSite<'a>, second: &ImportSite<'a>| {
        let between = position(first).zip(position(second));
        between.is_some_and(|(first, second)| suite[first..second].iter().all(is_import))
    };
    let blocks = sites.chunk_by(follows);
    blocks.max_by_key(|block| block.len()).map(<[_]>::to_vec).unwrap_or_default()
}

/// Whether the imports of this repository stand in the order of import sorters.
pub(in super::super) fn is_in_order(work: &Work<'_>, file: &SourceFile, imports: &[Stmt]) -> bool {
    let own = imports.iter().filter(|stmt| is_internal(work, stmt));
    let keys: Vec<_> = own.map(|stmt| sort_key(&file.text[SourceFile::range(stmt)])).collect();
    keys.is_sorted()
}

fn is_internal(work: &Work<'_>, stmt: &Stmt) -> bool {
    match stmt {
        Stmt::ImportFrom(import) => {
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            import.level > 0 || work.index.is_internal(module)
        }
        other => aliases_of(other).iter().any(|alias| work.index.is_internal(&alias.name)),
    }
}

fn is_future(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::ImportFrom(import) if import.module.as_ref().is_some_and(|it| it == "__future__"))
}

/// Statements by `import` come before those by `from`, absolute ones before relative ones.
fn sort_key(line: &str) -> (bool, bool, String) {
    let mut words = line.split_whitespace();
    let is_from = words.next() == Some("from");
    let module = words.next().unwrap_or_default();
    // `.` sorts before letters, so that a package comes before its modules.
    (is_from, module.starts_with('.'), module.to_lowercase())
}

/// A new first import, below the docstring.
fn at_top(file: &SourceFile, line: &str) -> Edit {
    let newline = file.newline();
    let mut body = file.suite().iter().peekable();
    let mut above: Option<&Stmt> = None;
    while let Some(stmt) = body.peek() {
        let is_text = matches!(stmt, Stmt::Expr(it) if it.value.is_string_literal_expr());
        let is_head = above.is_none() && is_text || is_future(stmt);
        if !is_head {
            break;
        }
        above = body.next();
    }
    let gap = match body.peek() {
        Some(Stmt::FunctionDef(_) | Stmt::ClassDef(_)) => 2,
        _ => 1,
    };
    match (above, body.peek()) {
        (Some(above), _) => {
            let last = file.line(SourceFile::range(above).end);
            let at = file.start_of(last + 1);
            let open = if file.newline_of(last).is_empty() { newline } else { "" };
            Edit::replace(at..at, format!("{open}{newline}{line}{newline}"))
        }
        (None, Some(first)) => {
            let at = file.start_of(file.line(SourceFile::range(*first).start));
            Edit::replace(at..at, format!("{line}{newline}{}", newline.repeat(gap)))
        }
        (None, None) => Edit::replace(0..0, format!("{line}{newline}")),
    }
}

/// Takes imports out of functions whose names nothing reads any more.
fn inner_edits(file: &SourceFile, scan: &Scan<'_>, plan: &FilePlan) -> Vec<Edit> {
    if plan.inner_orphans.is_empty() {
        return Vec::new();
    }
    let mut reads = Reads { plan, names: Vec::new(), functions: Vec::new() };
    reads.visit_body(file.suite());
    let mut edits = Vec::new();
    for site in &scan.imports {
        let aliases = aliases_of(site.stmt);
        let around = reads.functions.iter().filter(|range| range.contains(&site.start()));
        let Some(around) = around.min_by_key(|range| range.len()) else { continue };
        let is_read = |nth: &usize| {
            let bound = bound_name(site.stmt, &aliases[*nth]);
            plan.kept.contains(bound)
                || reads.names.iter().any(|(at, name)| name == bound && around.contains(at))
        };
        let unused: BTreeSet<usize> = (0..aliases.len())
            .filter(|nth| plan.inner_orphans.contains(&(site.start(), *nth)))
            .filter(|nth| !is_read(nth))
            .collect();
        let is_plain = file.has_own_lines(site.stmt)
            && file.comments(file.line_range(file.lines(site.stmt))).next().is_none();
        if unused.is_empty() || !is_plain {
            continue;
        }
        if unused.len() < aliases.len() {
            edits.extend(removal(file, site.stmt, &unused));
        } else if siblings(file, site.start()) > 1 {
            let lines = file.lines(site.stmt);
            let blank = (lines.end..file.line_count()).take_while(|line| file.is_blank(*line));
            let first = file.line_text(lines.start.saturating_sub(1)).trim_end().ends_with(':');
            let end = if first { lines.end + blank.count() } else { lines.end };
            edits.push(Edit::delete(file.line_range(lines.start..end)));
        }
    }
    edits
}

/// The names that stay read, and the functions.
struct Reads<'p> {
    plan: &'p FilePlan,
    names: Vec<(usize, String)>,
    functions: Vec<Range<usize>>,
}

impl<'a> Visitor<'a> for Reads<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if stmt.is_function_def_stmt() {
            self.functions.push(SourceFile::range(stmt));
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let at = SourceFile::range(expr).start;
        if let Expr::Name(name) = expr
            && !self.plan.chains.contains(&at)
        {
            self.names.push((at, name.id.to_string()));
        }
        visitor::walk_expr(self, expr);
    }
}
