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
    let known = known.map(|(module, dotted, _)| {
        let front = format!("{}.", index.module(module).name);
        let name = dotted.strip_prefix(&front).unwrap_or(&dotted).to_owned();
        Home { module, name }
    });
    let decided = survey.config.constant.iter().find(|it| it.text == text);
    let (home, whole) = match (decided, known) {
        (Some(decided), known) => of_decision(remedies, decided, known)?,
        (None, Some(home)) if says(&home.name, text) => (steady(remedies, home)?, Vec::new()),
        (None, Some(home)) => {
            return Err(format!(
                "`{}` holds the same text and may mean something else; [[constant]] in ssot.toml \
                 can say that it is meant",
                home.dotted(index)
            ));
        }
        (None, None) => {
            let reason = "no constant holds it; [[constant]] in ssot.toml can say which one is to";
            return Err(reason.to_owned());
        }
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

/// The constant that somebody decided on: one that is there, or a new one.
fn of_decision(
    remedies: &Remedies<'_>,
    decided: &Constant,
    known: Option<Home>,
) -> Result<(Home, Vec<Decision>), String> {
    let index = &remedies.survey.index;
    let dotted = &decided.definition;
    if let Some(home) = known.filter(|home| home.dotted(index) == *dotted) {
        return Ok((steady(remedies, home)?, Vec::new()));
    }
    let cut = dotted.rsplit_once('.');
    let home = cut.and_then(|(module, name)| Some((index.module_named(module)?, name)));
    let (module, name) =
        home.ok_or_else(|| format!("`{dotted}` of [[constant]] is in no module that was scanned"))?;
    if index.module(module).facts.bindings_of(name).next().is_some() {
        return Err(format!("`{dotted}` of [[constant]] holds something else"));
    }
    let new = NewConstant { module, name: name.to_owned(), text: decided.text.clone() };
    Ok((Home { module, name: name.to_owned() }, vec![Decision::Constant(new)]))
}

/// Whether the name of a constant says what its text says: they have a word in common. That
/// two texts are equal is no reason to take one for the other.
fn says(name: &str, text: &str) -> bool {
    const SHORTEST: usize = 3;
    let words = |text: &str| -> BTreeSet<String> {
        let parts = text.split(|letter: char| !letter.is_alphanumeric());
        let long = parts.filter(|part| part.len() >= SHORTEST);
        long.map(|part| part.to_lowercase().trim_end_matches('s').to_owned()).collect()
    };
    !words(name).is_disjoint(&words(text))
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

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn a_constant_says_its_text_or_is_another() {
        for (name, text, expected) in [
            ("RECEIVED", "orders.received", true),
            ("Topics.ORDER", "orders.received", true),
            ("HTTPPROXY_AUTH_ENCODING", "latin-1", false),
            ("CONTENT_TYPE", "content-type", true),
            ("ID", "x-id", false),
        ] {
            assert_eq!(says(name, text), expected, "{name} {text}");
        }
    }
}
