//! A plan as graphs for other programs to draw.

mod dot;
mod mermaid;

pub(crate) use dot::dot;
pub(crate) use mermaid::mermaid;

#[cfg(test)]
mod tests {
    use ssot_pages::sample::{HOSTILE, plan};

    use super::{dot, mermaid};

    #[test]
    fn each_drawing_shows_the_packages_and_their_order() {
        let (plan, schedule) = plan("Take `x` from shop.b");
        insta::assert_snapshot!("plan_mermaid", mermaid(&plan, &schedule));
        insta::assert_snapshot!("plan_dot", dot(&plan, &schedule));
    }

    #[test]
    fn no_drawing_lets_a_hostile_name_out() {
        let (plan, schedule) = plan(HOSTILE);
        for drawing in [mermaid(&plan, &schedule), dot(&plan, &schedule)] {
            assert!(!drawing.contains('\u{202e}'), "{drawing}");
        }
        let mermaid = mermaid(&plan, &schedule);
        assert!(!mermaid.contains("<script") && !mermaid.contains("x\"]"), "{mermaid}");
        let dot = dot(&plan, &schedule);
        assert!(dot.contains("x\\\"]") && !dot.contains("x\"]"), "{dot}");
    }
}
