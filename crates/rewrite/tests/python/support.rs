//! Reading cases and comparing what comes out of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use ssot_facts::python::template::{Side, Template, cover, template};
use ssot_facts::{DefinitionId, Hierarchy, Index, ModuleId, Resolution, Source};
use ssot_model::{FileChange, Patch, RepoPath};
use ssot_rewrite::{
    Applied, Codemod, Decision, Fix, Inherited, Merged, NewConstant, Refused, Renamed,
    Substitution, Wanted,
};

/// Files by path.
pub(crate) type Files = BTreeMap<String, String>;

/// One case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    title: String,
    decisions: Vec<String>,
    before: Files,
    /// Files that change, with their new text; none for those that go.
    changed: BTreeMap<String, Option<String>>,
    refusal: Option<String>,
    /// Places that stay, `path:line: why`.
    left: Vec<String>,
}

impl Case {
    /// Reads a file of cases.
    pub(crate) fn parse_all(text: &str) -> Vec<Self> {
        text.split("#### ").skip(1).map(Self::parse).collect()
    }

    fn parse(text: &str) -> Self {
        let mut case = Self::default();
        let mut open: Option<&mut String> = None;
        for (number, line) in text.lines().enumerate() {
            if number == 0 {
                line.clone_into(&mut case.title);
            } else if let Some(decision) = line.strip_prefix("> ") {
                case.decisions.push(decision.to_owned());
            } else if let Some(path) = line.strip_prefix("--- ") {
                open = Some(case.before.entry(path.to_owned()).or_default());
            } else if let Some(path) = line.strip_prefix("+++ ") {
                let after = case.changed.entry(path.to_owned()).or_default();
                open = Some(after.get_or_insert_default());
            } else if let Some(path) = line.strip_prefix("xxx ") {
                case.changed.insert(path.to_owned(), None);
                open = None;
            } else if let Some(left) = line.strip_prefix("? ") {
                case.left.push(left.to_owned());
                open = None;
            } else if let Some(refusal) = line.strip_prefix("! ") {
                case.refusal = Some(refusal.to_owned());
                open = None;
            } else if let Some(file) = &mut open {
                file.push_str(line);
                file.push('\n');
            }
        }
        // The empty lines that set the next case off belong to nobody.
        let texts = case.before.values_mut().chain(case.changed.values_mut().flatten());
        for text in texts {
            *text = format!("{}\n", text.trim_end_matches('\n'));
        }
        case
    }

    fn map(&self, change: impl Fn(&str) -> String) -> Self {
        let mut case = self.clone();
        let texts = case.before.values_mut().chain(case.changed.values_mut().flatten());
        for text in texts {
            *text = change(text);
        }
        case
    }
}

/// The index of some files.
pub(crate) fn index(files: &Files) -> Index {
    let source = |(path, text): (&String, &String)| Source {
        path: RepoPath::new(path).expect("cases have plain paths"),
        facts: ssot_facts::python::extract(text.as_bytes()),
    };
    let is_python =
        |(path, _): &(&String, &String)| path.rsplit_once('.').is_some_and(|(_, end)| end == "py");
    Index::build(files.iter().filter(is_python).map(source).collect())
}

/// Applies decisions to files.
pub(crate) fn apply_and_tell(
    index: &Index,
    files: &Files,
    decisions: &[Decision],
) -> Result<Applied, Refused> {
    let sources = |path: &RepoPath| {
        let text = files.get(path.as_str())?;
        Some(Arc::from(text.as_bytes()))
    };
    ssot_rewrite::apply_and_tell(index, &sources, decisions)
}

/// The patch of decisions alone.
pub(crate) fn apply(
    index: &Index,
    files: &Files,
    decisions: &[Decision],
) -> Result<Patch, Refused> {
    Ok(apply_and_tell(index, files, decisions)?.patch)
}

/// The files once the patch is applied.
pub(crate) fn patched(files: &Files, patch: &Patch) -> Files {
    let mut files = files.clone();
    for (path, change) in &patch.files {
        match change {
            FileChange::Write(bytes) => {
                let text = String::from_utf8(bytes.clone()).expect("the cases are text");
                files.insert(path.to_string(), text);
            }
            FileChange::Delete => {
                files.remove(path.as_str());
            }
        }
    }
    files
}

fn definition(index: &Index, dotted: &str) -> DefinitionId {
    index.definition_named(dotted).unwrap_or_else(|| panic!("no definition {dotted}"))
}

