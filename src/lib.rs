//! Nakadachi (仲立ち, go-between): the working desk of a national medical-research funding agency.
//!
//! Modules in dependency order; arrows only point up this list.

pub mod kernel;
