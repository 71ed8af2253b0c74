//! Places and what stands there.

use uuid::Uuid;

use crate::budget::model::{Kind, Stage};
use crate::kernel::{FiscalYear, Yen};

/// A line of the budget by its meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub year: FiscalYear,
    pub stage: Stage,
    /// Which supplementary budget or round of the adjustment fund; 0 elsewhere.
    pub round: i16,
    pub program: Uuid,
    pub project: Option<Uuid>,
    pub ministry: Option<String>,
    pub kind: Kind,
}

impl Place {
    /// The word in forms and addresses: `2025/initial/0/{program}/{project}/mhlw/initial`, `-` for nothing.
    pub fn code(&self) -> String {
        format!(
            "{}/{}/{}/{}/{}/{}/{}",
            self.year.year(),
            self.stage.code(),
            self.round,
            self.program,
            self.project.map_or_else(|| "-".to_owned(), |id| id.to_string()),
            self.ministry.as_deref().unwrap_or("-"),
            self.kind.code()
        )
    }

    /// Reads [`Place::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        let parts: Vec<&str> = code.split('/').collect();
        let [year, stage, round, program, project, ministry, kind] = parts.as_slice() else { return None };
        Some(Self {
            year: year.parse().ok()?,
            stage: Stage::from_code(stage)?,
            round: round.parse().ok()?,
            program: program.parse().ok()?,
            project: if *project == "-" { None } else { Some(project.parse().ok()?) },
            ministry: (*ministry != "-").then(|| (*ministry).to_owned()),
            kind: Kind::from_code(kind)?,
        })
    }

    /// The same line in the next year, as money carried over.
    pub fn carried_over(&self) -> Self {
        Self { year: self.year.plus(1), kind: Kind::CarryOver, ..self.clone() }
    }
}

/// What stands at a place, or at a line that names no known program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    pub year: FiscalYear,
    pub stage: Stage,
    pub round: i16,
    pub program: Option<Uuid>,
    /// As printed, where the program is not known.
    pub program_name: Option<String>,
    pub project: Option<Uuid>,
    pub ministry: Option<String>,
    pub kind: Kind,
    /// What the version in force says.
    pub printed: Yen,
    /// What applied movements changed.
    pub moved: Yen,
}

impl Balance {
    pub fn amount(&self) -> Yen {
        self.printed + self.moved
    }

    /// The place, where the program is known: only there can money be moved.
    pub fn place(&self) -> Option<Place> {
        Some(Place {
            year: self.year,
            stage: self.stage,
            round: self.round,
            program: self.program?,
            project: self.project,
            ministry: self.ministry.clone(),
            kind: self.kind,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_from_its_code() {
        let place = Place {
            year: FiscalYear::new(2025).unwrap(),
            stage: Stage::Supplementary,
            round: 2,
            program: Uuid::from_u128(7),
            project: None,
            ministry: Some("mhlw".to_owned()),
            kind: Kind::Fund,
        };
        assert_eq!(Place::from_code(&place.code()), Some(place.clone()));
        assert_eq!(place.carried_over().kind, Kind::CarryOver);
        assert!(Place::from_code("2025/initial/0/x/-/-/initial").is_none() && Place::from_code("").is_none());
    }
}