/// A definition as it is laid beside another.
fn side<'a>(index: &'a Index, files: &'a Files, id: DefinitionId) -> Side<'a> {
    let text = &files[index.module(id.module).path.as_str()];
    let definition = index.definition(id);
    Side {
        source: text.strip_prefix('\u{feff}').unwrap_or(text),
        span: definition.span,
        free: &definition.free,
    }
}

/// What tells a copy from the function that stays, from the texts of both.
pub(crate) fn told_apart(
    index: &Index,
    files: &Files,
    kept: DefinitionId,
    copy: DefinitionId,
) -> Template {
    template(side(index, files, kept), side(index, files, copy))
        .unwrap_or_else(|why| panic!("{} and {}: {why}", index.dotted(kept), index.dotted(copy)))
}

/// `PATH LINES ...`: the file and the lines, `*` for all.
fn place(index: &Index, words: &str) -> (ModuleId, Option<BTreeSet<u32>>) {
    let mut words = words.split_whitespace();
    let path = RepoPath::new(words.next().expect("a path")).expect("cases have plain paths");
    let lines = words.next().expect("lines").split(',');
    let lines = lines.map(|line| line.parse().ok()).collect();
    (index.module_at(&path).expect("the file is there"), lines)
}

/// The decision about the places of one file that are changed in the same way. Lines that
/// begin with `substitute` and name one file are one decision.
fn fixes(index: &Index, lines: &[&String]) -> Option<Decision> {
    let first = lines.first()?;
    let (module, asked) = place(index, first.split_once(' ')?.1);
    let one = |line: &&String| {
        let written = line.splitn(4, ' ').nth(3).expect("a pattern");
        let (written, imports) = written.split_once(" ; ").unwrap_or((written, ""));
        let wanted = imports.split(" ; ").filter(|import| !import.is_empty());
        let wanted = wanted.map(|import| Wanted::parse(import).expect("an import")).collect();
        let (pattern, replacement) = written.split_once(" => ").expect("`=>`");
        Substitution::new(pattern, replacement, wanted).expect("a good pattern")
    };
    let codemod = Arc::new(Codemod::Substitute(lines.iter().map(one).collect()));
    Some(Decision::Fix(Fix { module, lines: asked, codemod }))
}

/// All decisions of a case.
fn decisions(index: &Index, files: &Files, all: &[String]) -> Vec<Decision> {
    let is_substitution = |line: &&String| line.starts_with("substitute ");
    let (substitutions, others): (Vec<&String>, Vec<&String>) =
        all.iter().partition(is_substitution);
    let mut by_file: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for line in substitutions {
        by_file.entry(line.split(' ').nth(1).expect("a path")).or_default().push(line);
    }
    let others = others.into_iter().map(|words| decision(index, files, words));
    others.chain(by_file.values().filter_map(|lines| fixes(index, lines))).collect()
}

/// A class that stands for others.
fn merged(index: &Index, files: &Files, words: &[&str], rewrite_imports: bool) -> Decision {
    let canonical = definition(index, words[1]);
    let copies: Vec<DefinitionId> = words[2..].iter().map(|name| definition(index, name)).collect();
    let covered = |copy| {
        let found = cover(side(index, files, canonical), side(index, files, copy));
        (copy, found.expect("cases have classes that agree"))
    };
    Decision::Merge(Merged {
        canonical,
        copies: copies.into_iter().map(covered).collect(),
        counted: words[0].starts_with("count"),
        rewrite_imports,
    })
}

/// A decision about what something is called.
fn of_names(index: &Index, words: &[&str]) -> Option<Decision> {
    let all = |names: &[&str]| names.iter().map(|name| definition(index, name)).collect();
    Some(match words[0] {
        "branch" => Decision::Branch {
            canonical: definition(index, words[1]),
            copy: definition(index, words[2]),
            flag: words[3].to_owned(),
        },
        "constant" => Decision::Constant(NewConstant {
            module: index.module_named(words[1]).expect("the module is there"),
            name: words[2].to_owned(),
            text: words[3].to_owned(),
        }),
        // `rename DEFINITION NEW [DAY MODULE...] [TEXT...]`
        "rename" => {
            let path = |text: &&str| RepoPath::new(text).ok().filter(|_| text.contains('/'));
            let module = |name: &&str| index.module_named(name);
            Decision::Rename(Renamed {
                definition: definition(index, words[1]),
                to: words[2].to_owned(),
                texts: words[3..].iter().filter_map(path).collect(),
                shims: words[3..].iter().filter_map(module).collect(),
                until: words.get(3).copied().unwrap_or_default().to_owned(),
            })
        }
        "shim" => Decision::Shim { until: words[1].to_owned(), copies: all(&words[2..]) },
        _ => return None,
    })
}

