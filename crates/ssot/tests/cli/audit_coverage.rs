//! `ssot audit --coverage`.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::project;
use crate::support::Repo;

/// The lines of `slugify` that tests execute in `shop/text.py`, and those that none does
/// in `shop/export.py`; its body begins on line 6.
const COVERED: [u32; 5] = [4, 6, 7, 8, 9];
const MISSED: [u32; 2] = [10, 11];

/// Statements executed and in all, and tests, of each member of the group.
fn measured(repo: &Repo, file: &str) -> Vec<(u64, u64, usize)> {
    let args = ["audit", "slugify", "--format", "json", "--coverage", file];
    let document = repo.ssot(&args).expect(0).json();
    let members = document["audits"][0]["coverage"]["members"].as_array().unwrap().clone();
    let of = |it: &Value| {
        let number = |name: &str| it["measured"][name].as_u64().unwrap_or(0);
        (number("covered"), number("lines"), it["tests"].as_array().unwrap().len())
    };
    members.iter().map(of).collect()
}

fn json() -> String {
    let file = |executed: &[u32], contexts: &str| {
        format!(
            "{{\"executed_lines\": {executed:?}, \"missing_lines\": {MISSED:?}, \"contexts\": {{{contexts}}}}}"
        )
    };
    format!(
        "{{\"files\": {{\"shop/text.py\": {}, \"/ci/app/shop/export.py\": {}}}}}",
        file(&COVERED, "\"4\": [\"\"], \"6\": [\"tests/test_shop.py::test_slugify|run\"]"),
        file(&[4], "")
    )
}

fn lcov() -> String {
    let mut text = String::new();
    for (path, executed) in [("shop/text.py", &COVERED[..]), ("shop/export.py", &[4])] {
        let _ = writeln!(text, "TN:\nSF:/ci/{path}");
        for (lines, hits) in [(executed, 1), (&MISSED, 0)] {
            for line in lines {
                let _ = writeln!(text, "DA:{line},{hits}");
            }
        }
        text.push_str("end_of_record\n");
    }
    text
}

/// A data file with the tables that coverage.py documents.
fn data_file(repo: &Repo) -> PathBuf {
    const MAKE: &str = "
import sqlite3, sys
base = sqlite3.connect(sys.argv[1])
base.executescript('''
create table coverage_schema (version integer);
create table file (id integer primary key, path text);
create table context (id integer primary key, context text);
create table line_bits (file_id integer, context_id integer, numbits blob);
create table arc (file_id integer, context_id integer, fromno integer, tono integer);
insert into coverage_schema values (7);
insert into file values (1, '/ci/shop/text.py'), (2, '/ci/shop/export.py');
insert into context values (1, ''), (2, 'test_slugify');
insert into arc values (2, 1, -1, 4);
''')
bits = lambda lines: bytes(sum(1 << n % 8 for n in lines if n // 8 == at) for at in range(2))
base.execute('insert into line_bits values (1, 1, ?)', (bits([4]),))
base.execute('insert into line_bits values (1, 2, ?)', (bits([6, 7, 8, 9]),))
base.commit()
";
    let path = repo.path().join("data.coverage");
    let made = Command::new("python3").args(["-c", MAKE]).arg(&path).status().unwrap();
    assert!(made.success());
    path
}

#[test]
fn what_tests_execute_is_told_and_counts() {
    let repo = project::tested();
    repo.write("cov.json", json());
    repo.write("lcov.info", lcov());
    assert_eq!(measured(&repo, "cov.json"), [(0, 2, 0), (4, 6, 1)]);
    assert_eq!(measured(&repo, "lcov.info"), [(0, 2, 0), (4, 6, 0)]);
    let data = data_file(&repo);
    assert_eq!(measured(&repo, data.to_str().unwrap()), [(0, 6, 0), (4, 6, 1)]);

    let text = repo.ssot(&["audit", "slugify", "--coverage", "cov.json"]).expect(0).stdout;
    let told = text.split("Tests and coverage").nth(1).unwrap();
    assert!(told.contains("4 of 6 statements executed (66 %), by 1 test"), "{told}");
    assert!(told.contains("reached by tests/test_shop.py::test_slugify"), "{told}");
    assert!(told.contains("40  coverage"), "{told}");
    let page = repo.ssot(&["audit", "slugify", "--coverage", "cov.json", "--format", "md"]);
    assert!(page.stdout.contains("| `shop.text.slugify` | 4 of 6 (66 %) |"), "{}", page.stdout);

    // The same from the configuration, where the weight can turn the choice.
    let config = "[test]\ncommand = \"true\"\ncoverage = [\"cov.json\"]\n";
    repo.write("ssot.toml", config);
    let text = repo.ssot(&["audit", "slugify"]).expect(0).stdout;
    assert!(text.contains("redirect shop.export.slugify"), "{text}");
    let swapped =
        json().replace("text.py", "x.py").replace("/ci/app/shop/export.py", "shop/text.py");
    repo.write("cov.json", swapped.replace("x.py", "export.py"));
    repo.write("ssot.toml", format!("{config}[canonical-weights]\ncoverage = 100000\n"));
    let text = repo.ssot(&["audit", "slugify"]).expect(0).stdout;
    assert!(text.contains("redirect shop.text.slugify"), "{text}");
}

#[test]
fn what_cannot_be_used_is_said() {
    let repo = project::tested();
    let audit = |file: &str| repo.ssot(&["audit", "slugify", "--coverage", file]);
    audit("no.json").expect(2).says(&["no.json: "]);
    repo.write("cut.info", "SF:shop/text.py\nDA:1,1\n");
    audit("cut.info").expect(2).says(&["cut.info:2: the record of shop/text.py", "coverage lcov"]);
    repo.write("bad.xml", "<coverage>\n<packages>\n");
    audit("bad.xml").expect(2).says(&["bad.xml:", "coverage xml"]);
    repo.write("bits", b"\x00\xff\xfe");
    audit("bits").expect(2).says(&["bits: it is neither text nor"]);
    repo.write("cut.coverage", b"SQLite format 3\0 and then something else");
    audit("cut.coverage").expect(2).says(&["cut.coverage: the database cannot be read"]);
    repo.write("other.info", "SF:/ci/elsewhere.py\nDA:1,1\nend_of_record\n");
    let text = audit("other.info").expect(0).stdout;
    assert!(text.contains("none of its 1 files is in this repository"), "{text}");
    assert!(text.contains("not measured"), "{text}");
}
