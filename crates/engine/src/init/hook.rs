//! The entry in `.pre-commit-config.yaml`.

const ENTRY: &str = "\
- repo: local
  hooks:
    - id: ssot-check
      name: ssot check
      entry: ssot check --quiet
      language: system
      files: '\\.py$|^ssot\\.toml$|^ssot-baseline\\.json$'
      pass_filenames: false
";

/// A configuration with nothing but our hook.
pub(super) fn fresh() -> String {
    format!("# Run `pre-commit install` once in each clone.\nrepos:\n{}", entry("  "))
}

/// The entry of a list of repositories.
pub(super) fn entry(indent: &str) -> String {
    ENTRY.lines().flat_map(|line| [indent, line, "\n"]).collect()
}

/// Whether a configuration runs the ratchet already.
pub(super) fn is_there(text: &str) -> bool {
    let lines = text.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    lines.into_iter().any(|line| line.contains("ssot check") || line.contains("id: ssot-check"))
}

/// The configuration with our entry behind the last one; none unless the text is
/// plainly one block list that reaches to the end of the file.
pub(super) fn merged(text: &str) -> Option<String> {
    let speaks = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut lines = text.lines().filter(speaks).skip_while(|line| line.trim_end() != "repos:");
    lines.next()?;
    let first = lines.next()?;
    let indent = &first[..first.len() - first.trim_start().len()];
    if !first[indent.len()..].starts_with("- ") || indent.contains('\t') {
        return None;
    }
    // A key at the left edge ends the list.
    let belongs = |line: &str| {
        line.starts_with(&format!("{indent}- ")) || line.starts_with(&format!("{indent} "))
    };
    if !lines.all(belongs) {
        return None;
    }
    let end = if text.ends_with('\n') { "" } else { "\n" };
    Some(format!("{text}{end}{}", entry(indent)))
}

#[cfg(test)]
mod tests {
    use super::{entry, is_there, merged};

    #[test]
    fn an_entry_is_added_where_the_list_plainly_ends() {
        for (text, indent) in [
            ("repos:\n  - repo: local\n    hooks: []\n", "  "),
            ("repos:\n- repo: local\n  hooks:\n  - id: x\n", ""),
            ("# c\nexclude: x\nrepos:\n\n    # c\n    - repo: a\n      rev: b", "    "),
        ] {
            let merged = merged(text).expect("it is plain");
            assert!(merged.starts_with(text), "{merged}");
            assert!(merged.ends_with(&format!("\n{}", entry(indent))), "{merged}");
            assert!(is_there(&merged) && !is_there(text));
        }
        for text in [
            "",
            "repos: []\n",
            "repos:\n",
            "repos:\n  - repo: local\n    hooks: []\nci:\n  skip: []\n",
            "repos:\n  [{repo: local}]\n",
            "repos: # c\n  - repo: local\n",
        ] {
            assert_eq!(merged(text), None, "{text}");
        }
    }
}
