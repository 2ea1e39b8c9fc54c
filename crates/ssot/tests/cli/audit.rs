//! `ssot audit`.

use crate::normal::normal;
use crate::project;

#[test]
fn a_group_is_found_by_name_dotted_name_and_id() {
    let repo = project::tested();
    let by_name = repo.ssot(&["audit", "slugify"]).expect(0).stdout;
    let dotted = repo.ssot(&["audit", "shop.export.slugify"]).expect(0).stdout;
    assert_eq!(by_name, dotted);
    let document = repo.ssot(&["audit", "slugify", "--format", "json"]).expect(0).json();
    let id = document["audits"][0]["finding"]["id"].as_str().unwrap();
    assert_eq!(repo.ssot(&["audit", id]).expect(0).stdout, by_name);
    insta::assert_snapshot!("audit", normal(&by_name, repo.path()));
}

#[test]
fn what_differs_is_shown() {
    let repo = project::tested();
    let text = repo.ssot(&["audit", "Session"]).expect(0).stdout;
    insta::assert_snapshot!("audit_class", normal(&text, repo.path()));
}

#[test]
fn a_page_for_reviews() {
    let repo = project::tested();
    let page = repo.ssot(&["audit", "slugify", "--format", "md"]).expect(0).stdout;
    insta::assert_snapshot!("audit_page", normal(&page, repo.path()));
}

#[test]
fn programs_get_the_choice_and_its_figures() {
    let repo = project::tested();
    let document = repo.ssot(&["audit", "total", "--format", "json"]).expect(0).json();
    assert_eq!(document["schema"], "ssot.audit/1");
    let audit = &document["audits"][0];
    assert_eq!(audit["choice"], "redirect");
    assert_eq!(audit["candidates"].as_array().unwrap().len(), 2);
    assert_eq!(audit["matrix"]["rows"][0]["cells"][0]["state"], "equal");
}

#[test]
fn an_unknown_group_is_refused_with_the_way_out() {
    let repo = project::tested();
    repo.ssot(&["audit", "nothing"]).expect(2).says(&["nothing", "ssot scan"]);
}
