//! A scan that was made before.
//!
//! A report depends on the files, the directories around them, the configuration, what
//! was removed before, the day and the program. When all of them are the same the report
//! is read instead of made. One report is kept for each choice of rules.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use ssot_model::{Config, RepoPath, ScanReport};
use ssot_rules::Circumstances;
use ssot_runtime::cache::{Cache, Key};
use ssot_runtime::files::Witness;
use ssot_runtime::program;

use crate::reading::Reading;

/// The form of [`Remembered`].
const FORM: u32 = 1;

/// Where a report is kept, and everything it depends on but the surroundings.
pub(crate) struct Question {
    slot: Key,
    digest: [u8; 32],
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    witness: Witness,
    report: ScanReport,
    /// They are no part of the report's JSON form.
    file_lines: BTreeMap<RepoPath, u32>,
}

impl Question {
    /// None when the program cannot tell itself from another version of itself.
    pub(crate) fn new(
        reading: &Reading,
        config: &Config,
        circumstances: &Circumstances,
        rules: &[String],
    ) -> Option<Self> {
        let program = program::identity()?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&reading.digest());
        hasher.update(format!("{program}\0{config:?}\0{circumstances:?}").as_bytes());
        Some(Self { slot: slot(rules), digest: hasher.finalize().into() })
    }

    /// The report, when it was made before and nothing has changed since.
    pub(crate) fn recall(&self, root: &Path, cache: &Cache) -> Option<ScanReport> {
        let kept = cache.reader().get(&self.slot)?;
        let rest = kept.strip_prefix(self.digest.as_slice())?;
        let remembered: Remembered = serde_json::from_slice(rest).ok()?;
        let same = remembered.witness.holds(root);
        same.then_some(ScanReport { file_lines: remembered.file_lines, ..remembered.report })
    }

    /// Keeps a report that was made of a tree with these surroundings.
    pub(crate) fn remember(&self, cache: &Cache, report: &ScanReport, witness: Witness) {
        let file_lines = report.file_lines.clone();
        let remembered = Remembered { witness, report: report.clone(), file_lines };
        if let Ok(text) = serde_json::to_vec(&remembered) {
            let value = [self.digest.as_slice(), &text].concat();
            // A cache that cannot be written costs time, never a result.
            let _ = cache.put_many([(self.slot, value)]);
        }
    }
}

/// The place of the report of a choice of rules; empty for all.
fn slot(rules: &[String]) -> Key {
    let mut hash = [0; 16];
    hash.copy_from_slice(&blake3::hash(rules.join(",").as_bytes()).as_bytes()[..16]);
    Key::new(hash, u32::MAX - FORM)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the tests build real trees")]

    use std::path::Path;

    use ssot_model::ScanReport;

    use crate::{ScanOptions, scan};

    const BODY: &str = "\
def price(order, rate, discount):
    if rate < 0:
        raise ValueError(rate)
    total = 0
    for line in order:
        amount = line.amount * rate
        if line.discounted:
            amount -= discount
        total += amount
    return round(total, 2)
";

    fn lay(root: &Path, path: &str, text: &str) {
        let place = root.join(path);
        std::fs::create_dir_all(place.parent().expect("parent")).expect("directory");
        std::fs::write(place, text).expect("file");
    }

    fn look(root: &Path, cache: bool, rules: &[&str]) -> ScanReport {
        let rules = rules.iter().map(|rule| (*rule).to_owned()).collect();
        let options = ScanOptions { root: root.to_owned(), config: None, cache, rules };
        scan(&options).expect("a scan")
    }

    /// Scans once, changes something, and says whether the second scan was a memory.
    fn recalls(change: impl FnOnce(&Path), rules: &[&str]) -> bool {
        let root = tempfile::tempdir().expect("temporary directory");
        let root = root.path();
        lay(root, "app/__init__.py", "");
        lay(root, "app/a.py", BODY);
        lay(root, "app/b.py", &format!("import app.native\n{BODY}"));
        look(root, true, &[]);
        // Nobody could tell a true memory from a scan, so the memory is made a false one.
        let state = root.join(".ssot/facts.redb");
        falsify(&state);
        change(root);
        let (seen, fresh) = (look(root, true, rules), look(root, false, rules));
        assert!(seen.lines == 0 || seen == fresh);
        seen.lines == 0
    }

    fn falsify(state: &Path) {
        let (cache, warning) = super::Cache::open(state);
        assert_eq!(warning, None);
        let slot = super::slot(&[]);
        let kept = cache.reader().get(&slot).expect("a report is kept");
        let (digest, rest) = kept.split_at(32);
        let mut remembered: super::Remembered = serde_json::from_slice(rest).expect("its form");
        assert!(!remembered.report.findings.is_empty());
        assert_eq!(remembered.file_lines.len(), 3);
        remembered.report.lines = 0;
        let text = serde_json::to_vec(&remembered).expect("its form");
        cache.put_many([(slot, [digest, &text].concat())]).expect("stored");
    }

    #[test]
    fn a_report_is_made_anew_when_anything_it_rests_on_changed() {
        assert!(recalls(|_| {}, &[]), "nothing changed");
        assert!(recalls(|root| lay(root, "app/a.py", BODY), &[]), "written again, as it was");
        assert!(!recalls(|_| {}, &["exact-clone"]), "other rules");
        for (path, text) in [
            ("app/a.py", "def price(x):\n    return x\n"),
            ("app/c.py", ""),
            ("ssot.toml", "[scan]\nexclude = [\"b.py\"]\n"),
            ("app/native.so", ""),
            (".gitignore", "native.py\n"),
            ("app/pyproject.toml", ""),
        ] {
            assert!(!recalls(|root| lay(root, path, text), &[]), "{path}");
        }
    }
}
