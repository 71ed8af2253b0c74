//! Properties of the engine on thousands of random instances, against brute force and the independent checker.

mod conflict;
mod explained;
mod levels;
mod random;
mod refusals;
mod replayed;
mod small;
mod tampered;
