//! The longest common subsequence of lines, sixty-four at a time.

/// Compares one list of lines with many.
#[derive(Debug, Default)]
pub(super) struct Aligner {
    /// Lines of the loaded list with their places, sorted.
    places: Vec<(u32, u32)>,
    /// One bit per loaded line; a cleared bit is a match so far.
    row: Vec<u64>,
    lines: usize,
}

impl Aligner {
    /// Loads the list that others are compared with.
    pub(super) fn load(&mut self, lines: &[u32]) {
        self.places.clear();
        self.places.extend(lines.iter().copied().zip(0..));
        self.places.sort_unstable();
        self.lines = lines.len();
    }

    /// Length of the longest common subsequence with the loaded list (Hyyrö 2004).
    pub(super) fn common(&mut self, other: &[u32]) -> u32 {
        let words = self.lines.div_ceil(64);
        self.row.clear();
        self.row.resize(words, u64::MAX);
        for line in other {
            let first = self.places.partition_point(|(here, _)| here < line);
            let mut matches =
                self.places[first..].iter().take_while(|(here, _)| here == line).peekable();
            if matches.peek().is_none() {
                continue;
            }
            let mut carry = false;
            for (index, word) in self.row.iter_mut().enumerate() {
                let mut mask = 0u64;
                while let Some((_, place)) =
                    matches.next_if(|(_, place)| *place as usize / 64 == index)
                {
                    mask |= 1 << (place % 64);
                }
                let kept = *word & mask;
                let (sum, over) = word.overflowing_add(kept);
                let (sum, more) = sum.overflowing_add(u64::from(carry));
                carry = over || more;
                *word = sum | (*word & !mask);
            }
        }
        let in_last = self.lines % 64;
        let last = if in_last == 0 { u64::MAX } else { (1 << in_last) - 1 };
        let matched = |(index, word): (usize, &u64)| {
            let used = if index + 1 == words { last } else { u64::MAX };
            (!word & used).count_ones()
        };
        self.row.iter().enumerate().map(matched).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Aligner;

    /// The textbook way.
    fn slow(a: &[u32], b: &[u32]) -> u32 {
        let mut row = vec![0u32; b.len() + 1];
        for x in a {
            let mut diagonal = 0;
            for (j, y) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
                diagonal = above;
            }
        }
        row[b.len()]
    }

    #[test]
    fn it_agrees_with_the_textbook() {
        let list = |seed: u32, length: usize, kinds: u32| -> Vec<u32> {
            let next = |state: &mut u32| {
                *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                Some((*state >> 16) % kinds)
            };
            let mut state = seed;
            std::iter::from_fn(|| next(&mut state)).take(length).collect()
        };
        let mut aligner = Aligner::default();
        for length in [0, 1, 5, 63, 64, 65, 130, 200] {
            for other in [0, 3, 64, 150] {
                for kinds in [1, 2, 7, 50] {
                    let (a, b) = (list(7, length, kinds), list(11, other, kinds));
                    aligner.load(&a);
                    assert_eq!(aligner.common(&b), slow(&a, &b), "{length} {other} {kinds}");
                }
            }
        }
    }
}
