//! A declared new name on its way to everybody who says the old one.

use ssot_facts::{DefinitionId, ModuleId, Resolution};
use ssot_model::{Finding, RepoPath};
use ssot_rewrite::{Decision, Renamed};
use ssot_rules::{is_public, wants_shim};
use ssot_runtime::files;

use super::Remedy;
use crate::triage::Survey;

/// What closes a finding about a declared rename.
pub(super) fn remedy(survey: &Survey, finding: &Finding) -> Result<Remedy, String> {
    let index = &survey.index;
    let is_it =
        |it: &&ssot_model::Rename| finding.name == format!("{} -> {}", it.definition, it.to);
    let gone = || "the rename is not in ssot.toml any more".to_owned();
    let rename = survey.config.rename.iter().find(is_it).ok_or_else(gone)?;
    let definition = index.definition_named(&rename.definition).ok_or_else(gone)?;
    let sayers = sayers(survey, definition);
    let old = &index.definition(definition).name;
    let dotted = |module: ModuleId| format!("{}.{old}", index.module(module).name);
    let today = survey.circumstances.today.as_deref().unwrap_or_default();
    let until = survey.config.shim.last_day(today).ok().flatten();
    if let (Some(public), None) =
        (sayers.iter().find(|it| is_public(&survey.config, &dotted(**it))), &until)
    {
        return Err(format!(
            "`{}` is public API, and [shim] in ssot.toml does not say how long its old name answers",
            dotted(*public)
        ));
    }
    let is_asked = |it: &ModuleId| until.is_some() && wants_shim(&survey.config, &dotted(*it));
    let shims: Vec<ModuleId> = sayers.iter().copied().filter(is_asked).collect();
    let names: Vec<String> = sayers.iter().map(|it| dotted(*it)).collect();
    let renamed = Renamed {
        definition,
        to: rename.to.clone(),
        texts: texts(survey, &names)?,
        shims,
        until: until.unwrap_or_default(),
    };
    Ok(Remedy {
        fixes: Vec::new(),
        whole: vec![Decision::Rename(renamed)],
        left: Vec::new(),
        why: rename.reason.clone(),
        owner: rename.definition.clone(),
        rests_on: Vec::new(),
    })
}

/// The modules in which the name of a definition leads to it.
fn sayers(survey: &Survey, id: DefinitionId) -> Vec<ModuleId> {
    let index = &survey.index;
    let name = &index.definition(id).name;
    let leads = |module: &ModuleId| {
        index.resolve(*module, name).iter().any(|it| match it {
            Resolution::Definition(found) => *found == id,
            Resolution::Value { module, name: found } => *module == id.module && found == name,
            _ => false,
        })
    };
    index.modules().map(|(module, _)| module).filter(leads).collect()
}

/// The files in which a text says one of the dotted names, or the module and the name.
fn texts(survey: &Survey, names: &[String]) -> Result<Vec<RepoPath>, String> {
    let (scan, root) = (&survey.config.scan, &survey.root);
    let documents = files::documents(root, &scan.exclude, scan.max_file_bytes);
    let documents = documents.map_err(|error| error.to_string())?;
    let python = survey.index.modules().map(|(_, module)| module.path.clone());
    let modules: Vec<&str> =
        names.iter().filter_map(|name| name.rsplit_once('.')).map(|(module, _)| module).collect();
    let says = |path: &RepoPath| {
        let bytes = files::read(root, path, scan.max_file_bytes).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        modules.iter().any(|module| text.contains(module))
    };
    Ok(documents.into_iter().chain(python).filter(says).collect())
}
