use ssot_facts::{Index, Source, python};
use ssot_model::RepoPath;

use super::{Readings, Row, place, readings, readings_of_rows};

/// `file: executed / missed, line by tests`, one file after the other.
fn told(readings: &Readings) -> String {
    let file = |(path, it): (&String, &super::FileReading)| {
        let tests: Vec<String> = it
            .tests
            .iter()
            .map(|(line, tests)| {
                format!("{line} by {}", tests.iter().cloned().collect::<Vec<_>>().join("+"))
            })
            .collect();
        let missed = it.missed.as_ref().map(|it| format!("{it:?}")).unwrap_or_default();
        format!("{path}: {:?} / {missed} {}", it.executed, tests.join(", ")).trim_end().to_owned()
    };
    readings.files.iter().map(file).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_form_is_understood() {
    for (text, expected) in [
        (
            r#"{"meta": {"format": 3}, "files": {"a.py": {"executed_lines": [1, 2], "summary": {},
                "missing_lines": [3], "excluded_lines": [],
                "contexts": {"1": [""], "2": ["", "tests/test_a.py::test_x|run", "test_y"]}}}}"#,
            "a.py: {1, 2} / {3} 2 by test_y+tests/test_a.py::test_x",
        ),
        (
            "TN:\nSF:a.py\nFN:1,f\nDA:1,1\nDA:2,0,checksum\nLF:2\nend_of_record\n\
             TN:unit\nSF:a.py\nDA:2,4\nBRDA:2,0,0,1\nend_of_record\n",
            "a.py: {1, 2} / {2} 2 by unit",
        ),
        (
            "<?xml version=\"1.0\" ?>\n<!DOCTYPE coverage SYSTEM 'http://x/coverage-04.dtd'>\n\
             <coverage><sources><source>/ci/src</source></sources><packages><package><classes>\
             <class filename=\"p/a.py\"><methods><method><lines><line number=\"9\" hits=\"1\"/>\
             </lines></method></methods><lines><line number=\"1\" hits=\"2\"/>\
             <line number=\"2\" hits=\"0\" branch=\"true\"/></lines></class></classes></package>\
             </packages></coverage>",
            "/ci/src/p/a.py: {1} / {2}",
        ),
    ] {
        assert_eq!(told(&readings(text).expect("it is sound")), expected);
        let marked = format!("\u{feff}{text}");
        assert_eq!(told(&readings(&marked).expect("it is sound")), expected);
    }
    let row = |context: &str, lines: &[u32]| Row {
        file: "a.py".to_owned(),
        context: context.to_owned(),
        lines: lines.to_vec(),
    };
    let rows = readings_of_rows(vec![row("", &[1, 2]), row("t.py::test_x|setup", &[2, 3])]);
    assert_eq!(told(&rows), "a.py: {1, 2, 3} /  2 by t.py::test_x, 3 by t.py::test_x");
}

#[test]
fn damage_has_a_place_and_a_way_out() {
    for (text, line, column, message) in [
        ("", 0, 0, "no coverage data"),
        ("name,lines\n", 0, 0, "no coverage data"),
        ("{\"meta\": {},\n \"totals\": {}}", 2, 14, "missing field `files`"),
        ("{\"files\": {\"a.py\":\n {\"executed_lines\": [1,", 2, 23, "EOF"),
        (
            "{\"files\": {\"a.py\": {\"executed_lines\": [], \"missing_lines\": [], \"contexts\": {\"x\": []}}}}",
            0,
            0,
            "`x` among the contexts of a.py",
        ),
        ("TN:\nSF:a.py\nDA:1,1\n", 3, 0, "does not end"),
        ("SF:a.py\nDA:one,1\n", 2, 0, "a line and a count"),
        ("SF:a.py\nSF:b.py\n", 2, 0, "before the last one has ended"),
        ("TN:\nDA:1,1\n", 2, 0, "in no record"),
        ("TN:\nend_of_record\n", 2, 0, "no record is open"),
        ("<coverage>\n<packages>\n</coverage>", 3, 1, "expected 'packages' tag"),
        ("<html>\n</html>", 1, 1, "not with <coverage>"),
        ("<coverage>\n <class/></coverage>", 2, 2, "no `filename`"),
        (
            "<coverage><class filename='a'><lines>\n<line number='x' hits='1'/></lines></class></coverage>",
            2,
            1,
            "a <line> has",
        ),
    ] {
        let damage = readings(text).expect_err(text);
        assert!(damage.message.contains(message), "{text}: {}", damage.message);
        assert_eq!((damage.line, damage.column), (line, column), "{text}: {}", damage.message);
        assert!(!damage.way_out.is_empty());
    }
}

/// The files that paths mean, and the notes.
fn placed(files: &[&str], paths: &[&str]) -> (Vec<String>, Vec<String>) {
    let source = |path: &&str| Source {
        path: RepoPath::new(path).expect("tests use plain paths"),
        facts: python::extract(b"a = 1\nb = 2\n"),
    };
    let index = Index::build(files.iter().map(source).collect());
    let row = |path: &&str| Row {
        file: (*path).to_owned(),
        context: String::new(),
        // What stands behind a `#` is the line that was executed.
        lines: vec![path.split_once('#').map_or(1, |(_, line)| line.parse().expect("a line"))],
    };
    let mut rows: Vec<Row> = paths.iter().map(row).collect();
    for row in &mut rows {
        row.file = row.file.split('#').next().unwrap_or_default().to_owned();
    }
    let data = place(vec![("c".to_owned(), readings_of_rows(rows))], &index);
    (data.files.keys().map(ToString::to_string).collect(), data.notes)
}

#[test]
fn a_path_means_the_file_with_which_it_agrees_from_the_end() {
    for (files, paths, expected, note) in [
        (&["src/a.py", "b.py"][..], &["src/a.py", "b.py"][..], &["b.py", "src/a.py"][..], ""),
        (&["src/a.py"], &["/builds/app/src/a.py"], &["src/a.py"], ""),
        (&["src/a.py"], &["C:\\ci\\src\\a.py"], &["src/a.py"], ""),
        (&["src/a.py"], &["a.py"], &["src/a.py"], ""),
        (&["src/a.py"], &["./src/a.py"], &["src/a.py"], ""),
        // A name in common is not enough.
        (&["src/a.py"], &["/ci/other/a.py"], &[], "c: none of its 1 files is in this"),
        (&["xa.py"], &["a.py"], &[], "c: none of its 1 files"),
        // `/ci/src/a.py` may be either, unless others say where the root was.
        (&["src/a.py", "a.py"], &["/ci/src/a.py"], &[], "c: /ci/src/a.py may mean more than"),
        (
            &["src/a.py", "a.py", "src/b.py"],
            &["/ci/src/a.py", "/ci/src/b.py"],
            &["src/a.py", "src/b.py"],
            "",
        ),
        (&["src/a.py", "a.py", "c.py"], &["/ci/src/a.py", "/ci/src/c.py"], &["a.py", "c.py"], ""),
        (&["a.py"], &["a.py#9"], &[], "c: a.py had more lines when the tests ran"),
    ] {
        let (found, notes) = placed(files, paths);
        assert_eq!(found, expected, "{files:?} {paths:?}");
        assert_eq!(notes.is_empty(), note.is_empty(), "{notes:?}");
        assert!(notes.iter().all(|it| it.starts_with(note)), "{notes:?}");
    }
}
