//! `cargo xtask new-rule NAME`: the two files and the two lines of a rule.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Where the rules live.
const FOLDER: &str = "crates/rules/src";

/// The name of the rule to write.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// What it is called in findings: words in small letters, joined by `-`
    name: String,
}

/// Writes the skeleton. Its page is its test, which fails until the rule finds something.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let name = options.name.as_str();
    if !is_name(name) {
        bail!("`{name}` is no name of a rule; write words in small letters, joined by `-`");
    }
    let module = name.replace('-', "_");
    let folder = root.join(FOLDER);
    let (code, page) =
        (format!("{FOLDER}/rules/{module}.rs"), format!("{FOLDER}/rules/{module}.md"));
    if root.join(&code).exists() || root.join(&page).exists() {
        bail!("there is a rule `{name}` already");
    }
    let modules = edited(&folder.join("rules.rs"), &format!("pub(crate) mod {module};"))?;
    let registry = edited(&folder.join("lib.rs"), &format!("    rules::{module}::RULE,"))?;
    fs::write(root.join(&code), CODE.replace("NAME", name).replace("MODULE", &module))?;
    fs::write(root.join(&page), PAGE.replace("NAME", name))?;
    fs::write(folder.join("rules.rs"), modules)?;
    fs::write(folder.join("lib.rs"), registry)?;
    println!(
        "{code}\n{page}\n\nWrite the page's examples first; `cargo test -p ssot-rules --test pages` \
         fails until the rule finds them.\nThen `UPDATE_SCHEMA=1 cargo test -p ssot-engine schema`."
    );
    Ok(())
}

fn is_name(name: &str) -> bool {
    name.split('-').all(|word| {
        let mut letters = word.bytes();
        letters.next().is_some_and(|first| first.is_ascii_lowercase())
            && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    })
}

fn edited(path: &Path, line: &str) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
    with_line(&text, line).with_context(|| format!("{}: no list of rules", path.display()))
}

/// The text with a line at its place in the sorted list of lines that begin and end alike.
fn with_line(text: &str, line: &str) -> Option<String> {
    let (head, tail) = match line.split_once("::") {
        Some((head, _)) => (head, "::RULE,"),
        None => ("pub(crate) mod ", ";"),
    };
    let mut lines: Vec<&str> = text.lines().collect();
    let alike = |other: &str| other.starts_with(head) && other.ends_with(tail);
    let first = lines.iter().position(|other| alike(other))?;
    let after = lines[first..].iter().take_while(|other| alike(other) && **other < line).count();
    lines.insert(first + after, line);
    Some(lines.join("\n") + "\n")
}

const CODE: &str = r#"//! What it finds, in one line.

use ssot_model::{Finding, Level};

use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "NAME",
    summary: "What it finds, in one sentence.",
    page: include_str!("MODULE.md"),
    level: Level::Off,
    check,
};

fn check(_scene: &Scene<'_>) -> Vec<Finding> {
    Vec::new()
}
"#;

const PAGE: &str = r"# NAME

What it finds, in one sentence.

## What it finds

Which code, and how it is told from code that looks alike.

## Why it costs

What goes wrong where this is left alone.

## Examples

### The plainest case

```python shop/cart.py
def total(rows):  # -> finding
    return sum(rows)
```

## How it is remediated

What the code looks like afterwards.

## When it stays silent

### The exception that looks most like it

```python shop/cart.py
VAT = 19
```
";

#[cfg(test)]
mod tests {
    use super::{is_name, with_line};

    const MODULES: &str = include_str!("../../crates/rules/src/rules.rs");
    const REGISTRY: &str = include_str!("../../crates/rules/src/lib.rs");

    #[test]
    fn lines_go_where_they_are_sorted() {
        for (text, line, before) in [
            (MODULES, "pub(crate) mod lost_update;", "pub(crate) mod missing_attribute;"),
            (MODULES, "pub(crate) mod a_rule;", "pub(crate) mod backup_file;"),
            (REGISTRY, "    rules::lost_update::RULE,", "    rules::missing_attribute::RULE,"),
            (REGISTRY, "    rules::zoo::RULE,", "];"),
        ] {
            let written = with_line(text, line).expect("there is a list");
            assert!(written.contains(&format!("\n{line}\n{before}\n")), "{line}");
            assert_eq!(written.replacen(&format!("{line}\n"), "", 1), text);
        }
        assert_eq!(with_line("nothing\n", "pub(crate) mod a;"), None);
    }

    #[test]
    fn names_are_words() {
        for (name, holds) in
            [("lost-update", true), ("a1-b", true), ("Lost", false), ("a--b", false), ("", false)]
        {
            assert_eq!(is_name(name), holds, "{name}");
        }
    }
}
