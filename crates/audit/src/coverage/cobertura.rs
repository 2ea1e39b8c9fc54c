//! Cobertura XML.

use std::collections::BTreeSet;

use roxmltree::{Document, Node, ParsingOptions};

use super::{Damage, FileReading, Readings};

/// Elements of a document beyond which it is not read.
const MOST_NODES: u32 = 50_000_000;

const WAY_OUT: &str = "write it again with the tool that measures, for example `coverage xml`";

pub(super) fn readings(text: &str) -> Result<Readings, Damage> {
    // Cobertura's files name a document type; entities are limited by the reader.
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MOST_NODES, ..Default::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        let at = error.pos();
        let said = error.to_string();
        let message = said.rsplit_once(" at ").map_or(said.as_str(), |(said, _)| said).to_owned();
        Damage { line: at.row as usize, column: at.col as usize, message, way_out: WAY_OUT }
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "coverage" {
        let message = format!("it begins with <{}>, not with <coverage>", root.tag_name().name());
        return Err(damage(&document, root, message));
    }
    let source = only_source(root);
    let mut readings = Readings::default();
    for class in root.descendants().filter(|node| node.has_tag_name("class")) {
        let file = class
            .attribute("filename")
            .ok_or_else(|| damage(&document, class, "a <class> has no `filename`".to_owned()))?;
        let path = match source {
            Some(source) if !is_absolute(file) => format!("{source}/{file}"),
            _ => file.to_owned(),
        };
        let mut reading = FileReading { missed: Some(BTreeSet::new()), ..Default::default() };
        // The lines of the class; those of its methods are among them.
        let lines = class.children().filter(|node| node.has_tag_name("lines"));
        for line in lines.flat_map(|lines| lines.children()).filter(|it| it.has_tag_name("line")) {
            let number = |name| line.attribute(name).and_then(|text| text.parse::<u64>().ok());
            let (Some(at), Some(hits)) = (number("number"), number("hits")) else {
                let message = "a <line> has a `number` and `hits`".to_owned();
                return Err(damage(&document, line, message));
            };
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            if hits > 0 {
                reading.executed.insert(at);
            } else {
                reading.missed.get_or_insert_default().insert(at);
            }
        }
        readings.files.entry(path).or_default().join(reading);
    }
    Ok(readings)
}

/// The directory to which file names are relative, when there is one.
fn only_source<'a>(root: Node<'a, '_>) -> Option<&'a str> {
    let mut sources = root
        .children()
        .filter(|node| node.has_tag_name("sources"))
        .flat_map(|sources| sources.children())
        .filter(|node| node.has_tag_name("source"))
        .filter_map(|node| node.text());
    let first = sources.next()?.trim().trim_end_matches(['/', '\\']);
    (sources.next().is_none() && !first.is_empty()).then_some(first)
}

/// Whether a path begins at a root, as one system or the other writes it.
fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\']) || path.chars().nth(1) == Some(':')
}

fn damage(document: &Document<'_>, node: Node<'_, '_>, message: String) -> Damage {
    let at = document.text_pos_at(node.range().start);
    Damage { line: at.row as usize, column: at.col as usize, message, way_out: WAY_OUT }
}
