//! Writing one planned task: institutions and people found or made, the task, its years, its ids.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::ImportBatchId;
use crate::kernel::text::fold;
use crate::portfolio::tasks::refresh_search;

use super::model::{Field, InstitutionName, Mapping, PaymentDraft, PersonName, TaskDraft};
use super::plan::Change;

/// One batch being written.
pub struct Writer<'a, 't> {
    pub tx: &'a mut Tx<'t>,
    pub batch: ImportBatchId,
    pub mapping: &'a Mapping,
    pub now: DateTime<Utc>,
    institutions: HashMap<String, Uuid>,
    people: HashMap<String, Uuid>,
    position: i32,
    written: Vec<Uuid>,
}

/// What is kept of one change, to take it back and to tell it.
#[derive(Default)]
struct Kept<'a> {
    before: Option<Value>,
    version: Option<i32>,
    row: Option<u32>,
    changes: &'a [Change],
}

impl<'a, 't> Writer<'a, 't> {
    pub fn new(tx: &'a mut Tx<'t>, batch: ImportBatchId, mapping: &'a Mapping, now: DateTime<Utc>) -> Self {
        Self {
            tx,
            batch,
            mapping,
            now,
            institutions: HashMap::new(),
            people: HashMap::new(),
            position: 0,
            written: Vec::new(),
        }
    }

    /// Inserts a task and gives its id.
    pub async fn insert(&mut self, draft: &TaskDraft) -> sqlx::Result<Uuid> {
        let id = Uuid::now_v7();
        let institution = self.institution_of(draft.institution.as_ref()).await?;
        let lead = self.person_of(draft.lead.as_ref(), institution).await?;
        let (starts_on, ends_on, seen) = draft.period();
        sqlx::query!(
            r#"
            INSERT INTO tasks (id, program_id, stable_number, title_ja, title_en, summary_ja, summary_en, summary_nonpublic,
                               keywords, lead_person_id, institution_id, starts_on, ends_on, period_is_seen, phase_ids,
                               modality_ids, approval_ids, nature_ids, disease_ids, import_batch_id, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21)
            "#,
            id,
            draft.program,
            draft.stable_number,
            draft.title_ja,
            draft.title_en,
            draft.summary_ja,
            draft.summary_en,
            draft.summary_nonpublic,
            &draft.keywords,
            lead,
            institution,
            starts_on,
            ends_on,
            seen,
            &draft.phases,
            &draft.modalities,
            &draft.approvals,
            &draft.natures,
            &draft.diseases,
            self.batch.0,
            self.now
        )
        .execute(&mut **self.tx)
        .await?;
        self.write_years(id, draft).await?;
        self.write_others(id, draft, institution).await?;
        self.write_ids(id, draft).await?;
        self.written.push(id);
        let title = [Change {
            field: Field::TitleJa,
            year: None,
            before: String::new(),
            after: draft.title_ja.clone(),
        }];
        let row = draft.rows.first().copied();
        self.note("task_new", id, Kept { version: Some(1), row, changes: &title, ..Kept::default() }).await?;
        Ok(id)
    }

