//! Sets of versions of one module, over their positions among the module's fitting versions.
//!
//! Over positions, and not over semver's order, any set that a constraint selects is exact: Cargo's rule for
//! pre-releases selects sets that are no interval.

use std::fmt;

use pubgrub::VersionSet;

/// A set of positions, or of all positions but some.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Versions {
    /// Whether the positions that are listed are those that the set lacks.
    inverted: bool,
    /// Positions 0 to 63, a bit each.
    low: u64,
    /// Further positions. The last word is never zero, so that equal sets are equal values.
    high: Vec<u64>,
}

impl Versions {
    /// The positions for which `fits` holds, of the first `count`.
    pub(crate) fn select(count: usize, mut fits: impl FnMut(usize) -> bool) -> Versions {
        let mut set = Versions::empty();
        for position in (0..count).filter(|position| fits(*position)) {
            set.insert(position);
        }
        set
    }

    /// Adds a position to a set that is not inverted.
    pub(crate) fn insert(&mut self, position: usize) {
        debug_assert!(!self.inverted);
        let bit = 1 << (position % 64);
        match position / 64 {
            0 => self.low |= bit,
            word => {
                if self.high.len() < word {
                    self.high.resize(word, 0);
                }
                if let Some(word) = self.high.get_mut(word - 1) {
                    *word |= bit;
                }
            }
        }
    }

    /// The positions in ascending order; of an inverted set, those that it lacks.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        std::iter::once(&self.low).chain(&self.high).enumerate().flat_map(|(word, bits)| {
            (0..64).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| word * 64 + bit)
        })
    }

    /// The highest position of a set that is not inverted.
    pub(crate) fn highest(&self) -> Option<usize> {
        debug_assert!(!self.inverted);
        match self.high.last() {
            Some(last) => Some(self.high.len() * 64 + last.ilog2() as usize),
            None => self.low.checked_ilog2().map(|bit| bit as usize),
        }
    }

    /// How many positions are listed.
    pub(crate) fn count(&self) -> u32 {
        self.low.count_ones() + self.high.iter().map(|word| word.count_ones()).sum::<u32>()
    }

    /// Whether the set holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        !self.inverted && self.low == 0 && self.high.is_empty()
    }

    /// Both lists, word by word.
    fn merge(&self, other: &Versions, inverted: bool, op: impl Fn(u64, u64) -> u64) -> Versions {
        let length = self.high.len().max(other.high.len());
        let word = |set: &Versions, at: usize| set.high.get(at).copied().unwrap_or(0);
        let mut high: Vec<u64> = (0..length).map(|at| op(word(self, at), word(other, at))).collect();
        while high.last() == Some(&0) {
            high.pop();
        }
        Versions { inverted, low: op(self.low, other.low), high }
    }
}

impl VersionSet for Versions {
    type V = u32;

    fn empty() -> Versions {
        Versions { inverted: false, low: 0, high: Vec::new() }
    }

    fn singleton(position: u32) -> Versions {
        let mut set = Versions::empty();
        set.insert(position as usize);
        set
    }

    fn complement(&self) -> Versions {
        Versions { inverted: !self.inverted, ..self.clone() }
    }

    fn intersection(&self, other: &Versions) -> Versions {
        match (self.inverted, other.inverted) {
            (false, false) => self.merge(other, false, |a, b| a & b),
            (false, true) => self.merge(other, false, |a, b| a & !b),
            (true, false) => self.merge(other, false, |a, b| !a & b),
            (true, true) => self.merge(other, true, |a, b| a | b),
        }
    }

    fn contains(&self, position: &u32) -> bool {
        let bit = 1 << (position % 64);
        let word = match (position / 64) as usize {
            0 => self.low,
            word => self.high.get(word - 1).copied().unwrap_or(0),
        };
        (word & bit != 0) != self.inverted
    }

    fn is_disjoint(&self, other: &Versions) -> bool {
        self.intersection(other).is_empty()
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.inverted { "all but " } else { "" };
        write!(f, "{sign}{:?}", self.iter().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// A set and the same as a set of the first 200 positions.
    fn sets() -> impl Strategy<Value = (Versions, BTreeSet<u32>)> {
        (prop::collection::btree_set(0u32..200, 0..12), any::<bool>()).prop_map(|(listed, inverted)| {
            let mut set = Versions::empty();
            listed.iter().for_each(|position| set.insert(*position as usize));
            match inverted {
                false => (set, listed),
                true => (set.complement(), (0..200).filter(|position| !listed.contains(position)).collect()),
            }
        })
    }

    proptest! {
        #[test]
        fn sets_behave_as_sets((a, model_a) in sets(), (b, model_b) in sets()) {
            let contained = |set: &Versions| (0..200).filter(|position| set.contains(position)).collect::<BTreeSet<_>>();
            prop_assert_eq!(&contained(&a), &model_a);
            prop_assert_eq!(contained(&a.intersection(&b)), &model_a & &model_b);
            prop_assert_eq!(contained(&a.union(&b)), &model_a | &model_b);
            prop_assert_eq!(a.complement().complement(), a.clone());
            // Within 200 positions two inverted sets may look disjoint; beyond, they never are.
            prop_assert_eq!(a.is_disjoint(&b), a.intersection(&b) == Versions::empty());
            prop_assert_eq!(a.subset_of(&b), a.intersection(&b) == a);
            prop_assert_eq!(a.union(&b), b.union(&a));
            prop_assert_eq!(a.intersection(&b), b.intersection(&a));
        }

        #[test]
        fn positions_are_listed_in_order(listed in prop::collection::btree_set(0usize..300, 0..20)) {
            let set = Versions::select(300, |position| listed.contains(&position));
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), listed.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(set.highest(), listed.last().copied());
            prop_assert_eq!(set.count() as usize, listed.len());
            prop_assert_eq!(set.is_empty(), listed.is_empty());
        }
    }
}
