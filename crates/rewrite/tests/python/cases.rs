//! Every case of `cases/*.txt`: files before, decisions, files after.
//!
//! ```text
//! #### what the case shows
//! > redirect CANONICAL COPY...     (`redirect!` rewrites imports too)
//! > extract PATH MODULE SOURCE MEMBER...
//! > pull-up SOURCE BASE MEMBER...
//! > new-base PATH MODULE CLASS SOURCE MEMBER...
//! > delegate METHOD FUNCTION...
//! > parameterise CANONICAL COPY...
//! > branch CANONICAL COPY FLAG
//! > merge CANONICAL COPY...       (`count` when nobody may see more members)
//! > shim DAY COPY...              (after what removes them)
//! > constant MODULE NAME TEXT
//! > rename DEFINITION NAME [DAY MODULE...] [TEXT...]
//! > delete PATH
//! > absolute PATH LINES                            (`*` for all lines)
//! > drop-shims PATH LINES
//! > substitute PATH LINES PATTERN => REPLACEMENT [; IMPORT]...
//! --- path/of/file/before.py
//! +++ path/of/file/that/changed.py
//! xxx path/of/file/that/is/gone.py
//! ? path:line: why a place stays
//! ! the refusal, when there is one
//! ```
//!
//! Each case also runs with Windows line ends, with a byte order mark and without
//! a final newline; only those bytes may differ.

use crate::support::{Case, check};

const CASES: [&str; 14] = [
    include_str!("cases/redirect.txt"),
    include_str!("cases/extract.txt"),
    include_str!("cases/importers.txt"),
    include_str!("cases/pull_up.txt"),
    include_str!("cases/delegate.txt"),
    include_str!("cases/new_base.txt"),
    include_str!("cases/parameterise.txt"),
    include_str!("cases/merge.txt"),
    include_str!("cases/rename.txt"),
    include_str!("cases/shim.txt"),
    include_str!("cases/sites.txt"),
    include_str!("cases/branch.txt"),
    include_str!("cases/constant.txt"),
    include_str!("cases/layout.txt"),
];

#[test]
fn every_case_gives_its_files() {
    let cases: Vec<Case> = CASES.iter().flat_map(|text| Case::parse_all(text)).collect();
    let failed: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(failed.is_empty(), "{}\n{} of {} failed", failed.join("\n"), failed.len(), cases.len());
}
