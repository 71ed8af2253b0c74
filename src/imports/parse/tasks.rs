//! From the cells of a row to the draft of a task or of a payment.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::imports::model::{
    Field, InstitutionName, PaymentDraft, PersonName, Severity, TaskDraft, YearDraft,
};
use crate::imports::programs;
use crate::kernel::text::{fold, nfkc};
use crate::kernel::{Said, TaskNumber};
use crate::portfolio::catalogue::{Catalogue, Vocabulary};

use super::cells::RowReader;
use super::values::{parse_amount, project_of, short};
use super::{Known, MOST_YEN, MUCH_YEN, Names, TITLE_CHARS, UnknownProgram, program_names};

impl RowReader<'_> {
    pub(super) fn payment(&mut self) -> Option<PaymentDraft> {
        let source_row = self.text::<100>(Field::PaymentRow);
        let recipient = self.text::<300>(Field::Recipient);
        let fiscal_year = self.year(Field::FiscalYear);
        let amount = self.amount(Field::AmountYen, 1);
        for (field, missing) in [
            (Field::PaymentRow, source_row.is_none()),
            (Field::Recipient, recipient.is_none()),
            (Field::FiscalYear, fiscal_year.is_none()),
            (Field::AmountYen, amount.is_none()),
        ] {
            if missing && self.raw(field).is_empty() {
                self.add(
                    Severity::Error,
                    field,
                    Said::new("空欄です。入力してください。", "It is empty; fill it in."),
                );
            }
        }
        Some(PaymentDraft {
            row: self.row.number,
            source_row: source_row?,
            fiscal_year: fiscal_year?,
            recipient: recipient?,
            corporate_number: self.corporate_number(),
            chain: self.text::<100>(Field::Chain),
            kind: self.text::<100>(Field::PaymentKind),
            amount: amount?,
        })
    }

    pub(super) fn task(&mut self, known: &Known<'_>, names: Names<'_>) -> Option<TaskDraft> {
        let title_ja = self.text::<TITLE_CHARS>(Field::TitleJa);
        if title_ja.is_none() && self.raw(Field::TitleJa).is_empty() {
            self.add(Severity::Error, Field::TitleJa, Said::new("課題名が空欄です。", "The title is empty."));
        }
        let (number, stable_number) = self.numbers();
        let program = self.program(known, names);
        let mut draft = TaskDraft {
            rows: vec![self.row.number],
            external_id: self.text::<100>(Field::ExternalId),
            stable_number,
            title_en: self.text::<TITLE_CHARS>(Field::TitleEn),
            summary_ja: self.text::<20_000>(Field::SummaryJa),
            summary_en: self.text::<20_000>(Field::SummaryEn),
            summary_nonpublic: self.text::<20_000>(Field::SummaryNonpublic),
            keywords: self.list(Field::Keywords),
            program,
            lead: self.lead(),
            institution: self.institution(),
            starts_on: self.day(Field::StartsOn),
            ends_on: self.day(Field::EndsOn),
            phases: self.tags(Field::Phase, Vocabulary::Phase, known.catalogue),
            modalities: self.tags(Field::Modality, Vocabulary::Modality, known.catalogue),
            diseases: self.tags(Field::Disease, Vocabulary::DiseaseArea, known.catalogue),
            approvals: self.tags(Field::Approval, Vocabulary::ApprovalClass, known.catalogue),
            natures: self.tags(Field::Nature, Vocabulary::Nature, known.catalogue),
            payment_rows: self.list(Field::PaymentRows),
            ..TaskDraft::default()
        };
        draft.others = self.others(draft.institution.as_ref());
        draft.years = self.years(number, known.catalogue);
        self.period(&mut draft);
        draft.title_ja = title_ja?;
        draft.program?;
        (!draft.years.is_empty()).then_some(draft)
    }

    fn numbers(&mut self) -> (Option<String>, Option<String>) {
        let raw = self.raw(Field::TaskNumber).to_owned();
        let (mut printed, mut stable) = (None, None);
        for part in raw.split([';', '、', ',']).map(str::trim).filter(|p| !p.is_empty()) {
            match part.parse::<TaskNumber>() {
                Ok(number) => {
                    if stable.is_none() || !number.is_subcontract() {
                        stable = Some(number.stable_part().to_owned());
                        printed = Some(number.as_str().to_owned());
                    }
                }
                Err(error) => {
                    let said = Said::new(
                        format!(
                            "「{}」は課題管理番号の形ではありません。22ama221409h0001 または JP21km0405215 の形にしてください。",
                            short(part)
                        ),
                        error.to_string(),
                    );
                    self.add(Severity::Error, Field::TaskNumber, said);
                }
            }
        }
        (printed, stable)
    }

    fn program(&mut self, known: &Known<'_>, (unknown, settled): Names<'_>) -> Option<Uuid> {
        let raw = self.raw(Field::Program).to_owned();
        let names: Vec<&str> = program_names(&raw).collect();
        if names.is_empty() {
            let said = Said::new("事業名が空欄です。", "The program is empty.");
            self.add(Severity::Error, Field::Program, said);
            return None;
        }
        let chosen = |name: &str| self.mapping.programs.get(&programs::key(name)).copied();
        let offered = |name: &str| UnknownProgram {
            rows: 0,
            nearest: known.programs.nearest(name).into_iter().map(|(id, n)| (id, n.to_owned())).collect(),
        };
        let mut found: Vec<Uuid> = Vec::new();
        for name in &names {
            let bearer = known.programs.find(name);
            if bearer.is_none() && chosen(name).is_some() {
                settled.entry((*name).to_owned()).or_insert_with(|| offered(name)).rows += 1;
            }
            found.extend(bearer.or_else(|| chosen(name)));
        }
        found.sort_by_key(|id| known.catalogue.program(*id).is_some_and(|p| p.code.starts_with('U')));
        if let Some(id) = found.first() {
            return Some(*id);
        }
        for name in &names {
            unknown.entry((*name).to_owned()).or_insert_with(|| offered(name)).rows += 1;
        }
        let near = unknown
            .get(names[0])
            .map(|u| u.nearest.iter().map(|n| n.1.as_str()).collect::<Vec<_>>().join("、"));
        let near = near.unwrap_or_default();
        let said = Said::new(
            format!(
                "事業「{}」は登録にありません。近い名称：{}",
                short(names[0]),
                if near.is_empty() { "なし" } else { &near }
            ),
            format!(
                "Program “{}” is not known. Nearest: {}",
                short(names[0]),
                if near.is_empty() { "none" } else { &near }
            ),
        );
        self.add(Severity::Error, Field::Program, said);
        None
    }

    fn lead(&mut self) -> Option<PersonName> {
        let name = self.text::<100>(Field::LeadName)?;
        let erad = nfkc(self.raw(Field::ErAdNumber));
        let fits = erad.len() == 8 && erad.bytes().all(|b| b.is_ascii_digit());
        if !erad.is_empty() && !fits {
            let said = Said::new("研究者番号は8桁の数字です。", "A researcher number has 8 digits.");
            self.add(Severity::Error, Field::ErAdNumber, said);
        }
        Some(PersonName {
            name,
            english: self.text::<100>(Field::LeadEnglish),
            erad_number: fits.then_some(erad),
        })
    }

    fn corporate_number(&mut self) -> Option<String> {
        let raw = nfkc(self.raw(Field::CorporateNumber));
        if raw.is_empty() {
            return None;
        }
        let fits = raw.len() == 13 && raw.bytes().all(|b| b.is_ascii_digit());
        if !fits {
            let said = Said::new("法人番号は13桁の数字です。", "A corporate number has 13 digits.");
            self.add(Severity::Error, Field::CorporateNumber, said);
        }
        fits.then_some(raw)
    }

    fn institution(&mut self) -> Option<InstitutionName> {
        let name = self.text::<200>(Field::Institution)?;
        Some(InstitutionName { name, corporate_number: self.corporate_number() })
    }

    fn others(&mut self, lead: Option<&InstitutionName>) -> Vec<InstitutionName> {
        let names = self.list(Field::Institutions);
        names
            .into_iter()
            .filter(|n| lead.is_none_or(|lead| fold(&lead.name) != fold(n)))
            .map(|name| InstitutionName { name, corporate_number: None })
            .collect()
    }

    fn list(&mut self, field: Field) -> Vec<String> {
        let raw = self.text::<100_000>(field).unwrap_or_default();
        let mut parts: Vec<String> = Vec::new();
        for part in raw.split([';', '；', '\n', '、']).map(str::trim).filter(|p| !p.is_empty()) {
            if !parts.iter().any(|p| p == part) {
                parts.push(part.to_owned());
            }
        }
        parts
    }

    fn tags(&mut self, field: Field, vocabulary: Vocabulary, catalogue: &Catalogue) -> Vec<i16> {
        let mut ids = Vec::new();
        for name in self.list(field) {
            match catalogue.find_values(vocabulary, &name).first() {
                Some(id) if !ids.contains(id) => ids.push(*id),
                Some(_) => {}
                None => {
                    let values: Vec<_> =
                        catalogue.values_of(vocabulary).map(|v| v.name_ja.as_str()).collect();
                    let said = Said::new(
                        format!("「{}」は語彙にありません。使える値：{}", short(&name), values.join("、")),
                        format!("“{}” is not in the vocabulary. Values: {}", short(&name), values.join(", ")),
                    );
                    self.add(Severity::Error, field, said);
                }
            }
        }
        ids
    }

    fn years(&mut self, number: Option<String>, catalogue: &Catalogue) -> BTreeMap<i16, YearDraft> {
        let projects = self.raw(Field::Project).to_owned();
        let project = |year: i16| project_of(&projects, year, catalogue);
        let mut years = BTreeMap::new();
        for part in self.list(Field::AmountByYear) {
            let (year, amount) = part.split_once(':').unwrap_or((&part, ""));
            let year = self.year_of(Field::AmountByYear, year);
            let Some(amount) = parse_amount(amount, 1) else {
                let said = Said::new(
                    format!("「{}」は 2020:円 の形ではありません。", short(&part)),
                    format!("“{}” is not of the form 2020:yen.", short(&part)),
                );
                self.add(Severity::Error, Field::AmountByYear, said);
                continue;
            };
            let Some(amount) = self.plausible(Field::AmountByYear, amount) else { continue };
            if let Some(year) = year {
                years.insert(year, YearDraft { amount, project: project(year), ..YearDraft::default() });
            }
        }
        self.years_without_amount(&mut years, &project);
        if let Some(year) = self.year(Field::FiscalYear) {
            let direct = self.amount(Field::DirectYen, 1);
            let indirect = self.amount(Field::IndirectYen, 1);
            let total = self.total();
            let parts = direct.map(|d| (d, indirect.unwrap_or(0)));
            let sum = match parts {
                Some((d, i)) if d.max(i) <= MUCH_YEN || d + i > MOST_YEN => {
                    self.plausible(Field::DirectYen, d + i)
                }
                _ => parts.map(|(d, i)| d + i),
            };
            if let (Some(total), Some(sum)) = (total, sum)
                && total != sum
            {
                let said = Said::new(
                    format!("契約額{total}円が直接経費＋間接経費{sum}円と一致しません。"),
                    format!("The amount {total} differs from direct plus indirect cost {sum}."),
                );
                self.add(Severity::Error, Field::DirectYen, said);
            }
            let amount = total.or(sum).unwrap_or(0);
            if total.or(sum).is_none() && self.findings.iter().all(|f| f.severity != Severity::Error) {
                let said =
                    Said::new("金額がないため0円として扱います。", "There is no amount; zero is taken.");
                self.add(Severity::Warning, Field::FiscalYear, said);
            }
            years.insert(year, YearDraft { amount, parts, project: project(year), number: None });
        }
        if years.is_empty() && self.findings.iter().all(|f| f.severity != Severity::Error) {
            let field = if self.column(Field::FiscalYear).is_some() {
                Field::FiscalYear
            } else {
                Field::AmountByYear
            };
            self.add(Severity::Error, field, Said::new("年度がありません。", "There is no fiscal year."));
        }
        if !projects.is_empty() && !years.is_empty() && years.values().all(|y| y.project.is_none()) {
            let said = Said::new(
                format!(
                    "統合プロジェクト「{}」はその年度の登録にないため空欄にします。名称を確かめてください。",
                    short(&projects)
                ),
                format!(
                    "Integrated project “{}” is not known for the year and is left empty; check the name.",
                    short(&projects)
                ),
            );
            self.add(Severity::Warning, Field::Project, said);
        }
        let of_year = number.as_deref().and_then(|n| n[..2].parse::<i16>().ok()).map(|n| 2000 + n);
        let target = of_year.filter(|y| years.contains_key(y)).or_else(|| years.keys().next_back().copied());
        if let Some(draft) = target.and_then(|y| years.get_mut(&y)) {
            draft.number = number;
        }
        years
    }

    /// Years that a source names without saying their money stand with zero yen, and a warning says so.
    fn years_without_amount(
        &mut self,
        years: &mut BTreeMap<i16, YearDraft>,
        project: &dyn Fn(i16) -> Option<Uuid>,
    ) {
        for part in self.list(Field::FiscalYears) {
            let Some(year) = self.year_of(Field::FiscalYears, &part) else { continue };
            if years.contains_key(&year) {
                continue;
            }
            years.insert(year, YearDraft { project: project(year), ..YearDraft::default() });
            let said = Said::new(
                format!("{year}年度の額が資料にないため0円として扱います。"),
                format!("The source gives no amount for {year}; zero is taken."),
            );
            self.add(Severity::Warning, Field::FiscalYears, said);
        }
    }

    fn total(&mut self) -> Option<i64> {
        self.amount(Field::AmountYen, 1)
            .or_else(|| self.amount(Field::AmountThousand, 1_000))
            .or_else(|| self.amount(Field::AmountMillion, 1_000_000))
    }

    fn period(&mut self, draft: &mut TaskDraft) {
        let first = self.year(Field::FirstYear);
        let last = self.year(Field::LastYear);
        if let (Some(first), Some(last)) = (first, last)
            && first > last
        {
            let said = Said::new("終了年度が開始年度より前です。", "The last year lies before the first.");
            self.add(Severity::Error, Field::LastYear, said);
        }
        (draft.first_year, draft.last_year) = (first, last);
        if let (Some(start), Some(end)) = (draft.starts_on, draft.ends_on)
            && start > end
        {
            let said = Said::new("終了日が開始日より前です。", "The end lies before the start.");
            self.add(Severity::Error, Field::EndsOn, said);
        }
    }
}
