//! Tests through HTTP on real PostgreSQL: one binary, an own database per test, personas for clients.
//!
//! The database server is the one of `TEST_DATABASE_URL` (or `DATABASE_URL`); `script/test` starts one.

mod access;
mod accounts;
mod administration;
mod audit;
mod budget;
mod checked_queries;
mod conflicts;
mod demo;
mod duplicates;
mod figures;
mod gate_minutes;
mod gate_templates;
mod gates;
mod home;
mod imports;
mod kept;
mod ledger;
mod live;
mod map;
mod matching_sessions;
mod milestones;
mod money;
mod onward;
mod operations;
mod options;
mod programs;
mod salvage;
mod solutions;
mod support;
mod tagging;
mod tasks;
mod thesaurus;
