//! Things that are kept by what they belong to. Knows nothing of what they are.
//!
//! The rows of one person, or of one table, stand together in most files: what belongs to it is
//! looked up once for all of them, and is searched through, as it is little.

use std::collections::BTreeMap;

/// For each `O`, some `V` by `K`.
#[derive(Debug)]
pub(crate) struct Together<O, K, V> {
    all: BTreeMap<O, Vec<(K, V)>>,
    /// Those that the row before belongs to.
    open: Option<(O, Vec<(K, V)>)>,
}

impl<O, K, V> Default for Together<O, K, V> {
    fn default() -> Together<O, K, V> {
        Together { all: BTreeMap::new(), open: None }
    }
}

/// So many of one owner are found by their order.
const MANY: usize = 32;

impl<O: Ord + Copy, K: Ord + Copy, V> Together<O, K, V> {
    /// The value of a key, made where there is none.
    pub(crate) fn of(&mut self, owner: O, key: K, make: impl FnOnce() -> V) -> &mut V {
        if self.open.as_ref().is_none_or(|(open, _)| *open != owner) {
            self.close();
        }
        let (_, own) = self.open.get_or_insert_with(|| (owner, self.all.remove(&owner).unwrap_or_default()));
        // The first ones stand in the order they came in, the others are sorted behind them.
        let few = own.len().min(MANY);
        let index = match own[..few].iter().position(|(known, _)| *known == key) {
            Some(index) => index,
            None => {
                let place = own[few..].binary_search_by(|(known, _)| known.cmp(&key));
                let index = few + place.unwrap_or_else(|index| index);
                if place.is_err() {
                    own.insert(index, (key, make()));
                }
                index
            }
        };
        &mut own[index].1
    }

    /// Forgets what belongs to an owner, if the row before does and all of it is clean. `true` where it
    /// did.
    pub(crate) fn forget(&mut self, owner: &O, is_clean: impl Fn(&V) -> bool) -> bool {
        let forgets =
            self.open.as_ref().is_some_and(|(open, own)| open == owner && own.iter().all(|(_, value)| is_clean(value)));
        if forgets {
            self.open = None;
        }
        forgets
    }

    /// All of them, by owner.
    pub(crate) fn all(&mut self) -> &BTreeMap<O, Vec<(K, V)>> {
        self.close();
        &self.all
    }

    fn close(&mut self) {
        if let Some((owner, mut own)) = self.open.take() {
            own.shrink_to_fit();
            self.all.insert(owner, own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clean_is_forgotten_and_what_is_not_is_kept() {
        let mut counts: Together<u8, u8, bool> = Together::default();
        assert!(!counts.forget(&1, |clean| *clean));
        for (owner, key, clean) in [(1, 1, true), (1, 2, true), (2, 1, true), (2, 2, false), (3, 1, true)] {
            *counts.of(owner, key, || false) = clean;
            if key == 2 {
                assert_eq!(counts.forget(&owner, |clean| *clean), owner == 1);
            }
        }
        assert!(!counts.forget(&2, |clean| *clean));
        assert_eq!(counts.all().keys().copied().collect::<Vec<u8>>(), [2, 3]);
    }

    #[test]
    fn a_value_is_found_again_whoever_came_between() {
        let mut counts: Together<u8, u32, u32> = Together::default();
        for round in 0..3 {
            for owner in [1, 2] {
                for key in (0..100).rev() {
                    let count = counts.of(owner, key, || 0);
                    assert_eq!(*count, round);
                    *count += 1;
                }
            }
        }
        let all = counts.all();
        assert_eq!(all.keys().copied().collect::<Vec<u8>>(), [1, 2]);
        assert!(all.values().all(|own| own.len() == 100 && own.iter().all(|(_, count)| *count == 3)));
    }
}
