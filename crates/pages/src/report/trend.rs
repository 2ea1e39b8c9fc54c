//! How the figures went from commit to commit, as a line.

use ssot_model::TrendPoint;

use crate::markup::escaped;
use crate::words::{add, date, short, thousands};

/// The drawing, in pixels.
const WIDTH: f64 = 1080.0;
const HEIGHT: f64 = 190.0;
/// Space for the labels around it.
const LEFT: f64 = 46.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 26.0;
/// Points that are drawn, the latest ones.
const POINTS: usize = 120;
/// Rows of the table below the drawing.
const ROWS: usize = 20;

/// The names of the lines.
const LEGEND: &str = "<ul class=\"levels\" aria-label=\"Lines\">\
    <li><i class=\"concepts\"></i>concepts with several sources of truth</li>\
    <li><i class=\"rules\"></i>broken rules about places</li></ul>\n";

/// What a line shows of a point.
type Value = fn(&TrendPoint) -> u32;

/// The section. Only points of the latest configuration compare; a line needs two.
pub(super) fn section(history: &[TrendPoint]) -> String {
    let Some(last) = history.last() else { return String::new() };
    let points: Vec<&TrendPoint> =
        history.iter().filter(|point| point.config == last.config).collect();
    let points = &points[points.len().saturating_sub(POINTS)..];
    let body = if points.len() < 2 {
        "<p class=\"lead\">The line begins with the second commit that is scanned.</p>\n".to_owned()
    } else {
        format!("{}{LEGEND}{}", drawing(points), table(points))
    };
    format!(
        "<section aria-labelledby=\"trend-title\">\n<h2 id=\"trend-title\">How it went</h2>\n{body}</section>\n"
    )
}

fn drawing(points: &[&TrendPoint]) -> String {
    let most = points.iter().map(|point| point.concepts().max(point.places())).max().unwrap_or(0);
    let most = round(most.max(1));
    let place = |at: usize, value: u32| {
        let across = at as f64 / (points.len() - 1) as f64;
        let up = f64::from(value) / f64::from(most);
        (LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM))
    };
    let mut svg = format!(
        "<svg class=\"trend\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Concepts with several sources of truth, and broken rules, by commit\">\n"
    );
    for value in [0, most / 2, most] {
        let (_, y) = place(0, value);
        let (end, label) = (WIDTH - RIGHT, y + 4.0);
        add(
            &mut svg,
            format!(
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{end}\"/>\
                 <text x=\"{}\" y=\"{label:.1}\" text-anchor=\"end\">{}</text>\n",
                LEFT - 8.0,
                thousands(u64::from(value))
            ),
        );
    }
    let lines: [(&str, Value); 2] =
        [("concepts", TrendPoint::concepts), ("rules", TrendPoint::places)];
    for (class, value) in lines {
        if points.iter().all(|point| value(point) == 0) {
            continue;
        }
        let places: Vec<String> = points
            .iter()
            .enumerate()
            .map(|(at, point)| place(at, value(point)))
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        add(&mut svg, format!("<polyline class=\"{class}\" points=\"{}\"/>\n", places.join(" ")));
        for (at, point) in points.iter().enumerate() {
            let (x, y) = place(at, value(point));
            let commit = escaped(short(&point.commit));
            add(
                &mut svg,
                format!(
                    "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\">\
                     <title>{} {commit}: {} {class}</title></circle>\n",
                    date(point.at),
                    thousands(u64::from(value(point)))
                ),
            );
        }
    }
    let (first, last) = (points[0], points[points.len() - 1]);
    let (y, end) = (HEIGHT - 6.0, WIDTH - RIGHT);
    add(
        &mut svg,
        format!(
            "<text x=\"{LEFT}\" y=\"{y}\">{}</text>\
             <text x=\"{end}\" y=\"{y}\" text-anchor=\"end\">{}</text>\n</svg>\n",
            date(first.at),
            date(last.at)
        ),
    );
    svg
}

/// The next number with one digit that is not zero, or with two where the first is one.
fn round(number: u32) -> u32 {
    let mut step = 1;
    while number / step >= 20 {
        step *= 10;
    }
    let rounded = number.div_ceil(step) * step;
    rounded + rounded % 2
}

fn table(points: &[&TrendPoint]) -> String {
    let mut rows = String::new();
    for point in points.iter().rev().take(ROWS) {
        let figures = [
            u64::from(point.concepts()),
            point.removable,
            u64::from(point.places()),
            point.files,
            point.lines,
        ];
        let mut cells = String::new();
        for figure in figures {
            add(&mut cells, format!("<td class=\"number\">{}</td>", thousands(figure)));
        }
        let commit = escaped(short(&point.commit));
        let date = date(point.at);
        add(
            &mut rows,
            format!("<tr><th scope=\"row\">{date} <code>{commit}</code></th>{cells}</tr>\n"),
        );
    }
    let mut heads = String::new();
    for head in ["concepts", "lines that would go", "broken rules", "files", "lines"] {
        add(&mut heads, format!("<th scope=\"col\" class=\"number\">{head}</th>"));
    }
    format!(
        "<details class=\"table\"><summary>The figures</summary><div class=\"scroll\" tabindex=\"0\" \
         role=\"region\" aria-label=\"The figures\"><table>\
         <thead><tr><th scope=\"col\">commit</th>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div></details>\n"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ssot_model::{Timestamp, TrendPoint};

    use super::{round, section};

    fn point(at: i64, config: &str, concepts: u32) -> TrendPoint {
        TrendPoint {
            at: Timestamp(at * 86_400_000),
            commit: "0123456789abcdef".to_owned(),
            config: config.to_owned(),
            files: 9,
            lines: 99,
            removable: 15,
            rules: BTreeMap::from([("exact-clone".to_owned(), concepts)]),
            verdicts: BTreeMap::from([("clone".to_owned(), concepts)]),
        }
    }

    #[test]
    fn the_axis_ends_at_a_number_that_reads() {
        for (number, expected) in [(1, 2), (19, 20), (21, 30), (491, 500), (1001, 1100)] {
            assert_eq!(round(number), expected);
        }
    }

    #[test]
    fn a_line_needs_two_points_of_one_configuration() {
        assert_eq!(section(&[]), "");
        let two = [point(1, "a", 4), point(2, "b", 7)];
        assert!(section(&two).contains("second commit"));
        let drawn = section(&[point(1, "b", 4), point(2, "b", 7)]);
        assert!(
            drawn.contains("polyline class=\"concepts\"")
                && !drawn.contains("polyline class=\"rules\"")
        );
    }
}
