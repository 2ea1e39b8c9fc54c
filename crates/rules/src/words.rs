//! The words of names, and which of them only qualify.

use ssot_model::RepoPath;

/// Words that say how a thing is made or how new it is, not what it is.
const QUALIFIERS: &[&str] = &[
    "unified",
    "enhanced",
    "modern",
    "optimized",
    "optimised",
    "consolidated",
    "improved",
    "advanced",
    "legacy",
    "old",
    "new",
    "base",
    "simple",
    "basic",
    "generic",
    "default",
    "custom",
    "real",
    "core",
    "main",
    "common",
    "shared",
    "standard",
    "extended",
    "comprehensive",
    "production",
    "prod",
    "refactored",
    "original",
    "backup",
    "copy",
    "temp",
    "tmp",
    "final",
    "ssot",
    "isolated",
    "smart",
    "intelligent",
    "async",
    "sync",
    "asynchronous",
    "synchronous",
    "a",
    "fixed",
    "updated",
    "migrated",
    "canonical",
    "impl",
    "implementation",
    "abstract",
    "the",
    "enterprise",
    "robust",
    "super",
    "deprecated",
    "scoped",
];

/// Words for one and the same role of a class.
const ROLES: &[&[&str]] = &[
    &["manager", "service", "handler", "controller", "coordinator", "orchestrator", "engine"],
    &["factory", "builder", "creator", "maker"],
    &["registry", "catalog", "catalogue", "repository", "store"],
    &["client", "connector", "adapter", "connection"],
    &["config", "configuration", "settings", "options"],
    &["checker", "validator", "verifier"],
    &["emitter", "notifier", "publisher", "broadcaster", "dispatcher"],
    &["monitor", "tracker", "observer", "watcher"],
    &["executor", "runner", "worker"],
];

/// The words of an identifier in lower case: `HTTPServerV2` is `http`, `server`, `v2`.
pub(crate) fn of_name(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_of_name(name, |word| words.push(word.to_owned()));
    words
}

/// Calls with each word of an identifier, in lower case.
pub(crate) fn each_of_name(name: &str, mut each: impl FnMut(&str)) {
    let mut word = String::with_capacity(name.len());
    let mut close = |word: &mut String| {
        if !word.is_empty() {
            each(word);
            word.clear();
        }
    };
    let mut previous: Option<char> = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_is_lower = letters.peek().is_some_and(|next| next.is_lowercase());
        let starts =
            letter.is_uppercase() && previous.is_some_and(|it| !it.is_uppercase() || next_is_lower);
        if !letter.is_alphanumeric() || starts {
            close(&mut word);
        }
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
        } else if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        previous = Some(letter);
    }
    close(&mut word);
}

/// The words of a sentence that carry meaning, without repetition.
pub(crate) fn of_text(text: &str) -> Vec<String> {
    const SHORTEST: usize = 4;
    let mut words: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .flat_map(of_name)
        .filter(|word| word.chars().count() >= SHORTEST)
        .collect();
    words.sort();
    words.dedup();
    words
}

/// Whether a word only says which edition of a thing it is: `v2`, `unified`, `old`.
pub(crate) fn is_qualifier(word: &str) -> bool {
    let version = word.strip_prefix('v').unwrap_or(word);
    QUALIFIERS.contains(&word)
        || !version.is_empty() && version.chars().all(|letter| letter.is_ascii_digit())
}

/// Qualifiers that may well belong to the one implementation of a concept.
const HARMLESS: &[&str] = &[
    "base",
    "core",
    "main",
    "common",
    "shared",
    "standard",
    "generic",
    "default",
    "abstract",
    "async",
    "sync",
    "asynchronous",
    "synchronous",
    "a",
    "the",
    "canonical",
    "simple",
    "basic",
    "custom",
    "real",
    "isolated",
    "super",
    "scoped",
    "production",
    "prod",
];

/// The words of a name that say which edition of a thing it is: `LegacyClientV2` has
/// `legacy` and `v2`.
pub fn editions(name: &str) -> Vec<String> {
    let edition = |word: &String| is_qualifier(word) && !HARMLESS.contains(&word.as_str());
    of_name(name).into_iter().filter(edition).collect()
}

