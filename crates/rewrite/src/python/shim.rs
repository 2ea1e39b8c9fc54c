//! Old names that answer for a while: a module `__getattr__` that warns and hands on.
//!
//! What stood at the old place goes as if nobody asked for it, and the module answers for the
//! name only when somebody outside does. The module itself is never answered by its
//! `__getattr__`: what it reads of the name, it reads by a private name from now on.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use ruff_python_ast::Stmt;
use ssot_facts::{DefinitionId, ModuleId};

use super::scan::Scan;
use super::source::SourceFile;
use super::work::{Replacement, Work};
use super::{names, references};
use crate::Refused;
use crate::edit::Edit;

/// What Python itself says of a name that a module does not have.
const NO_ATTRIBUTE: &str = "f\"module {__name__!r} has no attribute {name!r}\"";

/// One name that has moved.
struct Moved {
    id: DefinitionId,
    name: String,
    module: String,
    target: String,
    until: String,
}

/// Plans the shims of definitions that other decisions remove.
pub(super) fn shims(
    work: &mut Work<'_>,
    wanted: &BTreeMap<DefinitionId, String>,
) -> Result<(), Refused> {
    let mut moved: BTreeMap<ModuleId, Vec<Moved>> = BTreeMap::new();
    for (id, until) in wanted {
        if let Some(one) = retire(work, *id, until)? {
            moved.entry(id.module).or_default().push(one);
        }
    }
    for (module, moved) in moved {
        let file = work.file(module)?;
        let edit = answers(work, module, &file, &moved)?;
        work.plans.entry(module).or_default().edits.push(edit);
    }
    Ok(())
}

/// Plans that a module answers for the old name of what it calls otherwise now.
pub(super) fn of_name(
    work: &mut Work<'_>,
    module: ModuleId,
    id: DefinitionId,
    (old, new): (&str, &str),
    until: &str,
) -> Result<(), Refused> {
    let file = work.file(module)?;
    let moved = Moved {
        id,
        name: old.to_owned(),
        module: work.index.module(module).name.to_string(),
        target: new.to_owned(),
        until: until.to_owned(),
    };
    let edit = answers(work, module, &file, &[moved])?;
    work.plans.entry(module).or_default().edits.push(edit);
    Ok(())
}

/// Takes the name out of its old module; none when nothing removes it.
fn retire(work: &mut Work<'_>, id: DefinitionId, until: &str) -> Result<Option<Moved>, Refused> {
    let index = work.index;
    let name = index.definition(id).name.to_string();
    let plan = work.plans.get(&id.module);
    let at = plan.and_then(|plan| plan.removals.iter().position(|it| it.name == name));
    let Some(at) = at else { return Ok(None) };
    let (module, target) = match &work.plans[&id.module].removals[at].replacement {
        Replacement::Import { module, name } => (module.clone(), name.clone()),
        Replacement::Alias(name) => (index.module(id.module).name.to_string(), name.clone()),
        Replacement::Nothing => return Ok(None),
    };
    let facts = &index.module(id.module).facts;
    let is_listed = facts.all.iter().flatten().any(|it| *it == name);
    let stars = index.star_importers(id.module);
    if let (Some(star), false) = (stars.first(), is_listed) {
        let star = &index.module(*star).path;
        let why = format!("is imported by `*` in {star}, which asks no `__getattr__`");
        return Err(refusal(work, id, &why));
    }
    let file = work.file(id.module)?;
    let reads = reads(work, id, &file)?;
    let plan = work.plans.entry(id.module).or_default();
    match &plan.removals[at].replacement {
        Replacement::Alias(own) => {
            let own = own.clone();
            plan.edits.extend(reads.iter().map(|it| Edit::replace(it.clone(), own.clone())));
            plan.removals[at].replacement = Replacement::Nothing;
        }
        _ if reads.is_empty() => plan.removals[at].replacement = Replacement::Nothing,
        _ => {
            let private = private(work, id, &file, &name)?;
            let plan = work.plans.entry(id.module).or_default();
            plan.edits.extend(reads.iter().map(|it| Edit::replace(it.clone(), private.clone())));
            plan.chains.extend(reads.iter().map(|it| it.start));
            plan.kept.insert(private.clone());
            plan.removals[at].name = private.into();
        }
    }
    Ok(Some(Moved { id, name, module, target, until: until.to_owned() }))
}

