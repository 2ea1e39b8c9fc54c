//! Near copies: functions that are equal but for names and literals, and functions
//! whose statements were edited since they were copied.
//!
//! Functions of one blind hash form a group. Two groups are near when enough of
//! their blind statements stand in the same order; the more statements there are, the
//! smaller the share may be. Who is compared with whom comes from an inverted index
//! over the rarest statements of each group: two groups that are near share at least
//! one of them, so that nothing is lost but what [`candidates`] cuts off.

mod alignment;
mod candidates;

use rustc_hash::{FxHashMap, FxHashSet};
use ssot_facts::Definition;

use alignment::Aligner;
use candidates::Candidates;

/// Smallest share of the longer function's statements that the two have in common.
const LEAST_SHARE: f64 = 0.4;
/// Share from which two functions of any size are near, before what small ones owe.
const NEAR: f64 = 0.24;
/// Statements that two functions may have in common by chance.
const CHANCE: f64 = 3.0;
/// Statements of one function that are compared; the opening of a longer one says enough.
const MOST_LINES: usize = 400;

/// What is compared of a function.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Equal when only names and literals differ.
    pub blind: u64,
    /// How many statements there are.
    pub statements: u32,
    /// Hashes of the blind statements, in order.
    pub lines: &'a [u32],
}

impl<'a> From<&'a Definition> for Form<'a> {
    fn from(definition: &'a Definition) -> Self {
        let Definition { blind, statements, ref shape, .. } = *definition;
        Self { blind, statements, lines: &shape[..shape.len().min(MOST_LINES)] }
    }
}

/// What a near copy is to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kinship {
    /// Equal but for names and literals.
    Renamed,
    /// Statements were edited: share of the longer one's statements in common.
    Edited(f64),
}

/// A function and its near copies.
#[derive(Debug, Clone, PartialEq)]
pub struct Relatives {
    /// The one all others were compared with.
    pub representative: usize,
    /// The others, in order, with what each is to the representative.
    pub members: Vec<(usize, Kinship)>,
}

/// The near copies among some functions.
#[derive(Debug, Clone, Default)]
pub struct NearCopies {
    /// Members of each group, in order.
    groups: Vec<Vec<usize>>,
    /// The group of each function.
    group_of: Vec<usize>,
    /// Near groups with their share, both ways, in order.
    near: FxHashMap<usize, Vec<(usize, f64)>>,
}

impl NearCopies {
    /// Compares all with all, in nearly linear time.
    pub fn find(forms: &[Form<'_>]) -> Self {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut group_of = Vec::with_capacity(forms.len());
        let mut by_blind: FxHashMap<(u64, u32), usize> = FxHashMap::default();
        for (index, form) in forms.iter().enumerate() {
            // Equal size is demanded too, so that not the hash alone decides.
            let group = *by_blind.entry((form.blind, form.statements)).or_insert(groups.len());
            match groups.get_mut(group) {
                Some(members) => members.push(index),
                None => groups.push(vec![index]),
            }
            group_of.push(group);
        }
        let firsts: Vec<&[u32]> = groups.iter().map(|members| forms[members[0]].lines).collect();
        let near = near(&firsts);
        Self { groups, group_of, near }
    }

    /// What two functions are to each other, when they are near copies.
    pub fn kinship(&self, a: usize, b: usize) -> Option<Kinship> {
        let (one, other) = (*self.group_of.get(a)?, *self.group_of.get(b)?);
        if one == other {
            return Some(Kinship::Renamed);
        }
        let near = self.near.get(&one)?;
        let at = near.binary_search_by_key(&other, |(group, _)| *group).ok()?;
        Some(Kinship::Edited(near[at].1))
    }

    /// Families around representatives. Every member is near to the representative
    /// itself, for a chain of small steps can end anywhere.
    pub fn families(&self) -> Vec<Relatives> {
        let near = |group: usize| self.near.get(&group).map_or(&[][..], Vec::as_slice);
        let reach = |group: usize| {
            let others = near(group).iter().map(|(other, _)| self.groups[*other].len());
            others.sum::<usize>() + self.groups[group].len()
        };
        let mut order: Vec<usize> = (0..self.groups.len()).collect();
        order.sort_by_cached_key(|group| (std::cmp::Reverse(reach(*group)), *group));
        let mut taken: FxHashSet<usize> = FxHashSet::default();
        let mut families = Vec::new();
        for group in order {
            if !taken.insert(group) {
                continue;
            }
            let Some((representative, same)) = self.groups[group].split_first() else { continue };
            let mut members: Vec<(usize, Kinship)> =
                same.iter().map(|member| (*member, Kinship::Renamed)).collect();
            for (other, share) in near(group) {
                if taken.insert(*other) {
                    let edited = |member: &usize| (*member, Kinship::Edited(*share));
                    members.extend(self.groups[*other].iter().map(edited));
                }
            }
            if !members.is_empty() {
                members.sort_unstable_by_key(|(member, _)| *member);
                families.push(Relatives { representative: *representative, members });
            }
        }
        families.sort_by_key(|family| family.representative);
        families
    }
}

/// Share of the longer function's statements from which two functions are near.
fn least_share(shorter: u32) -> f64 {
    (NEAR + CHANCE / f64::from(shorter)).max(LEAST_SHARE)
}

/// Fewest statements in common from which two functions of some size are near.
#[expect(clippy::cast_sign_loss, reason = "a share is not negative")]
fn fewest_common(shorter: u32, longer: u32) -> u32 {
    // Rounding must not lose a pair that lies on the line.
    ((least_share(shorter) * f64::from(longer) - 1e-6).ceil() as u32).max(1)
}

/// Near groups, both ways, in order.
fn near(firsts: &[&[u32]]) -> FxHashMap<usize, Vec<(usize, f64)>> {
    let mut near: FxHashMap<usize, Vec<(usize, f64)>> = FxHashMap::default();
    let mut aligner = Aligner::default();
    Candidates::new(firsts).each(|longer, others| {
        aligner.load(firsts[longer]);
        let size = firsts[longer].len() as u32;
        for &other in others {
            let common = aligner.common(firsts[other]);
            if common >= fewest_common(firsts[other].len() as u32, size) {
                let share = f64::from(common) / f64::from(size);
                near.entry(longer).or_default().push((other, share));
                near.entry(other).or_default().push((longer, share));
            }
        }
    });
    for others in near.values_mut() {
        others.sort_by_key(|(other, _)| *other);
    }
    near
}

#[cfg(test)]
mod tests {
    use super::{Form, Kinship, NearCopies};