/// The numbers in a name: `OpenStack_1_1_Connection` has `1` and `1`.
pub(crate) fn numbers(name: &str) -> Vec<String> {
    let digits = name.split(|letter: char| !letter.is_ascii_digit());
    digits.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// What a name is about: its words without qualifiers, the role words reduced to
/// one of each kind. Empty when nothing but qualifiers is there.
pub(crate) fn core(name: &str) -> Vec<String> {
    of_name(name)
        .into_iter()
        .filter(|word| !is_qualifier(word))
        .map(|word| match ROLES.iter().find(|role| role.contains(&word.as_str())) {
            Some(role) => role[0].to_owned(),
            None => word,
        })
        .collect()
}

/// Whether a word only says what part something plays: `manager`, `factory`.
pub(crate) fn is_role(word: &str) -> bool {
    ROLES.iter().any(|role| role.contains(&word))
}

/// Whether one of two names has every telling word of the other.
pub(crate) fn are_close(left: &str, right: &str) -> bool {
    let (left, right) = (core(left), core(right));
    let within = |one: &[String], other: &[String]| one.iter().all(|word| other.contains(word));
    within(&left, &right) || within(&right, &left)
}

/// Words that tell a synchronous from an asynchronous face.
const FACES: &[&str] = &["async", "sync", "asynchronous", "synchronous", "aio", "a"];

/// The folders and the stem of a path without those that name a face, and whether there
/// are any: `redis/asyncio/client` and `redis/client` are one.
pub(crate) fn faceless_path(path: &RepoPath) -> (Vec<String>, bool) {
    let parts = path.directory().split('/').chain([path.file_stem()]);
    let plain: Vec<String> = parts
        .clone()
        .filter(|part| {
            let face = part.trim_matches('_');
            face != "asyncio" && (face == "a" || !FACES.contains(&face))
        })
        .map(|part| {
            let words = of_name(part).into_iter();
            words
                .filter(|it| it == "a" || !FACES.contains(&it.as_str()))
                .collect::<Vec<_>>()
                .join("_")
        })
        .collect();
    let written = parts.map(|part| of_name(part).join("_")).collect::<Vec<_>>();
    let has_face = plain != written;
    (plain, has_face)
}

/// Whether two names have words for opposite faces: `AsyncMixin` and `SyncMixin`.
pub(crate) fn are_opposite_faces(left: &str, right: &str) -> bool {
    let faces = |name: &str| -> Vec<bool> {
        let words = of_name(name).into_iter().filter(|word| word.len() > 1);
        let faces = words.filter(|word| FACES.contains(&word.as_str()));
        faces.map(|word| word.starts_with('a')).collect()
    };
    let (left, right) = (faces(left), faces(right));
    matches!((left.as_slice(), right.as_slice()), ([one], [two]) if one != two)
}

/// Whether two names differ in nothing but the words for their face: `get` and
/// `aget`, `Client` and `AsyncClient`, `run` and `run_sync`.
pub(crate) fn are_twins(left: &str, right: &str) -> bool {
    let plain = |name: &str| -> Vec<String> {
        of_name(name).into_iter().filter(|word| !FACES.contains(&word.as_str())).collect()
    };
    let (one, two) = (plain(left), plain(right));
    let prefixed = |short: &str, long: &str| {
        let (short, long) = (short.trim_start_matches('_'), long.trim_start_matches('_'));
        long.strip_prefix('a') == Some(short)
    };
    left != right && !one.is_empty() && one == two || prefixed(left, right) || prefixed(right, left)
}

/// Whether one of two twin names says which face it is.
pub(crate) fn have_face(left: &str, right: &str) -> bool {
    let plain = |name: &str| name.trim_start_matches('_').to_owned();
    plain(left) != plain(right)
}

/// Whether two names have a telling word in common.
pub(crate) fn have_common_word(left: &str, right: &str) -> bool {
    let (left, right) = (core(left), core(right));
    left.iter().any(|word| right.contains(word))
}

/// A name without the words for its face, and without the `a` that stands for
/// `async`; none when nothing is left.
pub(crate) fn faceless(name: &str) -> Option<String> {
    let words: Vec<String> =
        of_name(name).into_iter().filter(|word| !FACES.contains(&word.as_str())).collect();
    let first = words.first()?;
    // `aget` and `get` meet under `get`; `add` goes under `dd`, which harms nobody:
    // the judge compares the names themselves.
    let short = first.strip_prefix('a').filter(|rest| rest.len() > 1).unwrap_or(first);
    Some(
        std::iter::once(short)
            .chain(words[1..].iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// What says that a file is kept for others: its name or its docstring.
pub(crate) fn kept_for_others(path: &RepoPath, summary: &str) -> Option<&'static str> {
    const NAMES: [&str; 5] = ["compat", "compatibility", "shim", "shims", "deprecated"];
    const SENTENCES: [&str; 6] = [
        "backward compat",
        "backwards compat",
        "backward-compat",
        "compatibility layer",
        "compatibility shim",
        "compatibility module",
    ];
    let stem = of_name(path.file_stem());
    let migrates = stem.iter().any(|word| word == "migration")
        && stem.iter().any(|word| word == "adapter" || word == "helper");
    let summary = summary.to_ascii_lowercase();
    if stem.iter().any(|word| NAMES.contains(&word.as_str())) || migrates {
        Some("its name says so")
    } else if SENTENCES.iter().any(|sentence| summary.contains(sentence)) {
        Some("its docstring says so")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{are_twins, core, of_name};

    #[test]
    fn twins_differ_in_their_face_alone() {
        for (left, right, twins) in [
            ("get", "aget", true),
            ("Client", "AsyncClient", true),
            ("run", "run_sync", true),
            ("_load", "_aload", true),
            ("get", "get", false),
            ("Async", "Sync", false),
            ("client", "server", false),
        ] {
            assert_eq!(are_twins(left, right), twins, "{left} {right}");
        }
    }

    #[test]
    fn names_fall_into_words() {
        for (name, words) in [
            ("HTTPServerV2", "http server v2"),
            ("_load_config_old", "load config old"),
            ("UnifiedIDManager", "unified id manager"),
            ("MAX_SIZE", "max size"),
            ("x", "x"),
        ] {
            assert_eq!(of_name(name).join(" "), words, "{name}");
        }
    }

    #[test]
    fn qualifiers_say_nothing_about_the_concept() {
        for (name, words) in [
            ("UnifiedWebSocketManagerV2", "web socket manager"),
            ("EnhancedWebSocketService", "web socket manager"),
            ("LegacyStore", "registry"),
            ("Base", ""),
        ] {
            assert_eq!(core(name).join(" "), words, "{name}");
        }
    }
}
