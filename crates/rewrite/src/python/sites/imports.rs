//! The imports that replacements need: found in the file, or added where its style wants
//! them.

use std::collections::BTreeSet;
use std::ops::Range;

use compact_str::CompactString;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt};
use ssot_facts::ModuleId;

use super::super::aliases::{aliases_of, bound_name, removal};
use super::super::form;
use super::super::importers::fact_of;
use super::super::scan::{ImportSite, Scan};
use super::super::source::SourceFile;
use super::super::work::{Addition, FilePlan, Side, Work};
use super::siblings;
use super::substitution::Wanted;
use crate::Refused;
use crate::edit::Edit;

/// Longest line on which several names are imported.
const LONGEST_LINE: usize = 88;

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
        for (module, names, first) in modules {
            add(work, id, (&file, &scan), module, &names, first);
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
    let words: Vec<String> = names.iter().map(|one| word(one)).collect();
    if let Some(site) = joins(work, id, file, scan, module, names, first) {
        let edits = words.iter().map(|word| into_list(file, site.stmt, word)).collect::<Vec<_>>();
        work.plans.entry(id).or_default().edits.extend(edits);
        return;
    }
    let of = work.index.module(id);
    let is_absolute = work.plans.get(&id).is_some_and(|plan| plan.absolute);
    let relative =
        !is_absolute && work.index.is_internal(module) && form::prefers_relative(work.index, of);
    let clause = form::from_clause(of, module, relative);
    let line = match names[0].name {
        Some(_) => from_import(file, &clause, &words),
        None => format!("import {module}"),
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

/// The statement, over several lines where one would be too long.
fn from_import(file: &SourceFile, clause: &str, words: &[String]) -> String {
    let line = format!("from {clause} import {}", words.join(", "));
    if words.len() < 2 || line.chars().count() <= LONGEST_LINE {
        return line;
    }
    let newline = file.newline();
    let names: Vec<String> = words.iter().map(|word| format!("    {word},{newline}")).collect();
    format!("from {clause} import ({newline}{})", names.concat())
}

fn word(wanted: &Wanted) -> String {
    match &wanted.name {
        Some(name) if *name != wanted.bound => format!("{name} as {}", wanted.bound),
        Some(name) => name.clone(),
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
        let Stmt::ImportFrom(import) = site.stmt else { return false };
        let is_star = import.names.iter().any(|alias| alias.name.as_str() == "*");
        let target = work.index.import_target(work.index.module(id), &fact_of(site.stmt, 0));
        let is_kept = !work.plans.get(&id).is_some_and(|plan| {
            let all = 0..import.names.len();
            all.into_iter().any(|nth| plan.orphans.contains(&(site.start(), nth)))
        });
        !is_star && is_kept && target.is_some_and(|target| target == module)
    };
    names[0].name.as_ref()?;
    let mut sites = top_level(file, scan);
    sites.find(|site| SourceFile::range(site.stmt).end <= first && is_it(site))
}

/// The edit that puts a name into the list of an import statement, sorted when that is.
fn into_list(file: &SourceFile, stmt: &Stmt, word: &str) -> Edit {
    let aliases = aliases_of(stmt);
    let text = |at: usize| &file.text[SourceFile::range(&aliases[at])];
    let sorted = (1..aliases.len()).all(|at| key(text(at - 1)) <= key(text(at)));
    let before = (0..aliases.len()).find(|at| sorted && key(text(*at)) > key(word));
    let own_line = |at: usize| {
        let start = SourceFile::range(&aliases[at]).start;
        let line = file.start_of(file.line(start));
        let indent = &file.text[line..start];
        indent.trim().is_empty().then(|| indent.to_owned())
    };
    if let Some(next) = before {
        let at = SourceFile::range(&aliases[next]).start;
        let text = match own_line(next) {
            Some(indent) => format!("{word},{}{indent}", file.newline()),
            None => format!("{word}, "),
        };
        return Edit::replace(at..at, text);
    }
    let last = aliases.len() - 1;
    let at = SourceFile::range(&aliases[last]).end;
    let text = match own_line(last) {
        Some(indent) => format!(",{}{indent}{word}", file.newline()),
        None => format!(", {word}"),
    };
    Edit::replace(at..at, text)
}

/// Constants, classes, functions: the order of import sorters.
fn key(name: &str) -> (u8, String) {
    let first = name.split(' ').next().unwrap_or(name);
    let has_small = first.contains(|letter: char| letter.is_lowercase());
    let rank = match first.chars().next() {
        Some(letter) if letter.is_uppercase() && !has_small && first.len() > 1 => 0,
        Some(letter) if letter.is_uppercase() => 1,
        _ => 2,
    };
    (rank, first.to_owned())
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
    let index = work.index;
    let internal = |site: &ImportSite<'_>| match site.stmt {
        Stmt::ImportFrom(import) => {
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            import.level > 0 || index.is_internal(module)
        }
        other => aliases_of(other).iter().any(|alias| index.is_internal(&alias.name)),
    };
    let is_own = index.is_internal(module);
    let kin: Vec<ImportSite<'a>> = sites
        .iter()
        .copied()
        .filter(|site| internal(site) == is_own && !is_future(site.stmt))
        .collect();
    let Some(last) = kin.last() else {
        let near = if is_own { sites.last() } else { sites.iter().rfind(|it| !internal(it)) };
        return near.or(sites.last()).map(|site| (*site, Side::Apart));
    };
    let text = |site: &ImportSite<'_>| sort_key(&file.text[SourceFile::range(site.stmt)]);
    let new = sort_key(line);
    let is_sorted = kin.windows(2).all(|pair| text(&pair[0]) <= text(&pair[1]));
    if !is_sorted {
        return Some((*last, Side::After));
    }
    match kin.iter().rfind(|site| text(site) <= new) {
        Some(before) => Some((*before, Side::After)),
        None => Some((kin[0], Side::Before)),
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
