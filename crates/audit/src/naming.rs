//! Names for classes that are not there yet.

/// What a class is called that holds what others have in common, the best first.
pub(crate) fn names<'a>(classes: impl Iterator<Item = &'a str>, method: &str) -> Vec<String> {
    let classes: Vec<Vec<&str>> = classes.map(words).collect();
    let of_classes = common(&classes).concat();
    let of_method: String = method.split('_').map(capitalised).collect();
    let named = |stem: String| {
        let stem = stem.strip_suffix("Mixin").unwrap_or(&stem);
        format!("{stem}Mixin")
    };
    [of_classes, of_method].into_iter().filter(|it| !it.is_empty()).map(named).collect()
}

/// What a module is called that holds what others have in common; none when their names
/// say nothing together.
pub(crate) fn shared_module(stems: &[&str]) -> Option<String> {
    let (first, rest) = stems.split_first()?;
    let front: Vec<&str> = first
        .split('_')
        .enumerate()
        .take_while(|(at, word)| rest.iter().all(|stem| stem.split('_').nth(*at) == Some(word)))
        .map(|(_, word)| word)
        .collect();
    let is_word = |stem: &str| !stem.trim_matches('_').contains('_');
    match (front.concat().is_empty(), stems) {
        (false, _) => Some(format!("{}_shared", front.join("_"))),
        (true, [one, two]) if is_word(one) && is_word(two) => Some(format!("{one}_{two}_shared")),
        (true, _) => None,
    }
}

/// `RateWindow` becomes `rate_window`, `HTTPServer` `http_server`.
pub(crate) fn snake_case(name: &str) -> String {
    words(name).iter().map(|word| word.to_lowercase()).collect::<Vec<_>>().join("_")
}

/// The words that all names begin and end with.
fn common<'a>(names: &[Vec<&'a str>]) -> Vec<&'a str> {
    let Some((first, rest)) = names.split_first() else { return Vec::new() };
    let shortest = names.iter().map(Vec::len).min().unwrap_or(0);
    let agree = |at: &dyn Fn(&[&'a str]) -> Option<&'a str>| {
        rest.iter().all(|other| at(other) == at(first))
    };
    let front = (0..shortest).take_while(|it| agree(&|words| words.get(*it).copied())).count();
    let from_end = |words: &[&'a str], it: usize| words.iter().rev().nth(it).copied();
    let back = (0..shortest - front).take_while(|it| agree(&|words| from_end(words, *it))).count();
    first[..front].iter().chain(&first[first.len() - back..]).copied().collect()
}

/// `HTTPServerBase` is `HTTP`, `Server`, `Base`.
fn words(name: &str) -> Vec<&str> {
    let name = name.trim_matches('_');
    let letters: Vec<(usize, char)> = name.char_indices().collect();
    let mut starts = vec![0];
    for at in 1..letters.len() {
        let (before, here) = (letters[at - 1].1, letters[at].1);
        let after = letters.get(at + 1).map(|it| it.1);
        let begins = here.is_uppercase()
            && (!before.is_uppercase() || after.is_some_and(char::is_lowercase));
        if begins || before == '_' {
            starts.push(letters[at].0);
        }
    }
    starts.push(name.len());
    let parts = starts.windows(2).map(|pair| name[pair[0]..pair[1]].trim_end_matches('_'));
    // Numbers of versions say nothing about what several have in common.
    let is_number = |word: &&str| word.chars().all(|letter| letter.is_ascii_digit());
    parts.filter(|word| !word.is_empty() && !is_number(word)).collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::{names, shared_module, snake_case};

    #[test]
    fn modules_are_called_after_what_they_hold() {
        for (name, expected) in [
            ("RateWindow", "rate_window"),
            ("rateWindow", "rate_window"),
            ("LLMMixin", "llm_mixin"),
            ("parse_all", "parse_all"),
            ("_HTTPServerV2", "http_server_v2"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
        for (stems, expected) in [
            (&["acme", "acme"][..], Some("acme_shared")),
            (&["acme_blob", "acme_file", "acme"], Some("acme_shared")),
            (&["acme", "other"], Some("acme_other_shared")),
            (&["acme_blob", "other"], None),
            (&["acme", "other", "third"], None),
        ] {
            assert_eq!(shared_module(stems).as_deref(), expected, "{stems:?}");
        }
    }

    #[test]
    fn names_say_what_the_classes_have_in_common() {
        for (classes, method, expected) in [
            (
                &["AcmeNodeDriver", "OtherNodeDriver"][..],
                "list_all",
                "NodeDriverMixin ListAllMixin",
            ),
            (&["HTTPClient", "HTTPServer"], "close", "HTTPMixin CloseMixin"),
            (&["AcmeBlobLoader", "AcmeFileLoader"], "load", "AcmeLoaderMixin LoadMixin"),
            (&["Queue", "Queue"], "put", "QueueMixin PutMixin"),
            (&["_A", "B"], "_read_all", "ReadAllMixin"),
            (&["Acme_1_0_Link", "Acme_2_0_Link"], "put", "AcmeLinkMixin PutMixin"),
            (&["AMixin", "BMixin"], "run", "Mixin RunMixin"),
            (&["Loader", "LazyLoader"], "run", "LoaderMixin RunMixin"),
        ] {
            let found = names(classes.iter().copied(), method).join(" ");
            assert_eq!(found, expected, "{classes:?}");
        }
    }
}