/// The places at which what stays of the file says the name.
fn reads(
    work: &Work<'_>,
    id: DefinitionId,
    file: &SourceFile,
) -> Result<Vec<Range<usize>>, Refused> {
    let name = work.index.definition(id).name.as_str();
    let gone: Vec<Range<usize>> =
        work.plans[&id.module].gone().map(|spot| spot.statement.clone()).collect();
    let stays = |at: usize| !gone.iter().any(|range| range.contains(&at));
    let line = |at: usize| file.line(at) + 1;
    if work.is_written(id.module, name) {
        return Err(refusal(work, id, "is replaced from outside, in its module"));
    }
    if names::looks_up_by_string(file) {
        return Err(refusal(work, id, "may be looked up by a string in its module"));
    }
    let kept = file.suite().iter().filter(|stmt| stays(SourceFile::range(*stmt).start));
    let quoted = kept.filter(|stmt| names::read_in_text(file, stmt).contains(name));
    if let Some(stmt) = quoted.into_iter().next() {
        let line = line(SourceFile::range(stmt).start);
        return Err(refusal(work, id, &format!("is said in a text of its module, line {line}")));
    }
    let found = references::of(file, name).map_err(|at| {
        refusal(work, id, &format!("may be another name of that class, line {}", line(at)))
    })?;
    Ok(found.into_iter().filter(|range| stays(range.start)).collect())
}

/// The name by which the old module goes on reading what has moved.
fn private(
    work: &Work<'_>,
    id: DefinitionId,
    file: &SourceFile,
    name: &str,
) -> Result<String, Refused> {
    let private = format!("_{}", name.trim_start_matches('_'));
    let scan = Scan::of(file);
    if private == *name || scan.is_bound(&private) || scan.reads(&private) {
        return Err(refusal(
            work,
            id,
            &format!("is read by its module, where `{private}` is taken"),
        ));
    }
    Ok(private)
}

/// The function that answers for the names, or new branches of the one that does already.
fn answers(
    work: &Work<'_>,
    id: ModuleId,
    file: &Rc<SourceFile>,
    moved: &[Moved],
) -> Result<Edit, Refused> {
    let module = work.index.module(id);
    let name = &module.name;
    let newline = file.newline();
    let branches: Vec<String> = moved.iter().map(|it| branch(name, it)).collect();
    let known = module.facts.bindings_of("__getattr__").next().is_some();
    if !known {
        let end = file.text.len();
        let open = if file.text.ends_with('\n') { "\n\n" } else { "\n\n\n" };
        let text = format!(
            "{open}def __getattr__(name):\n{}    raise AttributeError({NO_ATTRIBUTE})\n",
            branches.concat()
        );
        return Ok(Edit::replace(end..end, text.replace('\n', newline)));
    }
    let own = module.facts.definitions.iter().find(|it| it.flags.shim);
    let function = own.and_then(|own| file.statement_of(own).ok());
    let Some(Stmt::FunctionDef(def)) = function else {
        let why = "stands in a module whose `__getattr__` does more";
        return Err(refusal(work, moved[0].id, why));
    };
    let asked = def.parameters.iter().next().map_or("name", |it| it.name().as_str());
    let first = def.body.iter().find(|stmt| stmt.is_if_stmt()).unwrap_or(&def.body[0]);
    let at = file.start_of(file.line(SourceFile::range(first).start));
    let text = branches.concat().replace("if name ==", &format!("if {asked} =="));
    Ok(Edit::replace(at..at, text.replace('\n', newline)))
}

fn branch(old: &str, Moved { name, module, target, until, .. }: &Moved) -> String {
    let import = if name == target { target.clone() } else { format!("{target} as {name}") };
    let lines = [
        format!("    if name == \"{name}\":"),
        "        import warnings".to_owned(),
        String::new(),
        format!("        from {module} import {import}"),
        String::new(),
        "        warnings.warn(".to_owned(),
        format!(
            "            \"{old}.{name} is {module}.{target} now and goes away after {until}\","
        ),
        "            DeprecationWarning,".to_owned(),
        "            stacklevel=2,".to_owned(),
        "        )".to_owned(),
        format!("        return {name}"),
    ];
    lines.map(|line| format!("{line}\n")).concat()
}

fn refusal(work: &Work<'_>, id: DefinitionId, why: &str) -> Refused {
    let definition = work.index.definition(id);
    Refused::Unadaptable {
        path: work.index.module(id.module).path.clone(),
        line: definition.span.start,
        name: definition.name.to_string(),
        why: format!("cannot leave a shim: it {why}"),
    }
}
