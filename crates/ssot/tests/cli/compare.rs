//! `ssot compare`.

use crate::project;
use crate::support::Repo;

#[test]
fn copies_are_told_from_namesakes() {
    let repo = project::untested();
    let copies = ["compare", "-d", "shop/export.py:slugify", "-d", "shop/text.py:slugify"];
    let told = repo.ssot(&copies).expect(1).stdout;
    for word in ["identical", "99 % sure", "the same structure"] {
        assert!(told.contains(word), "{told}");
    }
    let answer = repo.ssot(&[&copies[..], &["--format", "json"]].concat()).expect(1).json();
    assert_eq!(answer[0]["verdict"], "identical");
    assert_eq!(answer[0]["likeness"]["statements"], 1.0);
}

#[test]
fn a_question_that_cannot_be_answered_says_why() {
    let repo = Repo::of(&[("app/a.py", "def one():\n    return 1\n")]);
    repo.ssot(&["compare", "-d", "app/a.py:one"]).expect(2).says(&["at least two definitions"]);
    repo.ssot(&["compare", "-d", "app/a.py", "-d", "app/a.py:one"]).expect(2).says(&["FILE:NAME"]);
    repo.ssot(&["compare", "-d", "app/a.py:two", "-d", "app/a.py:one"])
        .expect(2)
        .says(&["has no definition `two`"]);
}