fn decision(index: &Index, files: &Files, words: &str) -> Decision {
    for (word, codemod) in
        [("absolute ", Codemod::AbsoluteImports), ("drop-shims ", Codemod::DropShims)]
    {
        if let Some(rest) = words.strip_prefix(word) {
            let (module, lines) = place(index, rest);
            return Decision::Fix(Fix { module, lines, codemod: Arc::new(codemod) });
        }
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    if let Some(decision) = of_names(index, &words) {
        return decision;
    }
    let all = |names: &[&str]| names.iter().map(|name| definition(index, name)).collect();
    let rewrite_imports = words[0].ends_with('!');
    match words[0].trim_end_matches('!') {
        "redirect" => Decision::Redirect {
            canonical: definition(index, words[1]),
            copies: all(&words[2..]),
            rewrite_imports,
        },
        "extract" => Decision::Extract {
            path: RepoPath::new(words[1]).expect("cases have plain paths"),
            module: words[2].to_owned(),
            source: definition(index, words[3]),
            members: all(&words[3..]),
            rewrite_imports,
        },
        "pull-up" => Decision::PullUp {
            source: definition(index, words[1]),
            base: definition(index, words[2]),
            members: all(&words[3..]),
        },
        "new-base" => Decision::NewBase(Inherited {
            path: RepoPath::new(words[1]).expect("cases have plain paths"),
            module: words[2].to_owned(),
            class: words[3].to_owned(),
            source: definition(index, words[4]),
            members: all(&words[4..]),
        }),
        "parameterise" => {
            let canonical = definition(index, words[1]);
            let copies: Vec<DefinitionId> = all(&words[2..]);
            let copies = copies.into_iter();
            let copies =
                copies.map(|copy| (copy, told_apart(index, files, canonical, copy))).collect();
            Decision::Parameterise { canonical, copies }
        }
        "delegate" => {
            let method = definition(index, words[1]);
            let copies: Vec<DefinitionId> = all(&words[2..]);
            let copies = copies.into_iter();
            let copies =
                copies.map(|copy| (copy, told_apart(index, files, method, copy))).collect();
            Decision::Delegate { method, copies }
        }
        "merge" | "count" => merged(index, files, &words, rewrite_imports),
        "delete" => {
            let path = RepoPath::new(words[1]).expect("cases have plain paths");
            Decision::DeleteModule { module: index.module_at(&path).expect("the file is there") }
        }
        other => panic!("no decision is called {other}"),
    }
}

/// Runs a case in all its spellings; an error shows what came out instead.
pub(crate) fn check(case: &Case) -> Result<(), String> {
    check_one(case, "")?;
    check_one(&case.map(|text| text.replace('\n', "\r\n")), " (CRLF)")?;
    check_one(&case.map(|text| format!("\u{feff}{text}")), " (byte order mark)")?;
    check_one(&case.map(|text| text.trim_end().to_owned()), " (no final newline)")
}

fn check_one(case: &Case, spelling: &str) -> Result<(), String> {
    let index = index(&case.before);
    let decisions = decisions(&index, &case.before, &case.decisions);
    let result = apply_and_tell(&index, &case.before, &decisions);
    let mut expected = case.before.clone();
    for (path, after) in &case.changed {
        match after {
            // A new file ends as files do, whatever the others look like.
            Some(after) if !case.before.contains_key(path) => {
                let plain = after.trim_start_matches('\u{feff}').trim_end();
                let newline = if after.contains("\r\n") { "\r\n" } else { "\n" };
                expected.insert(path.clone(), format!("{plain}{newline}"));
            }
            Some(after) => {
                expected.insert(path.clone(), after.clone());
            }
            None => {
                expected.remove(path);
            }
        }
    }
    let title = format!("#### {}{spelling}", case.title);
    match (result, &case.refusal) {
        (Err(refused), Some(refusal)) if refused.to_string() == *refusal => Ok(()),
        (Err(refused), _) => Err(format!("{title}\n! {refused}\n")),
        (Ok(applied), _) => {
            let after = patched(&case.before, &applied.patch);
            let left = applied.left.iter();
            let left: Vec<String> =
                left.map(|it| format!("{}:{}: {}", it.path, it.line, it.reason)).collect();
            if after != expected || left != case.left || case.refusal.is_some() {
                let files = shown(&case.before, &after);
                return Err(format!("{title}\n{files}? {}", left.join("\n? ")));
            }
            sound(&index, &after, &decisions).map_err(|fault| format!("{title}\n{fault}"))
        }
    }
}

fn shown(before: &Files, after: &Files) -> String {
    let mut text = String::new();
    for (path, new) in after.iter().filter(|(path, new)| before.get(*path) != Some(new)) {
        let _ = write!(text, "+++ {path}\n{new}");
    }
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        let _ = writeln!(text, "xxx {path}");
    }
    text
}

