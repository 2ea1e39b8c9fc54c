//! Texts that are written out beside the constant that holds them, or that get one.

use std::collections::BTreeSet;

use ssot_facts::{Definition, Index, ModuleId};
use ssot_model::{Constant, Finding};
use ssot_rewrite::{Decision, Left, NewConstant, Substitution, Wanted};
use ssot_rules::Constants;

use super::{Remedies, Remedy, shared};

/// A constant: its module, and its name there, through its class when it has one.
struct Home {
    module: ModuleId,
    name: String,
}

impl Home {
    fn dotted(&self, index: &Index) -> String {
        format!("{}.{}", index.module(self.module).name, self.name)
    }

    /// The first part of its name: what is imported.
    fn first(&self) -> &str {
        self.name.split('.').next().unwrap_or(&self.name)
    }
}

/// What closes a finding about a repeated text.
pub(super) fn remedy(remedies: &Remedies<'_>, finding: &Finding) -> Result<Remedy, String> {
    let survey = remedies.survey;
    let (index, text) = (&survey.index, finding.name.as_str());
    if index.names(text).is_some() || index.module_named(text).is_some() {
        return Err(format!("`{text}` names code of this repository, which tools look for"));
    }
    let known = remedies.constants.get_or_init(|| Constants::new(index)).of(text);
    let (home, whole) = if let Some((module, dotted, _)) = known {
        let front = format!("{}.", index.module(module).name);
        let name = dotted.strip_prefix(&front).unwrap_or(&dotted).to_owned();
        (steady(remedies, Home { module, name })?, Vec::new())
    } else {
        let home = declared(index, &survey.config.constant, text)?;
        let (module, name) = (home.module, home.name.clone());
        let new = NewConstant { module, name, text: text.to_owned() };
        (home, vec![Decision::Constant(new)])
    };
    let module = &index.module(home.module).name;
    let wanted = Wanted::name(module, home.first());
    let made = Substitution::new(&format!("\"{text}\""), &home.name, vec![wanted])?;
    let dotted = home.dotted(index);
    let why = format!("`{dotted}` holds the text");
    let mut remedy = remedies.remedy(finding, &shared(vec![made], why, dotted));
    // The finding names the first place of each module.
    for fix in &mut remedy.fixes {
        fix.lines = None;
    }
    if !whole.is_empty() {
        // A constant that nobody reads is no help.
        let files: BTreeSet<ModuleId> = remedy.fixes.iter().map(|fix| fix.module).collect();
        if files.len() < 2 {
            let first = remedy.left.first();
            let reason = first.map_or("nobody could read it", |it: &Left| it.reason.as_str());
            return Err(format!("a constant would not be read: {reason}"));
        }
        remedy.whole = whole;
    }
    Ok(remedy)
}

/// The constant that the configuration wants for a text.
fn declared(index: &Index, constants: &[Constant], text: &str) -> Result<Home, String> {
    let declared = constants.iter().find(|it| it.text == text).ok_or_else(|| {
        "no constant holds it; [[constant]] in ssot.toml can say which one is to".to_owned()
    })?;
    let cut = declared.definition.rsplit_once('.');
    let home = cut.and_then(|(module, name)| Some((index.module_named(module)?, name)));
    let (module, name) = home.ok_or_else(|| {
        format!("`{}` of [[constant]] is in no module that was scanned", declared.definition)
    })?;
    Ok(Home { module, name: name.to_owned() })
}

/// The constant, when it is one text for everybody, always.
fn steady(remedies: &Remedies<'_>, home: Home) -> Result<Home, String> {
    let index = &remedies.survey.index;
    let facts = &index.module(home.module).facts;
    let dotted = home.dotted(index);
    let bindings: Vec<_> = facts.bindings_of(home.first()).collect();
    let is_one = matches!(&bindings[..], [only] if !only.conditional);
    let is_written = facts.globals.iter().any(|write| write.name == home.first())
        || facts.mutated.iter().any(|name| name == home.first());
    if !is_one || is_written {
        return Err(format!("`{dotted}` is not always the same"));
    }
    if let Some(place) = remedies.patches().replaced(home.module, home.first()) {
        return Err(format!("`{dotted}` is replaced from outside, {place}"));
    }
    let class = home.name.split_once('.').and_then(|(class, _)| {
        facts.definitions.iter().find(|it| it.owner.is_none() && it.name == class)
    });
    match class {
        Some(class) if is_enum(class) => {
            Err(format!("`{dotted}` is a member of an enumeration, which is no text by itself"))
        }
        _ => Ok(home),
    }
}

fn is_enum(class: &Definition) -> bool {
    class.bases.iter().any(|base| {
        let last = base.rsplit('.').next().unwrap_or(base);
        (last.ends_with("Enum") || last.ends_with("Flag")) && last != "StrEnum"
    })
}
