//! Where the import of a definition that gave way stands: at the top of the file, among
//! the imports, wherever nothing can tell; else where the definition stood.
//!
//! Nothing can tell when the name is no builtin that something above reads, when what
//! stands between does nothing but bind names, and when the module that is imported earlier
//! leads neither back to the file nor to itself, so that it is executed as a whole.

use std::collections::BTreeSet;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_python_stdlib::builtins::is_python_builtin;
use ssot_facts::{ImportScope, ModuleId, leads_to};

use super::aliases::{aliases_of, bound_name};
use super::importers::fact_of;
use super::joining::may_join;
use super::names;
use super::render::Renderer;
use super::sites::{Wanted, is_in_order};
use super::source::SourceFile;
use super::work::{Removal, Rename, Replacement, Work};
use crate::Refused;

/// Beginnings of the names of calls that change something elsewhere, though what they give
/// is kept.
const CHANGING: [&str; 14] = [
    "append",
    "apply",
    "basic_config",
    "basicConfig",
    "enable",
    "init",
    "insert",
    "install",
    "load_dotenv",
    "patch",
    "register",
    "set",
    "setup",
    "update",
];

/// Moves the imports of all files to the top where that changes nothing.
pub(super) fn hoist(work: &mut Work<'_>) -> Result<(), Refused> {
    let ids: Vec<ModuleId> = work.plans.keys().copied().collect();
    for id in ids {
        let imports = |removal: &Removal| matches!(removal.replacement, Replacement::Import { .. });
        let plan = &work.plans[&id];
        if plan.renames.is_empty() && !plan.removals.iter().any(imports) {
            continue;
        }
        let file = work.file(id)?;
        for at in unasked(work, id, &file)? {
            let plan = work.plans.entry(id).or_default();
            plan.removals[at].replacement = Replacement::Nothing;
        }
        let Some(head) = Head::of(work, id, &file) else { continue };
        let mut moved = Vec::new();
        for (at, removal) in work.plans[&id].removals.iter().enumerate() {
            if let Replacement::Import { module, name } = &removal.replacement
                && head.takes(work, removal, module)
            {
                let bound = removal.name.to_string();
                let wanted = Wanted { module: module.clone(), name: Some(name.clone()), bound };
                moved.push((at, wanted));
            }
        }
        let unread: Vec<bool> = {
            let renderer = Renderer::new(work, id, &file, &work.plans[&id])?;
            moved.iter().map(|(_, wanted)| renderer.is_for_others(&wanted.bound)).collect()
        };
        let renamed = head.renamed(work);
        let plan = work.plans.entry(id).or_default();
        for ((at, wanted), unread) in moved.into_iter().zip(unread) {
            plan.removals[at].replacement = Replacement::Nothing;
            if unread {
                plan.reexported.insert(wanted.bound.clone());
            }
            plan.wanted.entry(wanted).or_insert(head.end);
        }
        for (place, wanted, explicit) in renamed {
            plan.renames.remove(&place);
            plan.dropped.insert(place);
            if explicit {
                plan.reexported.insert(wanted.bound.clone());
            }
            plan.wanted.entry(wanted).or_insert(head.end);
        }
    }
    Ok(())
}

/// Positions of the removals whose names nobody can ask for: they are private, and nothing
/// in the repository reads, imports, replaces or spells them. Such a copy is deleted.
fn unasked(work: &Work<'_>, id: ModuleId, file: &SourceFile) -> Result<Vec<usize>, Refused> {
    let plan = &work.plans[&id];
    let is_private = |name: &str| name.starts_with('_') && !name.starts_with("__");
    if !plan.removals.iter().any(|removal| is_private(&removal.name)) {
        return Ok(Vec::new());
    }
    let index = work.index;
    let renderer = Renderer::new(work, id, file, plan)?;
    let is_said = |name: &str| {
        let mut texts = index.modules().flat_map(|(_, module)| &module.facts.texts);
        texts.any(|text| text.rsplit(['.', ':', ' ', '/']).next() == Some(name))
    };
    let is_asked = |removal: &Removal| {
        let name = removal.name.as_str();
        !is_private(name)
            || renderer.read.contains(name)
            || !renderer.is_for_others(name)
            || !index.consumers(id, name).is_empty()
            || !index.star_importers(id).is_empty()
            || work.is_written(id, name)
            || plan.kept.contains(name)
            || is_said(name)
    };
    let removals = plan.removals.iter().enumerate();
    Ok(removals
        .filter(|(_, removal)| matches!(removal.replacement, Replacement::Import { .. }))
        .filter(|(_, removal)| !is_asked(removal))
        .map(|(at, _)| at)
        .collect())
}