/// What holds for every result: nothing new is unresolved, and every name that went
/// means the definition that stayed.
pub(crate) fn sound(before: &Index, after: &Files, decisions: &[Decision]) -> Result<(), String> {
    let index = index(after);
    let known = before.unresolved();
    if let Some(new) = index.unresolved().iter().find(|name| !known.contains(*name)) {
        return Err(format!("{new} does not resolve any more"));
    }
    for decision in decisions {
        let gone: Vec<DefinitionId>;
        let (stays, goes) = match decision {
            Decision::Redirect { canonical, copies, .. } => (before.dotted(*canonical), copies),
            Decision::Extract { source, members, module, .. } => {
                (format!("{module}.{}", before.definition(*source).name), members)
            }
            Decision::PullUp { source, members, base } => {
                inherits(before, &index, *source, members, &before.dotted(*base))?;
                continue;
            }
            Decision::NewBase(Inherited { source, members, class, module, .. }) => {
                inherits(before, &index, *source, members, &format!("{module}.{class}"))?;
                continue;
            }
            Decision::Merge(Merged { canonical, copies, .. }) => {
                gone = copies.iter().map(|(copy, _)| *copy).collect();
                (before.dotted(*canonical), &gone)
            }
            // The names stay what they are: functions of their modules.
            Decision::Parameterise { .. }
            | Decision::Delegate { .. }
            | Decision::Branch { .. }
            | Decision::Append(_)
            | Decision::Constant(_)
            | Decision::Rename(_)
            | Decision::Shim { .. }
            | Decision::DeleteModule { .. }
            | Decision::Fix(_) => continue,
        };
        let stays = index.definition_named(&stays).ok_or(format!("{stays} is gone"))?;
        for gone in goes {
            let module = &before.module(gone.module).path;
            let module = index.module_at(module).ok_or(format!("{module} is gone"))?;
            let name = &before.definition(*gone).name;
            let meaning = index.resolve(module, name);
            let value = Resolution::Value {
                module: stays.module,
                name: index.definition(stays).name.clone(),
            };
            // Nobody asks for the name of a private copy that is deleted: that nothing new is
            // unresolved was looked at above.
            let is_deleted = name.starts_with('_')
                && index.module(module).facts.bindings_of(name).next().is_none();
            if meaning != [Resolution::Definition(stays)] && meaning != [value] && !is_deleted {
                return Err(format!("{name} means {meaning:?}"));
            }
        }
    }
    Ok(())
}

/// The base has the method as it was, and the classes find it there.
fn inherits(
    before: &Index,
    after: &Index,
    source: DefinitionId,
    members: &[DefinitionId],
    base: &str,
) -> Result<(), String> {
    let method = before.definition(source);
    let moved = format!("{base}.{}", method.name);
    let id = after.definition_named(&moved).ok_or(format!("{moved} is not there"))?;
    let now = after.definition(id);
    if (now.statements, &now.signature) != (method.statements, &method.signature) {
        return Err(format!("{moved} is not what moved"));
    }
    let hierarchy = Hierarchy::new(after);
    for member in members {
        let gone = before.dotted(*member);
        if after.definition_named(&gone).is_some() {
            return Err(format!("{gone} is still there"));
        }
        let class = gone.rsplit_once('.').map_or("", |(class, _)| class);
        let class = after.definition_named(class).ok_or(format!("{class} is gone"))?;
        let providers = hierarchy.providers(after, class);
        let first = providers.get(method.name.as_str()).and_then(|found| found.first().copied());
        if first.is_none_or(|first| after.dotted(first) != base) {
            return Err(format!("{gone} is not found in {base}"));
        }
    }
    Ok(())
}
