//! `ssot explain`.

use std::path::Path;

use crate::support::ssot;

#[test]
fn every_rule_has_its_page() {
    let list = ssot(Path::new("/"), &["explain"]).expect(0).stdout;
    insta::assert_snapshot!("explain", list);
    for rule in ["duplicate-definition", "exact-clone", "shadowed-module"] {
        assert!(list.contains(rule));
        let page = ssot(Path::new("/"), &["explain", rule]).expect(0).stdout;
        assert!(page.starts_with(&format!("# {rule}\n")), "{page}");
    }
    ssot(Path::new("/"), &["explain", "nonsense"]).expect(2).says(&["nonsense", "exact-clone"]);
}
