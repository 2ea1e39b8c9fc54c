//! Ids that are minted in several formats come from the function of their owner, and a parser
//! there knows the forms of all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use ssot_facts::{Index, Mint, Minted, ModuleId};
use ssot_model::Finding;
use ssot_rewrite::{Appended, Codemod, Decision, Fix, Left, Put, Wanted};
use ssot_rules::id_kind;

use super::api::Callee;
use super::{Remedies, Remedy};
use crate::api;

/// A place that mints.
struct Place<'a> {
    module: ModuleId,
    mint: &'a Mint,
}

/// What closes a finding about the formats of one kind of id.
pub(super) fn remedy(remedies: &Remedies<'_>, finding: &Finding) -> Result<Remedy, String> {
    let index = &remedies.survey.index;
    let kind = finding.name.split(' ').next().unwrap_or_default();
    let capabilities = remedies.survey.config.capability.iter();
    let declared = capabilities.filter_map(|it| it.api.get(kind).or_else(|| it.api.get("any")));
    let Some(dotted) = declared.into_iter().next() else {
        return Err(format!(
            "no function is declared for it: `api = {{ {kind} = \"...\" }}` in a [[capability]]"
        ));
    };
    let callee = Callee::parse(index, dotted)?;
    let missing = || format!("`{dotted}` is in no module that was scanned");
    let home = index.module_named(&callee.wanted.module).ok_or_else(missing)?;
    check_call(index, dotted)?;
    let places = places(index, finding, kind);
    let own = index.definition_named(dotted).map(|id| id.index + 1);
    let minted = places.iter().find(|it| it.module == home && Some(it.mint.inside) == own);
    let own = minted.map(|it| it.mint).ok_or_else(|| {
        format!("`{dotted}` does not mint by itself, so the form of what it gives is not known")
    })?;
    let (fixes, left) = puts(remedies, &places, home, own, &callee);
    if fixes.is_empty() {
        let reason = left.first().map_or("nothing is left to change", |it| it.reason.as_str());
        return Err(reason.to_owned());
    }
    let whole = parser(index, home, kind, own, &places)?;
    Ok(Remedy {
        fixes,
        whole: whole.map(Decision::Append).into_iter().collect(),
        left,
        why: format!("`{dotted}` mints this kind of id, as ssot.toml declares"),
        owner: dotted.clone(),
        rests_on: vec![index.module(home).path.clone()],
    })
}

/// The function must be called without arguments.
fn check_call(index: &Index, dotted: &str) -> Result<(), String> {
    let Some(id) = index.definition_named(dotted) else {
        return Err(format!("`{dotted}` is no function that was scanned"));
    };
    let definition = index.definition(id);
    let asks = api::required(&definition.signature).filter(|_| definition.owner.is_none());
    match asks {
        None if definition.owner.is_none() && !definition.flags.asynchronous => Ok(()),
        Some(name) => Err(format!("`{dotted}` asks for `{name}`")),
        None => Err(format!("`{dotted}` is no plain function of a module")),
    }
}

fn places<'a>(index: &'a Index, finding: &Finding, kind: &str) -> Vec<Place<'a>> {
    let lines: BTreeSet<(ModuleId, u32)> = finding
        .members
        .iter()
        .filter_map(|it| Some((index.module_at(&it.path)?, it.span.start)))
        .collect();
    let modules: BTreeSet<ModuleId> = lines.iter().map(|(module, _)| *module).collect();
    let all = modules.into_iter().flat_map(|module| {
        index.module(module).facts.mints.iter().map(move |mint| Place { module, mint })
    });
    let is_it = |it: &Place<'_>| {
        lines.contains(&(it.module, it.mint.line))
            && id_kind(&it.mint.name).as_deref() == Some(kind)
    };
    all.filter(is_it).collect()
}

