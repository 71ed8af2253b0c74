//! Fluent builders of rows. Only what a test names differs from the defaults.

use nakadachi::portfolio::tasks::{SearchSource, search_document};
use uuid::Uuid;

use super::{TestApp, noon};

pub const P1: &str = "00000000-0000-7000-8000-000000000201";
pub const P2: &str = "00000000-0000-7000-8000-000000000202";
pub const P3: &str = "00000000-0000-7000-8000-000000000203";
pub const PROJECT_1: &str = "00000000-0000-7000-8000-000000000101";
pub const PROJECT_2: &str = "00000000-0000-7000-8000-000000000102";
pub const TOKYO: &str = "00000000-0000-7000-8000-000000000301";
pub const TARO: &str = "00000000-0000-7000-8000-000000000401";

/// A task of program P1, project 1, running R7 to R9 with 13 百万円 a year, not restricted, without tags.
pub struct TaskBuilder<'a> {
    app: &'a TestApp,
    title: String,
    program: &'a str,
    project: &'a str,
    restricted: bool,
    phases: Vec<i16>,
    diseases: Vec<i16>,
    nonpublic: Option<String>,
    years: Vec<(i16, i64)>,
}

impl TestApp {
    pub fn task(&self, title: &str) -> TaskBuilder<'_> {
        TaskBuilder {
            app: self,
            title: title.to_owned(),
            program: P1,
            project: PROJECT_1,
            restricted: false,
            phases: vec![],
            diseases: vec![],
            nonpublic: None,
            years: vec![(2025, 13_000_000), (2026, 13_000_000), (2027, 13_000_000)],
        }
    }
}

impl<'a> TaskBuilder<'a> {
    pub fn program(mut self, program: &'a str, project: &'a str) -> Self {
        (self.program, self.project) = (program, project);
        self
    }

    pub fn restricted(mut self) -> Self {
        self.restricted = true;
        self
    }

    pub fn phases(mut self, ids: &[i16]) -> Self {
        self.phases = ids.to_vec();
        self
    }

    pub fn diseases(mut self, ids: &[i16]) -> Self {
        self.diseases = ids.to_vec();
        self
    }

    pub fn nonpublic(mut self, text: &str) -> Self {
        self.nonpublic = Some(text.to_owned());
        self
    }

    /// Fiscal years with their yen, instead of the default three.
    pub fn years(mut self, years: &[(i16, i64)]) -> Self {
        self.years = years.to_vec();
        self
    }

    pub async fn create(self) -> Uuid {
        let id = Uuid::now_v7();
        let found_by = search_document(&SearchSource { title_ja: &self.title, ..SearchSource::default() });
        let (first, last) = (self.years[0].0, self.years[self.years.len() - 1].0);
        sqlx::query(
            "INSERT INTO tasks (id, program_id, title_ja, institution_id, lead_person_id, starts_on, ends_on, restricted,
                                phase_ids, disease_ids, summary_nonpublic, search_text, search_pairs, title_pairs, created_at,
                                updated_at)
             VALUES ($1, $2::uuid, $3, $4::uuid, $5::uuid, make_date($6, 4, 1), make_date($7 + 1, 3, 31), $8, $9, $10, $11,
                     $12, $13, $14, $15, $15)",
        )
        .bind(id)
        .bind(self.program)
        .bind(&self.title)
        .bind(TOKYO)
        .bind(TARO)
        .bind(i32::from(first))
        .bind(i32::from(last))
        .bind(self.restricted)
        .bind(&self.phases)
        .bind(&self.diseases)
        .bind(&self.nonpublic)
        .bind(&found_by.text)
        .bind(&found_by.pairs)
        .bind(&found_by.title_pairs)
        .bind(noon())
        .execute(&self.app.pool)
        .await
        .expect("creating a task");
        for (year, yen) in &self.years {
            sqlx::query(
                "INSERT INTO task_years (task_id, fiscal_year, program_id, project_id, amount_yen, is_new)
                 VALUES ($1, $2, $3::uuid, $4::uuid, $5, $6)",
            )
            .bind(id)
            .bind(year)
            .bind(self.program)
            .bind(self.project)
            .bind(yen)
            .bind(*year == first)
            .execute(&self.app.pool)
            .await
            .expect("creating a year of a task");
        }
        id
    }
}
