//! Chance and money for drafts: everything follows from one seed.

use nakadachi::budget::names::Programs;

/// SplitMix64: small, seeded, the same everywhere.
#[derive(Clone, Debug)]
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// A budget in whole thousand yen, as yen.
    pub fn amount(&mut self) -> i64 {
        let scale = *self.pick(&[9_000_u64, 90_000, 900_000, 9_000_000]);
        (1_000 + i64::try_from(self.next() % scale).unwrap()) * 1_000
    }

    /// Some different programs, in the order of the list.
    pub fn programs(&mut self, count: usize) -> Vec<String> {
        let all = Programs::built_in().names().to_vec();
        let mut taken: Vec<usize> = Vec::new();
        while taken.len() < count.min(all.len()) {
            let i = self.below(all.len());
            if !taken.contains(&i) {
                taken.push(i);
            }
        }
        taken.sort_unstable();
        taken.into_iter().map(|i| all[i].clone()).collect()
    }
}