/// The changes of every module but the owner's, and the places that stay.
fn puts(
    remedies: &Remedies<'_>,
    places: &[Place<'_>],
    home: ModuleId,
    own: &Mint,
    callee: &Callee,
) -> (Vec<Fix>, Vec<Left>) {
    let index = &remedies.survey.index;
    let mut ranges: BTreeMap<ModuleId, Vec<(u32, Range<usize>)>> = BTreeMap::new();
    let mut left = Vec::new();
    for Place { module, mint } in places.iter().filter(|it| !std::ptr::eq(it.mint, own)) {
        let why = if *module == home {
            Some("it stands in the module of its owner".to_owned())
        } else {
            unfit(mint, own).or_else(|| remedies.obstacle_to(*module, home))
        };
        if let Some(reason) = why {
            let path = index.module(*module).path.clone();
            left.push(Left { path, line: mint.line, reason });
        } else {
            let range = mint.start as usize..mint.end as usize;
            ranges.entry(*module).or_default().push((mint.line, range));
        }
    }
    let fix = |(module, places): (ModuleId, Vec<(u32, Range<usize>)>)| Fix {
        module,
        lines: Some(places.iter().map(|(line, _)| *line).collect()),
        codemod: Arc::new(Codemod::Put(Put {
            places: places.into_iter().map(|(_, range)| range).collect(),
            expression: format!("{}()", callee.expression),
            wanted: callee.wanted.clone(),
        })),
    };
    (ranges.into_iter().map(fix).collect(), left)
}

/// Why the owner's function must not take the place of a mint.
fn unfit(mint: &Mint, own: &Mint) -> Option<String> {
    match (mint.value, own.value) {
        (Minted::Filled, _) => Some(format!("what is put into `{}` would be lost", mint.format)),
        (Minted::Callable, _) => Some("it hands a callable on".to_owned()),
        (Minted::Text, Minted::Text) => None,
        (Minted::Object, Minted::Object) if mint.format == own.format => None,
        _ => Some(format!("`{}` and what the owner mints are of two types", mint.format)),
    }
}

/// A parser for every form of the id, unless its owner has one already.
fn parser(
    index: &Index,
    home: ModuleId,
    kind: &str,
    own: &Mint,
    places: &[Place<'_>],
) -> Result<Option<Appended>, String> {
    let name = format!("parse_{kind}");
    let facts = &index.module(home).facts;
    if facts.bindings_of(&name).next().is_some() || own.value != Minted::Text {
        return Ok(None);
    }
    let mut forms: Vec<String> = Vec::new();
    let texts = places.iter().filter(|it| matches!(it.mint.value, Minted::Text | Minted::Filled));
    for mint in std::iter::once(own).chain(texts.map(|it| it.mint)) {
        let form = form(&mint.format).ok_or_else(|| {
            format!(
                "ids of the form `{}` would not be told from others; write `{name}` in {}",
                mint.format,
                index.module(home).name
            )
        })?;
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    let pattern = format!("_{}_FORMS", kind.to_uppercase());
    let said = kind.replace('_', " ");
    let mut lines = vec![format!("{pattern} = re.compile(")];
    lines.extend(forms.iter().enumerate().map(|(at, form)| {
        let bar = if at == 0 { "" } else { "|" };
        format!("    r\"{bar}{form}\"")
    }));
    lines.extend(
        [
            ")",
            "",
            "",
            &format!("def {name}(text):"),
            &format!(
                "    \"\"\"The {said} that a text is, in today's form or in one from before.\"\"\""
            ),
            &format!("    if {pattern}.fullmatch(text) is None:"),
            &format!("        raise ValueError(f\"no {said}: {{text!r}}\")"),
            "    return text",
        ]
        .map(str::to_owned),
    );
    let wanted = Wanted { module: "re".to_owned(), name: None, bound: "re".to_owned() };
    Ok(Some(Appended {
        module: home,
        names: vec![pattern, name],
        text: lines.join("\n"),
        wanted: vec![wanted],
    }))
}

/// The pattern of a format: `run_{uuid4.hex[:8]}` is `run_[0-9a-f]{8}`. None for a form that
/// is not known, or that anything would fit.
fn form(format: &str) -> Option<String> {
    if !format.contains('{') {
        return minted(format);
    }
    let (mut pattern, mut rest, mut telling) = (String::new(), format, false);
    while let Some(at) = rest.find('{') {
        pattern.push_str(&escaped(&rest[..at])?);
        telling |= at > 0;
        let end = at + rest[at..].find('}')?;
        match &rest[at + 1..end] {
            "" => pattern.push_str(".+"),
            inner => {
                pattern.push_str(&minted(inner)?);
                telling = true;
            }
        }
        rest = &rest[end + 1..];
    }
    pattern.push_str(&escaped(rest)?);
    telling.then_some(pattern)
}

/// A literal part as a pattern says it.
fn escaped(text: &str) -> Option<String> {
    let mut pattern = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '\n' | '\r' => return None,
            letter if letter.is_alphanumeric() || matches!(letter, '_' | '-' | ':' | '/' | '@') => {
            }
            _ => pattern.push('\\'),
        }
        pattern.push(letter);
    }
    Some(pattern)
}

/// What a call gives, by its last name and what is cut out of it.
fn minted(text: &str) -> Option<String> {
    const HEX: &str = "[0-9a-f]";
    let (text, is_upper) = match text.strip_suffix(".upper()") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (text, cut) = match text.strip_suffix(']').and_then(|it| it.split_once("[:")) {
        Some((text, count)) => (text, Some(count.parse::<usize>().ok()?)),
        None => (text, None),
    };
    let is_uuid = |it: &str| matches!(it, "uuid1" | "uuid4" | "uuid6" | "uuid7" | "uuid");
    let pattern = match (text, cut) {
        (it, None) if is_uuid(it) => {
            format!("{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}")
        }
        (it, Some(count)) if is_uuid(it) && count <= 8 => format!("{HEX}{{{count}}}"),
        (it, cut) if it.strip_suffix(".hex").is_some_and(is_uuid) => {
            format!("{HEX}{{{}}}", cut.unwrap_or(32).min(32))
        }
        ("token_hex", None) => format!("{HEX}+"),
        ("token_urlsafe" | "generate" | "nanoid", None) => "[A-Za-z0-9_-]+".to_owned(),
        ("ULID" | "ulid", None) => "[0-9A-HJKMNP-TV-Z]{26}".to_owned(),
        ("ObjectId", None) => format!("{HEX}{{24}}"),
        ("time_ns" | "randint", None) => "[0-9]+".to_owned(),
        (it, None) if it.starts_with("int(time") => "[0-9]+".to_owned(),
        ("time", None) => "[0-9]+(?:\\.[0-9]+)?".to_owned(),
        _ => return None,
    };
    Some(if is_upper { pattern.replace("a-f", "A-F") } else { pattern })
}

#[cfg(test)]
mod tests {
    use super::form;

    #[test]
    fn every_format_has_its_pattern() {
        let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
        for (format, expected) in [
            ("uuid4", Some(uuid)),
            ("uuid4.hex", Some("[0-9a-f]{32}")),
            ("uuid4.hex[:8]", Some("[0-9a-f]{8}")),
            ("uuid4[:8]", Some("[0-9a-f]{8}")),
            ("uuid4[:13]", None),
            ("run_{uuid4.hex[:8]}", Some("run_[0-9a-f]{8}")),
            ("run.{int(time)}", Some("run\\.[0-9]+")),
            ("{}-{int(time*1000)}", Some(".+-[0-9]+")),
            ("{uuid4.hex[:6].upper()}", Some("[0-9A-F]{6}")),
            ("{}", None),
            ("{}{}", None),
            ("{now}", None),
        ] {
            assert_eq!(form(format).as_deref(), expected, "{format}");
        }
    }
}
