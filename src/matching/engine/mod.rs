//! The assignment engine: exact, proven, and pure (numbers and ids in, a solution with its proof out).
//!
//! Two sides with bounds, a value per allowed pair, ceilings on counts and yen that nest, locks and forbids.
//! [`solve`] answers an [`Instance`] for an [`Objective`]; every answer carries a certificate that
//! `matching::checker`, which shares no code with this module, can verify from instance and answer alone.
//!
//! All arithmetic is on integers: values are billionths ([`SCALE`]), money is whole yen. There is no clock and no
//! randomness here; the same instance gives the same bytes on every machine. Ties go to the first pair by id.

mod best;
mod bottleneck;
mod budget;
mod committee;
mod compare;
mod conflict;
mod explain;
mod flow;
mod instance;
mod json;
mod knapsack;
mod levels;
mod local;
mod margins;
mod network;
mod number;
mod parse;
mod polish;
mod prices;
mod relax;
mod replay;
mod simplex;
mod solution;
mod solve;
mod stable;
mod subgradient;
#[cfg(test)]
mod tests;
mod words;
mod write;

pub use committee::{Item, Reviewer, compose_committee};
pub use compare::{Difference, Move, diff};
pub use explain::{Change, ChangeKind, UnknownId, Why, WhyNot, why, why_not};
pub use instance::{Draft, DraftGroup, Group, Instance, Left, PAIR_LIMIT, Pair, Right};
pub use json::BadInput;
pub use margins::{MARGINAL_YEN, MarginalValue, marginal_values};
pub use number::{MILLIONTH, Price, SCALE, Scaled, VALUE_LIMIT, YEN_LIMIT};
pub use replay::{Replayed, SESSION_FORMAT, SOLVER_VERSION, SessionFile};
pub use solution::{
    BottleneckProof, Branch, Certificate, Conflict, Digested, Limit, Link, Objective, Prices, Proof,
    Solution, StableProof, Status,
};
pub use solve::{Options, solve};
pub use stable::blocking_pairs;
pub use words::Words;
