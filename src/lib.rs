//! Nakadachi (仲立ち, go-between): the working desk of a national medical-research funding agency.
//!
//! Modules in dependency order; arrows only point up this list.

pub mod kernel;

pub mod config;
pub mod db;

pub mod audit;
pub mod jobs;

pub mod accounts;

pub mod web;

pub mod export;
pub mod portfolio;

pub mod budget;
pub mod milestones;

pub mod gates;
pub mod matching;

pub mod analytics;
pub mod search;

pub mod imports;

pub mod admin;
pub mod home;

pub mod demo;

pub mod app;
pub mod cli;