    /// Overwrites the columns that the file has; what stood before is kept for the undo. False: it is gone or newer.
    pub async fn update(
        &mut self,
        (id, version): (Uuid, i32),
        draft: &TaskDraft,
        changes: &[Change],
    ) -> sqlx::Result<bool> {
        let Some(before) = super::undo::snapshot(self.tx, id, version).await? else { return Ok(false) };
        let institution = self.institution_of(draft.institution.as_ref()).await?;
        let lead = self.person_of(draft.lead.as_ref(), institution).await?;
        let has = |field| self.mapping.has(field);
        sqlx::query!(
            r#"
            UPDATE tasks SET
                program_id = CASE WHEN $2 THEN $3 ELSE program_id END,
                title_ja = CASE WHEN $4 THEN $5 ELSE title_ja END,
                title_en = CASE WHEN $6 THEN $7 ELSE title_en END,
                summary_ja = CASE WHEN $8 THEN $9 ELSE summary_ja END,
                summary_en = CASE WHEN $10 THEN $11 ELSE summary_en END,
                summary_nonpublic = CASE WHEN $12 THEN $13 ELSE summary_nonpublic END,
                keywords = CASE WHEN $14 THEN $15 ELSE keywords END,
                institution_id = CASE WHEN $16 THEN $17 ELSE institution_id END,
                lead_person_id = CASE WHEN $18 THEN $19 ELSE lead_person_id END,
                phase_ids = CASE WHEN $20 THEN $21 ELSE phase_ids END,
                modality_ids = CASE WHEN $22 THEN $23 ELSE modality_ids END,
                disease_ids = CASE WHEN $24 THEN $25 ELSE disease_ids END,
                approval_ids = CASE WHEN $26 THEN $27 ELSE approval_ids END,
                nature_ids = CASE WHEN $28 THEN $29 ELSE nature_ids END,
                stable_number = coalesce($30, stable_number),
                starts_on = least(coalesce($31, starts_on), $33),
                ends_on = greatest(coalesce($32, ends_on), $34),
                version = version + 1, updated_at = $35
            WHERE id = $1
            "#,
            id,
            has(Field::Program),
            draft.program,
            has(Field::TitleJa),
            draft.title_ja,
            has(Field::TitleEn),
            draft.title_en,
            has(Field::SummaryJa),
            draft.summary_ja,
            has(Field::SummaryEn),
            draft.summary_en,
            has(Field::SummaryNonpublic),
            draft.summary_nonpublic,
            has(Field::Keywords),
            &draft.keywords,
            has(Field::Institution),
            institution,
            has(Field::LeadName),
            lead,
            has(Field::Phase),
            &draft.phases,
            has(Field::Modality),
            &draft.modalities,
            has(Field::Disease),
            &draft.diseases,
            has(Field::Approval),
            &draft.approvals,
            has(Field::Nature),
            &draft.natures,
            draft.stable_number,
            draft.starts_on,
            draft.ends_on,
            draft.starts_on.unwrap_or_else(|| draft.period().0),
            draft.ends_on.unwrap_or_else(|| draft.period().1),
            self.now
        )
        .execute(&mut **self.tx)
        .await?;
        self.write_years(id, draft).await?;
        self.write_others(id, draft, institution).await?;
        self.write_ids(id, draft).await?;
        self.written.push(id);
        let row = draft.rows.first().copied();
        let kept = Kept { before: Some(before), version: Some(version + 1), row, changes };
        self.note("task_changed", id, kept).await?;
        Ok(true)
    }

    /// Ends the batch: what was written is found by its new words.
    pub async fn finish(self) -> sqlx::Result<()> {
        refresh_search(self.tx, &self.written).await
    }

