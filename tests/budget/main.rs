//! Proof of the budget reader: clean layouts read exactly, injected faults found, hostile files refused, real figures kept.

mod clean;
mod command;
mod faults;
mod hostile;
mod office;
mod real;
mod round_trip;
mod speed;
mod ugly;