/// The imports at the top of a file.
struct Head<'f> {
    id: ModuleId,
    file: &'f SourceFile,
    /// The statements up to the first that is no import and no choice between imports.
    imports: &'f [Stmt],
    /// The offset behind them.
    end: usize,
}

impl<'f> Head<'f> {
    /// The head of a file in which the order of imports is all that counts.
    fn of(work: &Work<'_>, id: ModuleId, file: &'f SourceFile) -> Option<Self> {
        let facts = &work.index.module(id).facts;
        if facts.star_imports().next().is_some() || names::looks_up_by_string(file) {
            return None;
        }
        let suite = file.suite();
        let is_text =
            |stmt: &Stmt| matches!(stmt, Stmt::Expr(it) if it.value.is_string_literal_expr());
        let first = usize::from(suite.first().is_some_and(is_text));
        let count = suite[first..].iter().take_while(|stmt| is_import(stmt)).count();
        let imports = &suite[first..first + count];
        // Where nothing stands above the first that goes, its place is the top.
        let gone = |stmt: &Stmt| {
            work.plans[&id].gone().any(|it| it.statement.start == SourceFile::range(stmt).start)
        };
        if count == 0 && suite.get(first).is_none_or(gone) {
            return None;
        }
        let end = match suite.get(first + count) {
            Some(next) => SourceFile::range(next).start,
            None => file.text.len(),
        };
        Some(Self { id, file, imports, end })
    }

    /// Whether the import that takes the place of a definition may come to the head.
    fn takes(&self, work: &Work<'_>, removal: &Removal, module: &str) -> bool {
        let at = removal.spot.statement.start;
        let gone: BTreeSet<usize> =
            work.plans[&self.id].gone().map(|it| it.statement.start).collect();
        let between = self.file.suite().iter().filter(|stmt| {
            let start = SourceFile::range(*stmt).start;
            self.end <= start && start < at && !gone.contains(&start)
        });
        !is_python_builtin(&removal.name, u8::MAX, false)
            && between.into_iter().all(is_calm)
            && self.may_import(work, module)
    }

    /// Whether importing a module here executes it as a whole, whoever came first.
    fn may_import(&self, work: &Work<'_>, module: &str) -> bool {
        let index = work.index;
        let here = index.module(self.id);
        let is_there = here.facts.imports.iter().any(|import| {
            import.scope == ImportScope::Module
                && !import.guarded
                && self.holds_line(import.line)
                && import.name.is_some()
                && index.import_target(here, import).is_some_and(|target| target == module)
        });
        if is_there {
            return true;
        }
        let planned = |id: ModuleId| planned(work, id);
        match (index.module_named(module), work.fresh.get(module)) {
            (Some(target), _) => {
                !leads_to(index, &[target], self.id, &planned)
                    && !leads_to(index, &[target], target, &planned)
            }
            (None, Some(needed)) => {
                let mut from = needed.clone();
                let dots = module.match_indices('.').map(|(at, _)| &module[..at]);
                from.extend(dots.filter_map(|package| index.module_named(package)));
                let own = &here.name;
                from.retain(|it| {
                    let package = &index.module(*it).name;
                    !(own.starts_with(&format!("{package}.")) || own == package)
                });
                from.iter().all(|it| *it != self.id) && !leads_to(index, &from, self.id, &planned)
            }
            (None, None) => false,
        }
    }

    fn holds_line(&self, line: u32) -> bool {
        let lines = |stmt: &Stmt| self.file.lines(stmt);
        self.imports.iter().any(|stmt| lines(stmt).contains(&(line as usize - 1)))
    }

    /// Names of the head that come from elsewhere and belong to another place in it: their
    /// position, what is imported, and whether the form says that they are for others.
    fn renamed(&self, work: &Work<'_>) -> Vec<((usize, usize), Wanted, bool)> {
        let plan = &work.plans[&self.id];
        let mut found = Vec::new();
        for (place, rename) in &plan.renames {
            let is_it = |stmt: &&Stmt| SourceFile::range(*stmt).start == place.0;
            let Some(stmt) = self.imports.iter().find(is_it) else { continue };
            if !may_join(self.file, stmt) || !self.has_place(work, stmt, rename) {
                continue;
            }
            let alias = &aliases_of(stmt)[place.1];
            let explicit = alias.asname.as_ref().is_some_and(|it| *it == alias.name);
            let wanted = Wanted {
                module: rename.module.clone(),
                name: Some(rename.name.clone()),
                bound: bound_name(stmt, alias).to_owned(),
            };
            found.push((*place, wanted, explicit));
        }
        found
    }