    /// Functions as texts: a word is a statement.
    fn find(functions: &[&str]) -> NearCopies {
        let hash = |text: &str| xxhash_rust::xxh3::xxh3_64(text.as_bytes());
        let lines: Vec<Vec<u32>> = functions
            .iter()
            .map(|text| text.split(' ').map(|word| hash(word) as u32).collect())
            .collect();
        let form = |(text, lines): (&&str, &'_ Vec<u32>)| (hash(text), lines.len() as u32);
        let sizes: Vec<(u64, u32)> = functions.iter().zip(&lines).map(form).collect();
        let form = |(lines, (blind, statements))| Form { blind, statements, lines };
        let lines = lines.iter().map(Vec::as_slice);
        let forms: Vec<Form<'_>> = lines.zip(sizes).map(form).collect();
        NearCopies::find(&forms)
    }

    #[test]
    fn kinship_follows_order_share_and_size() {
        for (one, other, expected) in [
            ("a b c", "a b c", Some(Kinship::Renamed)),
            // Four of five are not enough for so small a function.
            ("a b c d e", "a b c d x", None),
            ("a b c d e f g h", "a b c d x f g h", Some(Kinship::Edited(0.875))),
            ("a b c d e f g h", "h g f e d c b a", None),
            ("a b c d e f g h i j", "x y z d e f g h i j", Some(Kinship::Edited(0.7))),
            ("a b c d e f g h i j", "u v w x y f g h i j", None),
            // The longer one decides.
            ("a b c d e f", "a b c d e f 1 2 3 4 5 6 7 8 9", None),
            ("a a a a a a a a", "a a a a a a a b", Some(Kinship::Edited(0.875))),
        ] {
            assert_eq!(find(&[one, other]).kinship(0, 1), expected, "{one} / {other}");
            assert_eq!(find(&[other, one]).kinship(0, 1), expected, "{other} / {one}");
        }
    }

    #[test]
    fn a_chain_does_not_make_a_family() {
        // Each is near to its neighbours, the ends have nothing in common.
        let chain = find(&[
            "a b c d e f g h i j",
            "a b c d e f g 1 2 3",
            "4 5 6 d e f g 1 2 3",
            "4 5 6 7 8 9 g 1 2 3",
        ]);
        assert!(chain.kinship(0, 1).is_some() && chain.kinship(1, 2).is_some());
        assert_eq!(chain.kinship(0, 3), None);
        for family in chain.families() {
            for (member, _) in &family.members {
                assert!(chain.kinship(family.representative, *member).is_some());
            }
        }
    }

    #[test]
    fn many_copies_are_one_family() {
        let many = vec!["a b c d e f"; 100_000];
        let families = find(&many).families();
        assert_eq!((families.len(), families[0].members.len()), (1, 99_999));
    }

    #[test]
    fn many_near_copies_stay_bounded() {
        const MANY: usize = 1500;
        let many: Vec<String> = (0..MANY).map(|i| format!("a b c d e f g m{i}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let found = find(&many);
        assert!(found.kinship(0, 1).is_some());
        let pairs = found.near.values().map(Vec::len).sum::<usize>() / 2;
        assert!(pairs <= MANY * super::candidates::MOST_CANDIDATES);
    }
}
