//! Where the duplication is: a map of the directories, and the worst of them in a table.

use std::collections::BTreeMap;

use ssot_model::{ScanReport, covered};

use super::treemap::{self, Rect, Tile};
use crate::markup::{encoded, escaped, gauge};
use crate::words::{add, thousands};

/// Directories in the table.
const WORST: usize = 8;
/// The map on a screen, in pixels.
const WIDE: Rect = Rect { x: 0.0, y: 0.0, width: 1080.0, height: 460.0 };
/// The map on a telephone.
const NARROW: Rect = Rect { x: 0.0, y: 0.0, width: 358.0, height: 420.0 };

/// A directory with all that is below it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Directory {
    /// The path from the root; empty for the root.
    pub(super) path: String,
    /// Lines of all files below it.
    pub(super) lines: u64,
    /// Lines of them that belong to a concept with several sources of truth.
    pub(super) duplicated: u64,
    /// Directories in it.
    pub(super) children: BTreeMap<String, Directory>,
}

impl Directory {
    /// Which share of its lines is duplicated, between 0 and 1.
    pub(super) fn share(&self) -> f64 {
        self.duplicated as f64 / self.lines.max(1) as f64
    }

    /// The directories of a report.
    fn of(report: &ScanReport) -> Self {
        let families = report.violations().filter(|finding| finding.verdict.is_some());
        let duplicated = covered(families.flat_map(|finding| &finding.members));
        let mut root = Self::default();
        for (path, lines) in &report.file_lines {
            let twice = duplicated.get(path).copied().unwrap_or(0).min(*lines);
            root.add(u64::from(*lines), u64::from(twice));
            let mut here = &mut root;
            let parts: Vec<&str> =
                path.directory().split('/').filter(|it| !it.is_empty()).collect();
            for (depth, part) in parts.iter().enumerate() {
                here = here.children.entry((*part).to_owned()).or_default();
                here.path = parts[..=depth].join("/");
                here.add(u64::from(*lines), u64::from(twice));
            }
        }
        root
    }

    fn add(&mut self, lines: u64, duplicated: u64) {
        self.lines += lines;
        self.duplicated += duplicated;
    }

    /// Duplicated lines of the files right in it.
    fn own_duplicated(&self) -> u64 {
        self.duplicated - self.children.values().map(|child| child.duplicated).sum::<u64>()
    }

    fn worst<'a>(&'a self, found: &mut Vec<(&'a Self, u64)>) {
        if self.own_duplicated() > 0 {
            found.push((self, self.own_duplicated()));
        }
        self.children.values().for_each(|child| child.worst(found));
    }
}

/// What becomes of a directory that is chosen.
#[derive(Clone, Copy)]
pub(super) enum Choice<'a> {
    /// The script of the page filters its findings.
    Filter,
    /// It leads to the address that ends in the directory.
    Link(&'a str),
}

/// The section; nothing when the report does not know its files.
pub(super) fn section(report: &ScanReport, choice: Choice<'_>) -> String {
    let root = Directory::of(report);
    if root.lines == 0 {
        return String::new();
    }
    let mut levels = String::new();
    for (at, (_, label)) in treemap::LEVELS.iter().enumerate() {
        add(&mut levels, format!("<li><i class=\"d{at}\"></i>{label}</li>"));
    }
    format!(
        "<section aria-labelledby=\"map-title\">\n<h2 id=\"map-title\">Where it is</h2>\n\
         <p class=\"lead\">A directory is as large as its lines; the colour is the share of them that belongs to \
         a concept with several sources of truth. Choose one to see its findings.</p>\n\
         {}{}<ul class=\"levels\" aria-label=\"Colours\">{levels}</ul>\n{}</section>\n",
        drawing(&root, WIDE, "wide", choice),
        drawing(&root, NARROW, "narrow", choice),
        table(&root, choice),
    )
}

fn drawing(root: &Directory, area: Rect, class: &str, choice: Choice<'_>) -> String {
    let said = match choice {
        Choice::Filter => {
            "role=\"img\" aria-label=\"Map of the directories; the table below names the worst\""
        }
        // What has links in it is no image, and the table leads to the same places.
        Choice::Link(_) => "aria-hidden=\"true\"",
    };
    let mut svg = format!(
        "<svg class=\"map {class}\" viewBox=\"0 0 {} {}\" {said}>\n",
        area.width, area.height
    );
    for tile in treemap::tiles(root, area) {
        svg.push_str(&drawn(&tile, choice));
    }
    svg + "</svg>\n"
}

