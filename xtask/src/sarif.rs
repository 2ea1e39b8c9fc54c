//! `cargo xtask sarif`: what `ssot scan` and `ssot check` print as SARIF, held against the published schema.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::shell::Run;
use crate::{python, sdist, workspace};

/// Validates the files named after the folder that has the schema and the validator.
const VALIDATE: &str = r#"
import json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder))
import fastjsonschema
schema = json.loads((folder / "sarif-schema.json").read_text(encoding="utf-8"))
# The validator does not know this format; RFC 3986 without its structure.
reference = r"^(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=\-\[\]]|%[0-9A-Fa-f]{2})*$"
validate = fastjsonschema.compile(schema, formats={"uri-reference": reference})
for name in sys.argv[2:]:
    document = json.loads(pathlib.Path(name).read_text(encoding="utf-8"))
    validate(document)
    print(len(document["runs"][0]["results"]))
"#;

/// Names that an address or a message could stumble over.
const FILES: [&str; 4] = ["plain.py", "with space%0A.py", "quote\"<b>#?.py", "[link](1)\\ü.py"];

/// Documents that are validated.
const DOCUMENTS: usize = 4;

const SOURCE: &str = "def key(order):
    parts = [order.name, order.number]
    parts = [str(part) for part in parts]
    parts.sort()
    text = \"-\".join(parts)
    return text
";

/// Scans a repository with difficult names and the demo's sources, and validates.
pub(crate) fn run(root: &Path) -> Result<()> {
    let working = workspace::working("SSOT_BEDS_DIR", ".beds").join("sarif");
    std::fs::create_dir_all(&working).with_context(|| format!("{}", working.display()))?;
    let schema = install(root, &working)?;
    let hostile = working.join("repository");
    sdist::remove(&hostile)?;
    std::fs::create_dir_all(&hostile)?;
    for name in FILES {
        std::fs::write(hostile.join(name), SOURCE)?;
    }
    std::fs::write(hostile.join("broken.py"), "def (:\n")?;
    let mut validate = Run::new(python::INTERPRETER).args(["-c", VALIDATE]).arg(&schema);
    let demo = root.join("demo/steps");
    for (name, command, place) in [
        ("hostile", &["scan", "--all"][..], &hostile),
        ("demo", &["scan", "--all"], &demo),
        ("new", &["check"], &hostile),
    ] {
        validate = validate.arg(told(working.join(format!("{name}.sarif")), command, place)?);
    }
    // What is known stays in the document, as suppressed, beside what is new.
    let accept = ["check", "--accept", "--reason", "known"];
    told(working.join("accepted.sarif"), &accept, &hostile)?;
    std::fs::write(hostile.join("more.py"), SOURCE.replace("key", "code").repeat(2))?;
    std::fs::write(hostile.join("third.py"), SOURCE)?;
    validate = validate.arg(told(working.join("known.sarif"), &["check"], &hostile)?);
    let counts = validate.output().context("the document does not follow the schema")?;
    check(&counts)?;
    eprintln!(
        "sarif: {} results follow the schema",
        counts.split_whitespace().collect::<Vec<_>>().join(" and ")
    );
    Ok(())
}

/// Runs a command that tells in SARIF what it found; the document.
fn told(output: PathBuf, command: &[&str], place: &Path) -> Result<PathBuf> {
    let run = Run::new(workspace::ssot())
        .args(command)
        .args(["--no-cache", "--quiet", "--format", "sarif", "--output"])
        .args([&output, place]);
    let captured = run.captured()?;
    if !matches!(captured.code, Some(0 | 1)) {
        bail!("`{run}` ended with {:?}", captured.code);
    }
    Ok(output)
}

/// A document without results would prove nothing.
fn check(counts: &str) -> Result<()> {
    let counts: Vec<&str> = counts.split_whitespace().collect();
    if counts.len() != DOCUMENTS || counts.contains(&"0") {
        bail!("{DOCUMENTS} documents with results are expected, found {counts:?}");
    }
    Ok(())
}

/// The schema and the validator, each pinned to the byte.
fn install(root: &Path, working: &Path) -> Result<PathBuf> {
    let folder = working.join("packages");
    if folder.join("sarif-schema.json").is_file() && folder.join("fastjsonschema").is_dir() {
        return Ok(folder);
    }
    sdist::remove(&folder)?;
    python::tools(working)?
        .pip(working)
        .args(["install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"])
        .arg("--target")
        .arg(&folder)
        .arg("--requirement")
        .arg(root.join("xtask/sarif.txt"))
        .output()?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn documents_without_results_prove_nothing() {
        assert!(check("4\n12\n1\n2\n").is_ok());
        assert!(check("4\n0\n1\n2\n").is_err());
        assert!(check("4\n").is_err());
    }
}
