//! Names in workbooks and the records they mean: programs, projects of the right term, ministries.

use std::collections::HashMap;

use uuid::Uuid;

use crate::budget::corrections::ChosenProgram;
use crate::budget::names::{Programs, built_in_aliases, normal};
use crate::budget::vocabulary::{key, ministry, project};
use crate::kernel::FiscalYear;
use crate::portfolio::catalogue::Catalogue;

/// What names are looked up in.
#[derive(Clone, Debug)]
pub struct Reference {
    pub programs: Programs,
    by_name: HashMap<String, Uuid>,
    /// Canonical name, years of its term, id.
    projects: Vec<(String, (i16, i16), Uuid)>,
    ministries: HashMap<String, String>,
}

impl Reference {
    /// From the portfolio's records; `names` are all further names of programs, `chosen` what a person decided for this file.
    pub fn new<'a>(
        catalogue: &Catalogue,
        names: &[(Uuid, String)],
        chosen: impl IntoIterator<Item = &'a ChosenProgram>,
    ) -> Self {
        let mut aliases: HashMap<Uuid, Vec<&str>> = HashMap::new();
        for (program, name) in names {
            aliases.entry(*program).or_default().push(name);
        }
        for choice in chosen {
            aliases.entry(choice.id).or_default().push(&choice.name);
        }
        let own: HashMap<String, Uuid> =
            catalogue.programs.iter().map(|p| (normal(&p.name_ja), p.id)).collect();
        for (name, short) in built_in_aliases() {
            if let Some(id) = own.get(&normal(name)) {
                aliases.entry(*id).or_default().extend(short);
            }
        }
        let programs = Programs::new(catalogue.programs.iter().map(|p| {
            let mut also = aliases.remove(&p.id).unwrap_or_default();
            also.extend(p.abbreviation.as_deref());
            (p.name_ja.as_str(), also)
        }));
        let mut by_name = HashMap::new();
        for p in &catalogue.programs {
            by_name.entry(p.name_ja.clone()).or_insert(p.id);
        }
        let projects = catalogue
            .projects
            .iter()
            .filter_map(|p| {
                let term = catalogue.terms.iter().find(|t| t.id == p.term_id)?;
                let name = project(&p.name_ja).map_or_else(|| key(&p.name_ja), str::to_owned);
                Some((name, (term.first_fy, term.last_fy), p.id))
            })
            .collect();
        let ministries = catalogue
            .ministries
            .iter()
            .map(|m| (ministry(&m.name_ja).unwrap_or(&m.name_ja).to_owned(), m.code.clone()))
            .collect();
        Self { programs, by_name, projects, ministries }
    }

    /// The program of an official name.
    pub fn program(&self, name: &str) -> Option<Uuid> {
        self.by_name.get(name).copied()
    }

    /// The project of this name in the term of a year, else none: a name says nothing about another term's project.
    pub fn project(&self, name: &str, year: FiscalYear) -> Option<Uuid> {
        let is_of = |(first, last): (i16, i16)| (i32::from(first)..=i32::from(last)).contains(&year.year());
        self.projects.iter().find(|(n, years, _)| n == name && is_of(*years)).map(|(_, _, id)| *id)
    }

    /// The code of a ministry.
    pub fn ministry(&self, name: &str) -> Option<&str> {
        self.ministries.get(name).map(String::as_str)
    }
}