    /// Whether a name would stand better elsewhere than where the old one stands.
    fn has_place(&self, work: &Work<'_>, stmt: &Stmt, rename: &Rename) -> bool {
        let index = work.index;
        let here = index.module(self.id);
        let joins = self.imports.iter().any(|other| {
            let target = || index.import_target(here, &fact_of(other, 0));
            may_join(self.file, other) && target().is_some_and(|it| it == rename.module)
        });
        let starts = |at: usize| self.imports.iter().any(|it| SourceFile::range(it).start == at);
        let renames = work.plans[&self.id].renames.iter();
        let like =
            renames.filter(|((at, _), it)| it.module == rename.module && starts(*at)).count();
        let joins = joins || like > 1;
        let is_sorted = is_in_order(work, self.file, self.imports);
        (joins || is_sorted && aliases_of(stmt).len() > 1) && self.may_import(work, &rename.module)
    }
}

/// What a module will import that it does not import today.
fn planned(work: &Work<'_>, id: ModuleId) -> Vec<ModuleId> {
    let plan = work.plans.get(&id);
    let removals = plan.into_iter().flat_map(|plan| &plan.removals);
    let replaced = removals.filter_map(|removal| match &removal.replacement {
        Replacement::Import { module, .. } => Some(module),
        _ => None,
    });
    let wanted = plan.into_iter().flat_map(|plan| plan.wanted.keys().map(|it| &it.module));
    replaced.chain(wanted).filter_map(|module| work.index.module_named(module)).collect()
}

/// An import, or a choice between imports.
fn is_import(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Import(_) | Stmt::ImportFrom(_) => true,
        Stmt::Try(it) => {
            let handler = |ast::ExceptHandler::ExceptHandler(it): &ast::ExceptHandler| {
                it.body.iter().all(|stmt| is_import(stmt) || is_plain_value(stmt))
            };
            it.body.iter().all(is_import)
                && it.handlers.iter().all(handler)
                && it.orelse.iter().chain(&it.finalbody).all(is_import)
        }
        Stmt::If(it) => {
            it.body.iter().all(is_import)
                && it.elif_else_clauses.iter().all(|clause| clause.body.iter().all(is_import))
        }
        _ => false,
    }
}

fn is_plain_value(stmt: &Stmt) -> bool {
    let value = match stmt {
        Stmt::Assign(it) => &it.value,
        Stmt::Pass(_) => return true,
        _ => return false,
    };
    value.is_literal_expr() || value.is_name_expr()
}

/// A statement that binds names and does nothing else that another module could notice. The
/// order in which classes of different modules are made counts for nothing: it depends on
/// who imports what first already.
fn is_calm(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Import(_)
        | Stmt::ImportFrom(_)
        | Stmt::FunctionDef(_)
        | Stmt::ClassDef(_)
        | Stmt::TypeAlias(_)
        | Stmt::Pass(_) => true,
        Stmt::Expr(it) => it.value.is_literal_expr(),
        Stmt::Assign(it) => it.targets.iter().all(is_binding) && is_calm_value(&it.value),
        Stmt::AnnAssign(it) => {
            is_binding(&it.target) && it.value.as_ref().is_none_or(|value| is_calm_value(value))
        }
        Stmt::AugAssign(it) => is_binding(&it.target) && is_calm_value(&it.value),
        Stmt::If(it) => {
            it.body.iter().all(is_calm)
                && it.elif_else_clauses.iter().all(|clause| clause.body.iter().all(is_calm))
        }
        Stmt::Try(it) => {
            let handler = |ast::ExceptHandler::ExceptHandler(it): &ast::ExceptHandler| {
                it.body.iter().all(is_calm)
            };
            it.body.iter().chain(&it.orelse).chain(&it.finalbody).all(is_calm)
                && it.handlers.iter().all(handler)
        }
        _ => false,
    }
}

fn is_binding(target: &Expr) -> bool {
    match target {
        Expr::Name(_) => true,
        Expr::Tuple(it) => it.elts.iter().all(is_binding),
        _ => false,
    }
}

/// A value that is made without a call which is known by its name to change something.
fn is_calm_value(value: &Expr) -> bool {
    use ruff_python_ast::visitor::{self, Visitor};
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Call(call) = expr {
                let name = match &*call.func {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(attribute) => attribute.attr.as_str(),
                    _ => "",
                };
                let is_builtin_set = name == "set" && call.func.is_name_expr();
                self.0 |= !is_builtin_set && CHANGING.iter().any(|word| name.starts_with(word));
            }
            visitor::walk_expr(self, expr);
        }
    }
    let mut finder = Finder(false);
    finder.visit_expr(value);
    !finder.0
}
