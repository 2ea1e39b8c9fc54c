//! Generated parts of a page stand between two markers; the rest is written by hand.

use std::path::Path;

use anyhow::{Context, Result};

/// Replaces what stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->` in a file.
pub(crate) fn write(path: &Path, name: &str, generated: &str) -> Result<()> {
    let old =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let new = replace(&old, name, generated)
        .with_context(|| format!("{} has no markers `{name}`", path.display()))?;
    std::fs::write(path, new).with_context(|| format!("writing {}", path.display()))
}

fn replace(page: &str, name: &str, generated: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{}\n{end}{after}", generated.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let page = "# Page\n<!-- x:begin -->\nold\n<!-- x:end -->\nby hand\n";
        let new = replace(page, "x", "one\ntwo\n").expect("it has markers");
        assert_eq!(new, "# Page\n<!-- x:begin -->\none\ntwo\n<!-- x:end -->\nby hand\n");
        assert_eq!(replace(&new, "x", "one\ntwo\n").as_deref(), Some(new.as_str()));
        assert_eq!(replace(page, "y", "z"), None);
    }
}
