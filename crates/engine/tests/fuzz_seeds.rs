//! The seeds of the fuzzers, and every input that once broke one, through the functions that
//! are fuzzed.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test that reads seeds")]
#![expect(clippy::print_stdout, reason = "the last line of a failure is the seed")]

use std::fs;
use std::path::Path;

#[path = "../../../fuzz/entries.rs"]
#[expect(unreachable_pub, reason = "a library to the fuzzers, a module here")]
mod entries;

#[test]
fn every_seed_passes() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    for (name, entry) in entries::ENTRIES {
        let mut ran = 0;
        for seed in fs::read_dir(seeds.join(name)).unwrap() {
            let path = seed.unwrap().path();
            println!("{}", path.display());
            entry(&fs::read(path).unwrap());
            ran += 1;
        }
        assert!(ran > 0, "{name} has no seed");
    }
}