fn drawn(tile: &Tile<'_>, choice: Choice<'_>) -> String {
    /// Width of a letter of a label, in pixels.
    const LETTER: f64 = 7.2;
    let (rect, directory) = (tile.rect, tile.directory);
    let path = if directory.path.is_empty() { "the root" } else { &directory.path };
    let title = format!(
        "{path}{}: {} of {} lines, {:.1} %",
        if tile.is_group { "/" } else { "" },
        thousands(directory.duplicated),
        thousands(directory.lines),
        directory.share() * 100.0
    );
    let label = if rect.width < 5.0 * LETTER || rect.height < treemap::LABEL {
        String::new()
    } else {
        let (x, y) = (rect.x + 5.0, rect.y + 13.0);
        let label = cut(&tile.label, (rect.width - 10.0) / LETTER);
        format!("<text x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escaped(&label))
    };
    let class = if tile.is_group { "group".to_owned() } else { format!("d{}", tile.level()) };
    let (before, after) = match choice {
        // The table leads there too, and in fewer steps for a keyboard.
        Choice::Link(_) => {
            let href = choice.href(&directory.path);
            (format!("<a href=\"{href}\" tabindex=\"-1\">"), "</a>")
        }
        Choice::Filter => (String::new(), ""),
    };
    format!(
        "{before}<g class=\"{class}\" data-path=\"{}\"><title>{}</title>\
         <rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"2\"/>{label}</g>{after}\n",
        escaped(&directory.path),
        escaped(&title),
        rect.x,
        rect.y,
        rect.width,
        rect.height,
    )
}

impl Choice<'_> {
    /// Where it leads.
    fn href(self, path: &str) -> String {
        match self {
            Self::Filter => String::new(),
            Self::Link(base) if path.is_empty() => escaped(base),
            Self::Link(base) => format!("{}{}/", escaped(base), encoded(path)),
        }
    }
}

/// A text of at most so many letters.
fn cut(text: &str, letters: f64) -> String {
    if text.chars().count() as f64 <= letters {
        return text.to_owned();
    }
    let fits = |(at, _): &(usize, char)| (at + 2) as f64 <= letters;
    text.chars().enumerate().take_while(fits).map(|(_, letter)| letter).chain(['…']).collect()
}

fn table(root: &Directory, choice: Choice<'_>) -> String {
    let mut worst = Vec::new();
    root.worst(&mut worst);
    worst.sort_by_key(|(directory, lines)| (std::cmp::Reverse(*lines), &directory.path));
    let most = worst.first().map_or(1, |(_, lines)| *lines).max(1);
    let mut rows = String::new();
    for (directory, lines) in worst.into_iter().take(WORST) {
        let path = escaped(&directory.path);
        let label = if path.is_empty() { "(root)" } else { &path };
        let leads = match choice {
            Choice::Link(_) => format!("<a href=\"{}\">{label}</a>", choice.href(&directory.path)),
            Choice::Filter => format!(
                "<button type=\"button\" class=\"link\" data-path=\"{path}\">{label}</button>"
            ),
        };
        add(
            &mut rows,
            format!(
                "<tr><th scope=\"row\">{leads}</th>\
                 <td class=\"number\">{}</td><td class=\"gauge\" aria-hidden=\"true\">{}</td></tr>\n",
                thousands(lines),
                gauge(lines, most)
            ),
        );
    }
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<table class=\"worst\"><caption>Directories with the most such lines in their own files</caption>\n\
         <thead><tr><th scope=\"col\">directory</th><th scope=\"col\" class=\"number\">lines</th>\
         <td></td></tr></thead>\n<tbody>\n{rows}</tbody></table>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::Directory;
    use crate::sample;

    #[test]
    fn every_line_is_in_all_directories_above_it() {
        let report = sample::report();
        let root = Directory::of(&report);
        let app = &root.children["app"];
        // Eight files with one copy of eight lines each; places do not count.
        assert_eq!((app.path.as_str(), app.duplicated), ("app", 64));
        assert_eq!(root.lines, report.file_lines.values().map(|it| u64::from(*it)).sum::<u64>());
        assert_eq!(root.duplicated, 64 + 30 + 41);
        assert_eq!(app.own_duplicated(), 64);
    }
}
