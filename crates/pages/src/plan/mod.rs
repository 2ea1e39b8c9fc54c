//! A plan as pictures: its packages over time, and one page of everything about it.

mod page;
mod svg;

use std::collections::BTreeMap;

use ssot_model::{Package, PackageId, Plan};

pub use page::page;
pub use svg::{drawing, svg};

use crate::words::visible;

/// What a package is called in a drawing.
pub fn label(package: &Package) -> String {
    let team = package.team.as_ref().map_or_else(String::new, |team| format!(" [{team}]"));
    visible(&format!("{} {:?}{team}: {}", package.id, package.priority, package.title))
}

/// From each package to those that wait for it, by their positions.
pub fn arrows(plan: &Plan) -> Vec<(usize, usize)> {
    let places: BTreeMap<&PackageId, usize> =
        plan.packages.iter().enumerate().map(|(at, package)| (&package.id, at)).collect();
    let mut arrows = Vec::new();
    for (to, package) in plan.packages.iter().enumerate() {
        let before = package.depends_on.iter().filter_map(|id| places.get(id));
        arrows.extend(before.map(|from| (*from, to)));
    }
    arrows
}

#[cfg(test)]
mod tests {
    use super::{page, svg};
    use crate::sample::{HOSTILE, plan};

    #[test]
    fn each_drawing_shows_the_packages_and_their_order() {
        let (plan, schedule) = plan("Take `x` from shop.b");
        let (svg, page) = (svg(&plan, &schedule), page("shop", &plan, &schedule));
        for said in ["p01-a", "p02-b", "p03-c", "switched off"] {
            assert!(svg.contains(said) && page.contains(said), "{said}\n{page}");
        }
        assert!(page.contains("light-dark("), "it follows the reader's theme");
    }

    #[test]
    fn no_drawing_lets_a_hostile_name_out() {
        let (plan, schedule) = plan(HOSTILE);
        for drawing in [svg(&plan, &schedule), page(HOSTILE, &plan, &schedule)] {
            assert!(!drawing.contains('\u{202e}') && !drawing.contains("<script"), "{drawing}");
        }
    }
}
