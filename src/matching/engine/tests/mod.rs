//! Properties of the engine on thousands of random instances, against brute force and the independent checker.

mod conflict;
mod random;
mod small;
