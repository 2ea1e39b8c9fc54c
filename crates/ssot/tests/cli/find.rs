//! `ssot find`.

use crate::project::{self, SLUGIFY};
use crate::support::{Repo, git};

#[test]
fn what_is_there_is_found_by_name_signature_and_code() {
    let repo = project::untested();
    let answer = repo.ssot(&["find", "slugify", "--format", "json"]).expect(1).json();
    assert_eq!(answer["answer"], "exists");
    let dotted = |at: usize| answer["matches"][at]["dotted"].as_str().unwrap();
    assert_eq!([dotted(0), dotted(1)], ["shop.export.slugify", "shop.text.slugify"]);
    let told = repo.ssot(&["find", "Slugify"]).expect(1).stdout;
    for words in ["It exists already.", "shop/text.py:4", "A name as part of an address."] {
        assert!(told.contains(words), "{told}");
    }
    let signature = ["find", "--signature", "order_key(name, number)", "--format", "json"];
    let answer = repo.ssot(&signature).expect(1).json();
    assert_eq!(answer["matches"][0]["dotted"], "shop.orders.order_key");
    repo.write("new.txt", SLUGIFY.replace("slugify", "address_part"));
    let answer = repo.ssot(&["find", "--code", "new.txt", "--format", "json"]).expect(1).json();
    assert_eq!(answer["matches"][0]["reasons"][0], "its body is the same");
    let told = repo.ssot(&["find", "brew_coffee"]).expect(0).stdout;
    assert!(told.contains("Nothing like it exists."), "{told}");
}

#[test]
fn what_others_write_right_now_is_found() {
    let repo = project::untested();
    let beside = tempfile::tempdir().unwrap();
    let place = beside.path().join("elsewhere");
    repo.git(&["worktree", "add", "--quiet", "-b", "invoices", place.to_str().unwrap()]);
    let text = "def parse_invoice(text):\n    return text.split()\n";
    std::fs::write(place.join("shop/invoices.py"), text).unwrap();
    let find = ["find", "parse_invoice", "--format", "json"];
    let answer = repo.ssot(&find).expect(1).json();
    let hit = &answer["matches"][0];
    assert_eq!(hit["dotted"], "shop.invoices.parse_invoice");
    assert_eq!(hit["worktree"], "invoices");
    assert_eq!(answer["worktrees"][0]["files"], 1);
    // From there it is at home, and what both have is told once.
    let here = repo.ssot(&["find", "parse_invoice", "-C", place.to_str().unwrap()]).expect(1);
    assert!(!here.stdout.contains("in worktree"), "{}", here.stdout);
    let both = repo.ssot(&["find", "order_key", "--format", "json"]).expect(1).json();
    assert_eq!(both["matches"].as_array().unwrap().len(), 1);
    git(&place, &["add", "--all"]);
    git(&place, &["commit", "--quiet", "--message", "Invoices"]);
    let committed = repo.ssot(&find).expect(1).json();
    assert_eq!(committed["matches"][0]["worktree"], "invoices");
}

#[test]
fn a_question_that_cannot_be_asked_says_why() {
    let repo = Repo::of(&[("a.py", "x = 1\n")]);
    repo.ssot(&["find"]).expect(2).says(&["required"]);
    repo.ssot(&["find", "--"]).expect(2);
    repo.ssot(&["find", "..."]).expect(2).says(&["has no word"]);
    repo.ssot(&["find", "--signature", "def (:"]).expect(2).says(&["is no signature"]);
    repo.ssot(&["find", "--code", "missing.py"]).expect(2).says(&["cannot be read"]);
}
