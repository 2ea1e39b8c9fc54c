//! A squarified treemap (Bruls, Huizing, van Wijk 2000) of directories.

use super::directories::Directory;

/// Height of a label, in pixels.
pub(super) const LABEL: f64 = 18.0;
/// Smallest area that is divided further, in square pixels.
const DIVIDED: f64 = 9000.0;
/// Smallest area that is drawn; smaller directories disappear into their parent.
const DRAWN: f64 = 16.0;
/// Space between a group and what is in it, in pixels.
const MARGIN: f64 = 2.0;
/// Levels of directories inside each other.
const DEPTH: usize = 4;

/// Upper bounds of the shares of each colour, and their words.
pub(super) const LEVELS: [(f64, &str); 6] = [
    (0.0, "none"),
    (0.02, "to 2 %"),
    (0.05, "to 5 %"),
    (0.10, "to 10 %"),
    (0.25, "to 25 %"),
    (1.0, "more"),
];

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rect {
    fn area(self) -> f64 {
        self.width * self.height
    }

    /// What is left of it inside a frame with a label on top.
    fn inside(self) -> Self {
        Self {
            x: self.x + MARGIN,
            y: self.y + LABEL,
            width: (self.width - 2.0 * MARGIN).max(0.0),
            height: (self.height - LABEL - MARGIN).max(0.0),
        }
    }
}

/// A directory and where it is drawn.
#[derive(Debug)]
pub(super) struct Tile<'a> {
    /// The directory; for the files right in a divided one, that one.
    pub(super) directory: &'a Directory,
    /// What is written on it.
    pub(super) label: String,
    /// Where it is.
    pub(super) rect: Rect,
    /// Whether others are drawn inside it.
    pub(super) is_group: bool,
    /// Lines and duplicated lines that it stands for.
    figures: (u64, u64),
}

impl Tile<'_> {
    /// The colour.
    pub(super) fn level(&self) -> usize {
        let share = self.figures.1 as f64 / self.figures.0.max(1) as f64;
        LEVELS.iter().position(|(bound, _)| share <= *bound).unwrap_or(LEVELS.len() - 1)
    }
}

/// The tiles of a tree, outer ones before those inside them.
pub(super) fn tiles(root: &Directory, area: Rect) -> Vec<Tile<'_>> {
    let mut tiles = Vec::new();
    divide(root, area, DEPTH, &mut tiles);
    tiles
}

/// Draws what is in a directory.
fn divide<'a>(directory: &'a Directory, area: Rect, depth: usize, tiles: &mut Vec<Tile<'a>>) {
    let below = directory
        .children
        .values()
        .fold((0, 0), |sum: (u64, u64), child| (sum.0 + child.lines, sum.1 + child.duplicated));
    let own = (directory.lines - below.0, directory.duplicated - below.1);
    let mut parts: Vec<(Option<&Directory>, (u64, u64))> = directory
        .children
        .values()
        .map(|child| (Some(child), (child.lines, child.duplicated)))
        .chain([(None, own)])
        .filter(|(_, figures)| figures.0 > 0)
        .collect();
    parts.sort_by_key(|(child, figures)| (std::cmp::Reverse(figures.0), child.map(|it| &it.path)));
    let sizes: Vec<f64> = parts.iter().map(|(_, figures)| figures.0 as f64).collect();
    for ((child, figures), rect) in parts.into_iter().zip(squarified(&sizes, area)) {
        if rect.area() < DRAWN {
            continue;
        }
        let child = child.map(only_child);
        let within =
            child.filter(|_| depth > 1 && rect.area() >= DIVIDED && rect.height > 3.0 * LABEL);
        let within = within.filter(|child| !child.children.is_empty());
        let name = |child: &Directory| {
            let prefix = if directory.path.is_empty() { 0 } else { directory.path.len() + 1 };
            child.path[prefix..].to_owned()
        };
        tiles.push(Tile {
            directory: child.unwrap_or(directory),
            label: child.map_or_else(|| "files".to_owned(), name),
            rect,
            is_group: within.is_some(),
            figures,
        });
        if let Some(child) = within {
            divide(child, rect.inside(), depth - 1, tiles);
        }
    }
}