    /// Inserts a payment line of a task.
    pub async fn payment(&mut self, task: Uuid, p: &PaymentDraft) -> sqlx::Result<()> {
        let name =
            InstitutionName { name: p.recipient.clone(), corporate_number: p.corporate_number.clone() };
        let institution = self.institution_of(Some(&name)).await?;
        sqlx::query!(
            r#"
            INSERT INTO task_payments (task_id, fiscal_year, institution_id, recipient, chain, kind, amount_yen, source_row,
                                       import_batch_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            "#,
            task,
            p.fiscal_year,
            institution,
            p.recipient,
            p.chain,
            p.kind,
            p.amount,
            p.source_row,
            self.batch.0
        )
        .execute(&mut **self.tx)
        .await?;
        Ok(())
    }

    async fn write_years(&mut self, id: Uuid, draft: &TaskDraft) -> sqlx::Result<()> {
        let first = i16::try_from(chrono::Datelike::year(&draft.period().0)).unwrap_or(i16::MAX);
        for (year, y) in &draft.years {
            sqlx::query!(
                r#"
                INSERT INTO task_years (task_id, fiscal_year, program_id, project_id, task_number, amount_yen, direct_yen,
                                        indirect_yen, is_new)
                SELECT $1, $2, program_id, $3, $4, $5, $6, $7, $8 FROM tasks WHERE id = $1
                ON CONFLICT (task_id, fiscal_year) DO UPDATE
                SET program_id = EXCLUDED.program_id, project_id = coalesce(EXCLUDED.project_id, task_years.project_id),
                    task_number = coalesce(EXCLUDED.task_number, task_years.task_number), amount_yen = EXCLUDED.amount_yen,
                    direct_yen = EXCLUDED.direct_yen, indirect_yen = EXCLUDED.indirect_yen
                "#,
                id,
                *year,
                y.project,
                y.number,
                y.amount,
                y.parts.map(|p| p.0),
                y.parts.map(|p| p.1),
                *year == first
            )
            .execute(&mut **self.tx)
            .await?;
        }
        Ok(())
    }

    async fn write_others(&mut self, id: Uuid, draft: &TaskDraft, lead: Option<Uuid>) -> sqlx::Result<()> {
        if !self.mapping.has(Field::Institutions) {
            return Ok(());
        }
        sqlx::query!("DELETE FROM task_institutions WHERE task_id = $1", id).execute(&mut **self.tx).await?;
        for (position, name) in draft.others.iter().enumerate() {
            let institution = self.institution_of(Some(name)).await?;
            if institution == lead {
                continue;
            }
            sqlx::query!(
                "INSERT INTO task_institutions (task_id, institution_id, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                id,
                institution,
                i16::try_from(position + 1).unwrap_or(i16::MAX)
            )
            .execute(&mut **self.tx)
            .await?;
        }
        Ok(())
    }

    async fn write_ids(&mut self, id: Uuid, draft: &TaskDraft) -> sqlx::Result<()> {
        let systems: Vec<&str> = draft
            .external_id
            .iter()
            .map(|_| "source")
            .chain(draft.payment_rows.iter().map(|_| "payment_row"))
            .collect();
        let ids: Vec<String> = draft.external_id.iter().chain(&draft.payment_rows).cloned().collect();
        sqlx::query!(
            r#"
            INSERT INTO task_external_ids (system, external_id, task_id)
            SELECT system, external_id, $3 FROM unnest($1::text[], $2::text[]) AS ids (system, external_id)
            ON CONFLICT DO NOTHING
            "#,
            &systems as &[&str],
            &ids,
            id
        )
        .execute(&mut **self.tx)
        .await?;
        Ok(())
    }

    async fn institution_of(&mut self, name: Option<&InstitutionName>) -> sqlx::Result<Option<Uuid>> {
        let Some(name) = name else { return Ok(None) };
        let folded = fold(&name.name);
        let key = name.corporate_number.clone().unwrap_or_else(|| folded.clone());
        if let Some(id) = self.institutions.get(&key) {
            return Ok(Some(*id));
        }
        let found = sqlx::query_scalar!(
            r#"
            SELECT id AS "id!" FROM (
                SELECT id, 0 AS place FROM institutions WHERE corporate_number = $1
                UNION ALL SELECT id, 1 FROM institutions WHERE folded = $2
                UNION ALL SELECT institution_id, 2 FROM institution_names WHERE folded = $2
            ) AS found ORDER BY place, id LIMIT 1
            "#,
            name.corporate_number,
            folded
        )
        .fetch_optional(&mut **self.tx)
        .await?;
        let id = match found {
            Some(id) => self.learn_institution(id, name, &folded).await?,
            None => self.make_institution(name, &folded).await?,
        };
        self.institutions.insert(key, id);
        Ok(Some(id))
    }

    /// Keeps what the file adds about a known institution: its corporate number, another spelling of its name.
    async fn learn_institution(
        &mut self,
        id: Uuid,
        name: &InstitutionName,
        folded: &str,
    ) -> sqlx::Result<Uuid> {
        if name.corporate_number.is_some() {
            sqlx::query!(
                "UPDATE institutions SET corporate_number = $2 WHERE id = $1 AND corporate_number IS NULL",
                id,
                name.corporate_number
            )
            .execute(&mut **self.tx)
            .await?;
        }
        sqlx::query!(
            r#"
            INSERT INTO institution_names (institution_id, name, folded)
            SELECT id, $2, $3 FROM institutions WHERE id = $1 AND folded <> $3
            ON CONFLICT DO NOTHING
            "#,
            id,
            name.name,
            folded
        )
        .execute(&mut **self.tx)
        .await?;
        Ok(id)
    }

    async fn make_institution(&mut self, name: &InstitutionName, folded: &str) -> sqlx::Result<Uuid> {
        let id = Uuid::now_v7();
        sqlx::query!(
            "INSERT INTO institutions (id, corporate_number, name_ja, kind, folded) VALUES ($1, $2, $3, $4, $5)",
            id,
            name.corporate_number,
            name.name,
            kind_of(&name.name),
            folded
        )
        .execute(&mut **self.tx)
        .await?;
        self.note("institution_new", id, Kept::default()).await?;
        Ok(id)
    }

    async fn person_of(
        &mut self,
        person: Option<&PersonName>,
        institution: Option<Uuid>,
    ) -> sqlx::Result<Option<Uuid>> {
        let Some(person) = person else { return Ok(None) };
        let folded = fold(&person.name);
        let key = person.erad_number.clone().unwrap_or_else(|| format!("{folded}{institution:?}"));
        if let Some(id) = self.people.get(&key) {
            return Ok(Some(*id));
        }
        let found = sqlx::query_scalar!(
            r#"
            SELECT id FROM people
            WHERE ($1::text IS NOT NULL AND erad_number = $1)
               OR ($1::text IS NULL AND folded = $2 AND institution_id IS NOT DISTINCT FROM $3)
            ORDER BY id LIMIT 1
            "#,
            person.erad_number,
            folded,
            institution
        )
        .fetch_optional(&mut **self.tx)
        .await?;
        let id = match found {
            Some(id) => id,
            None => {
                let id = Uuid::now_v7();
                sqlx::query!(
                    "INSERT INTO people (id, name_ja, name_en, erad_number, institution_id, folded) VALUES ($1, $2, $3, $4, $5, $6)",
                    id,
                    person.name,
                    person.english,
                    person.erad_number,
                    institution,
                    folded
                )
                .execute(&mut **self.tx)
                .await?;
                self.note("person_new", id, Kept::default()).await?;
                id
            }
        };
        self.people.insert(key, id);
        Ok(Some(id))
    }

    async fn note(&mut self, kind: &str, id: Uuid, kept: Kept<'_>) -> sqlx::Result<()> {
        self.position += 1;
        sqlx::query!(
            r#"
            INSERT INTO import_changes (batch_id, position, kind, subject_id, before, version_after, source_row,
                                        changes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            "#,
            self.batch.0,
            self.position,
            kind,
            id,
            kept.before,
            kept.version,
            kept.row.and_then(|row| i32::try_from(row).ok()),
            Json(kept.changes) as _
        )
        .execute(&mut **self.tx)
        .await?;
        Ok(())
    }
}

/// The kind of an institution as its name tells it.
fn kind_of(name: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
    if has(&["国立大学法人", "大学共同利用機関"]) {
        "national_university"
    } else if has(&["公立大学法人"]) {
        "public_university"
    } else if has(&["学校法人", "大学"]) {
        "private_university"
    } else if has(&["株式会社", "有限会社", "合同会社"]) {
        "company"
    } else if has(&["病院", "医療センター"]) {
        "hospital"
    } else if has(&["研究所", "研究開発法人", "研究機構"]) {
        "research_institute"
    } else {
        "other"
    }
}
