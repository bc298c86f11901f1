//! Chance that is the same each time: a stream of numbers for every entity, from the seed and the
//! entity's path. Knows no entity; asks nothing of the clock, the system or other streams.
//!
//! The mixing function is that of splitmix64 (Steele, Lea, Flood 2014), written out here so that no
//! release of a library ever changes the bytes that a seed stands for.

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The dice of one entity.
#[derive(Clone, Debug)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// The dice of the entity that the path names, for example kind, index and month. Two paths, one
    /// of which begins with the other, have different dice.
    pub fn of(seed: u64, path: &[u64]) -> Dice {
        let start = mix(seed ^ GAMMA).wrapping_add(path.len() as u64);
        Dice { state: path.iter().fold(start, |state, part| mix(state.wrapping_add(GAMMA) ^ mix(*part))) }
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
    }

    /// A number from 0 to `n` − 1; 0 where `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        // The high half of a product: its bias is under n / 2^32.
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u32
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// Whether something happens that happens `per_mille` times in a thousand.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// One of several, each as likely. There must be one.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u32) as usize]
    }

    /// One of several, by weight. There must be one with a weight above 0.
    pub fn weighted<'a, T>(&mut self, from: &'a [(u32, T)]) -> &'a T {
        let total = from.iter().map(|(weight, _)| *weight).sum();
        let mut left = self.below(total);
        for (weight, item) in from {
            if left < *weight {
                return item;
            }
            left -= weight;
        }
        &from[from.len() - 1].1
    }
}

fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_a_path_never_changes() {
        let mut dice = Dice { state: 0 };
        // The first numbers of splitmix64 from 0, as its authors print them.
        assert_eq!([dice.bits(), dice.bits()], [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4]);
    }

    #[test]
    fn paths_seeds_and_lengths_have_streams_of_their_own() {
        let first = |seed, path: &[u64]| Dice::of(seed, path).bits();
        let all =
            [first(1, &[]), first(1, &[0]), first(1, &[0, 0]), first(1, &[0, 1]), first(1, &[1, 0]), first(2, &[0])];
        for (i, one) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|other| other != one), "{all:?}");
        }
        assert_eq!(first(1, &[0, 1]), first(1, &[0, 1]));
    }

    #[test]
    fn weights_and_chances_are_kept() {
        let mut dice = Dice::of(1, &[]);
        let mut counts = [0; 3];
        let mut happened = 0;
        for _ in 0..10_000 {
            counts[*dice.weighted(&[(700, 0), (0, 1), (300, 2)])] += 1;
            happened += u32::from(dice.chance(25));
        }
        assert!((6_850..7_150).contains(&counts[0]) && counts[1] == 0, "{counts:?}");
        assert!((200..300).contains(&happened), "{happened}");
        assert!((0..1000).all(|_| (3..=5).contains(&dice.between(3, 5))));
        assert_eq!(dice.below(0), 0);
    }
}
