//! Whether the names that a method reads mean the same where it comes to stand.

use ssot_facts::{Binding, DefinitionId, Import, ImportScope, ModuleId, Resolution};
use ssot_model::DefinitionKind;
use ssot_rules::Comparison;

use super::members::Method;
use crate::Examiner;

/// The method whose text moves into the base: one that can, the best documented first.
pub(super) fn source(
    examiner: &Examiner<'_>,
    methods: &[Method],
    base: DefinitionId,
) -> Result<DefinitionId, String> {
    let index = examiner.index;
    let mut sources: Vec<&Method> = methods.iter().collect();
    sources.sort_by_key(|it| {
        let undocumented = index.definition(it.id).doc_hash == 0;
        (it.id.module != base.module, undocumented, it.id)
    });
    let mut refused = None;
    for method in sources {
        match suffice(examiner, method.id, base.module) {
            Ok(()) => return Ok(method.id),
            Err(reason) => refused = refused.or(Some(reason)),
        }
    }
    Err(refused.unwrap_or_default())
}

/// Whether everything that a method reads is there, or can be imported, in a module.
fn suffice(examiner: &Examiner<'_>, method: DefinitionId, home: ModuleId) -> Result<(), String> {
    let index = examiner.index;
    if method.module == home {
        return Ok(());
    }
    let (module, target) = (index.module(method.module), index.module(home));
    if module.facts.flags.future_annotations && !target.facts.flags.future_annotations {
        return Err(format!("{} evaluates annotations", target.name));
    }
    for name in &index.definition(method).free {
        let mut bindings = module.facts.bindings_of(name).peekable();
        let is_there = target.facts.bindings_of(name).next().is_some();
        if is_there {
            let mut comparison = Comparison::new(index, &examiner.patches, DefinitionKind::Method);
            let difference = comparison.name_difference(method.module, home, name);
            if let Some(difference) = difference {
                return Err(difference.text);
            }
            continue;
        }
        if bindings.peek().is_none() {
            match &*index.resolve(method.module, name) {
                [Resolution::Builtin(_)] => continue,
                _ => return Err(format!("`{name}` is bound nowhere in {}", module.name)),
            }
        }
        for bound in bindings {
            let Binding::Import(at) = bound.binding else {
                return Err(format!("`{name}` is defined in {}", module.name));
            };
            let import = &module.facts.imports[at as usize];
            if import.scope != ImportScope::Module || bound.conditional {
                return Err(format!("`{name}` is imported only on some paths"));
            }
            importable(examiner, method.module, import, home)?;
        }
    }
    Ok(())
}

/// Whether a module may import what another one imports.
pub(super) fn importable(
    examiner: &Examiner<'_>,
    importer: ModuleId,
    import: &Import,
    home: ModuleId,
) -> Result<(), String> {
    let index = examiner.index;
    let (module, target) = (index.module(importer), index.module(home));
    let dotted = index.import_target(module, import).unwrap_or_default();
    let below =
        import.name.as_ref().and_then(|name| index.module_named(&format!("{dotted}.{name}")));
    for imported in index.module_named(&dotted).into_iter().chain(below) {
        if imported == home || examiner.graph.path(imported, home).is_some() {
            return Err(format!(
                "`{}` comes from {}, which imports {}",
                import.bound,
                index.module(imported).name,
                target.name
            ));
        }
        let needed = examiner.graph.requirements(imported);
        let present = examiner.graph.requirements(home);
        if let Some(more) = needed.difference(&present).next() {
            return Err(format!("{} would come to need {more}", target.name));
        }
    }
    let top = dotted.split('.').next().unwrap_or_default();
    let is_known = index.is_internal(&dotted)
        || ssot_facts::is_standard_library(top)
        || examiner.graph.requirements(home).contains(top);
    if is_known { Ok(()) } else { Err(format!("{} would come to need {top}", target.name)) }
}
