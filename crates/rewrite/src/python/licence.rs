//! The notice at the head of a new file, where its neighbours have one.

use ssot_model::RepoPath;

use super::source::SourceFile;
use super::work::Work;

/// Words of which a notice has one.
const WORDS: [&str; 4] = ["copyright", "license", "licence", "spdx"];

/// Neighbours that are read at most.
const READ: usize = 40;

/// The notice that a new file gets: that of the file its text comes from, when nine in ten
/// of the files beside it have the same.
pub(super) fn of_new_module(
    work: &Work<'_>,
    path: &RepoPath,
    origin: &SourceFile,
) -> Option<String> {
    let notice = notice(&origin.text)?;
    let modules = work.index.modules().map(|(_, module)| &module.path);
    let beside = modules.filter(|it| it.directory() == path.directory() && *it != path);
    let (mut same, mut all) = (0, 0);
    for path in beside.take(READ) {
        let bytes = work.bytes(path)?;
        let text = String::from_utf8_lossy(&bytes);
        if !text.trim_start_matches('\u{feff}').trim().is_empty() {
            all += 1;
            same += usize::from(self::notice(&text).as_ref() == Some(&notice));
        }
    }
    (same * 10 >= all * 9).then(|| notice.replace('\n', origin.newline()))
}

/// The comment at the head of a text, what instructs programs aside, if it is a notice.
fn notice(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\u{feff}');
    let instructs = |line: &&str| line.starts_with("#!") || line.contains("coding");
    let lines = text.lines().skip_while(instructs).take_while(|line| line.starts_with('#'));
    let lines: Vec<&str> = lines.map(str::trim_end).collect();
    let notice = lines.join("\n");
    let lower = notice.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word)).then_some(notice)
}
