//! Chance as an argument: one independent stream per (seed, purpose, index), so that any part of the demo can be
//! made alone, in any order and on any number of threads, and comes out the same.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

/// What a stream is used for; a new purpose never disturbs the draws of the others.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Purpose {
    Cohort = 1,
    Theme = 2,
    Person = 3,
    Money = 4,
    Summary = 5,
    Team = 6,
    Link = 7,
    Call = 8,
    Opinion = 9,
    Id = 10,
    Company = 11,
    Account = 12,
    Milestone = 20,
    Budget = 13,
}

/// A source of random numbers with the few draws that the demo needs.
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of one thing.
    pub fn of(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(((purpose as u64) << 48) ^ index);
        Self(rng)
    }

    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in `0..n`; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        // A 64-bit product: the bias is below 2^-40 for every n used here.
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// Uniform in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// An index, drawn in proportion to its weight. The weights are not all zero.
    pub fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let total: f64 = weights.clone().sum();
        let mut left = self.unit() * total;
        let mut last = 0;
        for (i, weight) in weights.enumerate() {
            if weight > 0.0 {
                last = i;
                if left < weight {
                    return i;
                }
                left -= weight;
            }
        }
        last
    }

    /// Standard normal (Box-Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Fisher-Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.below(i + 1);
            items.swap(i, j);
        }
    }
}

/// Kinds of rows, so that equal indexes of different tables give different ids.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Row {
    Task = 1,
    Person = 2,
    Institution = 3,
    Call = 4,
    Slot = 5,
    Link = 6,
    Opinion = 7,
    User = 8,
    Role = 9,
    Milestone = 20,
    MilestoneChange = 21,
    MilestoneEvidence = 22,
    /// Rounds, proposals, slips and scenarios of money.
    Money = 80,
}

/// A UUIDv7-shaped id from seed, kind and index: ids ascend with the index, so index builds stay sequential.
pub fn row_id(seed: u64, row: Row, index: u64) -> Uuid {
    // Milliseconds of 1 April 2015 onward; one per index keeps the order.
    let millis = 1_427_814_000_000_u64 + index;
    let mut stream = Stream::of(seed, Purpose::Id, ((row as u64) << 40) ^ index);
    let mut noise = [0; 10];
    noise[..8].copy_from_slice(&stream.bits().to_be_bytes());
    noise[8..].copy_from_slice(&stream.bits().to_be_bytes()[..2]);
    uuid::Builder::from_unix_timestamp_millis(millis, &noise).into_uuid()
}