/// Directories that hold nothing but one other are drawn as one.
fn only_child(directory: &Directory) -> &Directory {
    let mut here = directory;
    while here.children.len() == 1 {
        let child = here.children.values().next().expect("there is one");
        if child.lines != here.lines {
            break;
        }
        here = child;
    }
    here
}

/// Rectangles whose areas are in proportion to `sizes`, the largest first, that fill the
/// area and are as square as they can be.
fn squarified(sizes: &[f64], area: Rect) -> Vec<Rect> {
    let total: f64 = sizes.iter().sum();
    let scale = if total > 0.0 { area.area() / total } else { 0.0 };
    let areas: Vec<f64> = sizes.iter().map(|size| size * scale).collect();
    let mut rects = Vec::with_capacity(areas.len());
    let mut free = area;
    let mut rest = areas.as_slice();
    while !rest.is_empty() {
        let side = free.width.min(free.height);
        let mut taken = 1;
        while taken < rest.len() && worst(&rest[..=taken], side) <= worst(&rest[..taken], side) {
            taken += 1;
        }
        let (row, others) = rest.split_at(taken);
        free = lay(row, free, &mut rects);
        rest = others;
    }
    rects
}

/// The ratio of the least square rectangle of a row along a side.
fn worst(row: &[f64], side: f64) -> f64 {
    let sum: f64 = row.iter().sum();
    let (most, least) =
        row.iter().fold((0.0_f64, f64::MAX), |(most, least), it| (most.max(*it), least.min(*it)));
    let square = side * side;
    (square * most / (sum * sum)).max(sum * sum / (square * least))
}

/// Lays a row along the shorter side; what is left.
fn lay(row: &[f64], free: Rect, rects: &mut Vec<Rect>) -> Rect {
    let sum: f64 = row.iter().sum();
    let is_column = free.width >= free.height;
    let side = if is_column { free.height } else { free.width };
    let depth = if side > 0.0 { sum / side } else { 0.0 };
    let mut at = 0.0;
    for area in row {
        let length = if depth > 0.0 { area / depth } else { 0.0 };
        rects.push(if is_column {
            Rect { x: free.x, y: free.y + at, width: depth, height: length }
        } else {
            Rect { x: free.x + at, y: free.y, width: length, height: depth }
        });
        at += length;
    }
    if is_column {
        Rect { x: free.x + depth, width: (free.width - depth).max(0.0), ..free }
    } else {
        Rect { y: free.y + depth, height: (free.height - depth).max(0.0), ..free }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rect, squarified};

    #[test]
    fn the_example_of_the_paper() {
        let area = Rect { x: 0.0, y: 0.0, width: 6.0, height: 4.0 };
        let sizes = [6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0];
        let rects = squarified(&sizes, area);
        assert_eq!(rects[0], Rect { x: 0.0, y: 0.0, width: 3.0, height: 2.0 });
        assert_eq!(rects[1], Rect { x: 0.0, y: 2.0, width: 3.0, height: 2.0 });
        for (size, rect) in sizes.iter().zip(&rects) {
            assert!((rect.area() - size).abs() < 1e-9, "{rect:?}");
            assert!(rect.x + rect.width < 6.0 + 1e-9 && rect.y + rect.height < 4.0 + 1e-9);
        }
    }

    #[test]
    fn nothing_and_one_are_laid_too() {
        let area = Rect { x: 1.0, y: 1.0, width: 5.0, height: 5.0 };
        assert!(squarified(&[], area).is_empty());
        assert_eq!(squarified(&[3.0], area), [area]);
        let flat = Rect { height: 0.0, ..area };
        assert!(squarified(&[1.0, 2.0], flat).iter().all(|it| it.width.is_finite()));
    }
}
