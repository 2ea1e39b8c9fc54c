//! The past in `ssot audit`.

use std::fs;

use serde_json::Value;

use crate::harbor;
use crate::project;
use crate::support::{Repo, command, git, ssot};

fn history(document: &Value) -> &Value {
    &document["audits"][0]["history"]
}

#[test]
fn a_fix_that_the_canonical_lacks_is_open_until_somebody_answers() {
    let repo = harbor::repository();
    let config = fs::read_to_string(repo.path().join("ssot.toml")).unwrap();
    let canonical = "[[canonical]]\ndefinition = \"services.billing.payments.split_amount\"\n\
                     reason = \"billing owns money\"\n";
    repo.write("ssot.toml", format!("{config}\n{canonical}"));
    let fix = |repo: &Repo| {
        let audit = repo.ssot(&["audit", "split_amount", "--format", "json"]).expect(0).json();
        let atoms = audit["audits"][0]["ledger"]["entries"][0]["atoms"].as_array().unwrap().clone();
        atoms.into_iter().find(|atom| atom["kind"] == "fix").unwrap()
    };
    let open = fix(&repo);
    assert_eq!(open["state"]["state"], "open");
    assert!(open["text"].as_str().unwrap().contains("Fix split_amount: do not lose"), "{open}");
    assert!(
        open["counterpart"]["nearest"]["place"].as_str().unwrap().starts_with("services/billing/"),
        "{open}"
    );
    let words = ["--by", "Ines", "--reason", "billing rounds by law"];
    let args = [&["audit", "split_amount", "--waive", "fix *"][..], &words].concat();
    repo.ssot(&args).expect(0);
    assert_eq!(fix(&repo)["state"]["by"], "Ines");
}

#[test]
fn the_past_is_told_as_text_and_as_a_page() {
    let repo = harbor::repository();
    let text = repo.ssot(&["audit", "split_amount"]).expect(0).stdout;
    let from = text.find("How it came to this").unwrap();
    insta::assert_snapshot!("audit_history", crate::normal::normal(&text[from..], repo.path()));
    let page = repo.ssot(&["audit", "split_amount", "--format", "md"]).expect(0).stdout;
    let from = page.find("## How it came to this").unwrap();
    insta::assert_snapshot!(
        "audit_history_page",
        crate::normal::normal(&page[from..], repo.path())
    );
}

/// Long enough to be a duplicate.
const BODY: &str = "\
def slugify(text):
    words = text.lower().replace('_', ' ').split()
    joined = '-'.join(word for word in words if word)
    while '--' in joined:
        joined = joined.replace('--', '-')
    if not joined:
        raise ValueError(text)
    return joined.strip('-')
";

#[test]
fn a_moved_and_renamed_file_keeps_its_past() {
    let body = BODY;
    let repo = Repo::of(&[("shop/one.py", body), ("shop/__init__.py", "")]);
    git(repo.path(), &["mv", "shop/one.py", "shop/text.py"]);
    repo.commit(&[("shop/two.py", body)]);
    repo.commit(&[("shop/two.py", "\"\"\"Gone.\"\"\"\n"), ("shop/three.py", body)]);
    let document = repo.ssot(&["audit", "slugify", "--format", "json"]).expect(0).json();
    let copies = history(&document)["copies"].as_array().unwrap();
    let copy = |path: &str| copies.iter().find(|it| it["path"] == path).unwrap();
    assert_eq!(copy("shop/text.py")["introduced"]["path"], "shop/one.py");
    assert_eq!(copy("shop/text.py")["relocations"][0]["from"], "shop/one.py:slugify");
    assert_eq!(copy("shop/three.py")["introduced"]["path"], "shop/two.py");
    let source = &copy("shop/three.py")["introduced"]["source"];
    assert_eq!(source["likeness"], 100);
}

#[test]
fn what_a_message_holds_is_shown_and_not_done() {
    let body = BODY;
    let repo = Repo::of(&[("shop/a.py", body), ("shop/__init__.py", "")]);
    fs::write(repo.path().join("shop/b.py"), body).unwrap();
    git(repo.path(), &["add", "--all"]);
    let author = "--author=_b_ @all <eve@harbor.example>";
    let message = "\u{1b}]0;owned\u{7}\u{1b}[2J <img src=x> | [x](y) `q`\u{202e}";
    git(repo.path(), &["commit", "-q", author, "-m", message]);
    let mut colours = command(repo.path(), &["audit", "slugify"]);
    let output = colours.env("CLICOLOR_FORCE", "1").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("owned"), "{text}");
    for bad in ["\u{1b}]", "\u{7}", "\u{1b}[2J", "\u{202e}"] {
        assert!(!text.contains(bad), "{text:?}");
    }
    let page = repo.ssot(&["audit", "slugify", "--format", "md"]).expect(0).stdout;
    for bad in ["<img", "[x](y)", "@all", "\u{1b}"] {
        assert!(!page.contains(bad), "{page}");
    }
}

#[test]
fn less_is_told_without_git_and_in_a_shallow_clone() {
    let repo = project::tested();
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", repo.path().display());
    git(clone.path(), &["clone", "-q", "--depth=1", &from, "."]);
    let asked = ["audit", "slugify", "--format", "json"];
    let document = ssot(clone.path(), &asked).expect(0).json();
    let notes = history(&document)["notes"].to_string();
    assert!(notes.contains("shallow"), "{notes}");
    assert_eq!(history(&document)["copies"][0]["introduced"]["at_the_boundary"], true);
    fs::remove_dir_all(clone.path().join(".git")).unwrap();
    let document = ssot(clone.path(), &asked).expect(0).json();
    let notes = history(&document)["notes"].to_string();
    assert!(notes.contains("git repository"), "{notes}");
    assert_eq!(history(&document)["commits_read"], 0);
}
