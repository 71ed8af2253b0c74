//! From rows of text to drafts of tasks and payments, with a finding for every cell that does not fit.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::budget::sheet::column_name;
use crate::kernel::text::{fold, nfkc};
use crate::kernel::yen::group_thousands;
use crate::kernel::{FiscalYear, Said, TaskNumber, Text};
use crate::portfolio::catalogue::{Catalogue, Vocabulary};

use super::model::{
    Field, Finding, InstitutionName, Mapping, PaymentDraft, PersonName, Severity, TaskDraft, YearDraft,
};
use super::programs::{self, ProgramNames};
use super::table::{Table, TableRow};

/// Years a file may speak of: the agency's predecessors began in the nineties, calls reach a few years ahead.
const YEARS: std::ops::RangeInclusive<i32> = 1995..=2050;
const TITLE_CHARS: usize = 1000;
/// More than this in one line is a wrong unit: the agency's whole year is about 1,250億円.
const MOST_YEN: i64 = 1_000_000_000_000;
/// More than this is rare enough to be looked at again.
const MUCH_YEN: i64 = 10_000_000_000;

/// What the rows of a file say.
#[derive(Debug, Default)]
pub struct Parsed {
    pub tasks: Vec<TaskDraft>,
    pub payments: Vec<PaymentDraft>,
    pub findings: Vec<Finding>,
    /// Program names that nothing matches, with the number of rows and the nearest known names.
    pub unknown_programs: BTreeMap<String, UnknownProgram>,
    /// Program names that nothing matches and a person has settled.
    pub settled_programs: BTreeMap<String, UnknownProgram>,
}

/// A name that a person must settle, or has.
#[derive(Clone, Debug, Default)]
pub struct UnknownProgram {
    pub rows: usize,
    pub nearest: Vec<(Uuid, String)>,
}

/// What parsing resolves names with.
pub struct Known<'a> {
    pub catalogue: &'a Catalogue,
    pub programs: &'a ProgramNames,
}

/// Reads every row under `mapping`; rows that speak of one task (same id, number, or title and institution)
/// join.
pub fn parse(table: &Table, mapping: &Mapping, known: &Known<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    if let Some(said) = mapping.lacks() {
        parsed.findings.push(lack(table, said));
        return parsed;
    }
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in &table.rows {
        parsed.findings.extend(surplus(table, row));
        let mut reader = RowReader { table, mapping, row, findings: Vec::new() };
        if mapping.is_payments() {
            parsed.payments.extend(reader.payment());
        } else if let Some(draft) =
            reader.task(known, (&mut parsed.unknown_programs, &mut parsed.settled_programs))
        {
            let identity = identity(&draft);
            match places.get(&identity) {
                Some(at) => join(&mut parsed.tasks[*at], draft, &mut reader),
                None => {
                    places.insert(identity, parsed.tasks.len());
                    parsed.tasks.push(draft);
                }
            }
        }
        parsed.findings.append(&mut reader.findings);
    }
    parsed
}

/// The names of programs in one cell.
pub fn program_names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([';', '；']).map(str::trim).filter(|name| !name.is_empty())
}

/// What is wrong with the whole file stands once, at its row of headers.
fn lack(table: &Table, said: Said) -> Finding {
    let row = table.header_row;
    Finding { severity: Severity::Error, row, cell: format!("{row}:{row}"), column: String::new(), said }
}

/// A value beyond the headers: in a text file the cells before it have moved, in a workbook it may be a
/// remark.
fn surplus(table: &Table, row: &TableRow) -> Option<Finding> {
    let cell = format!("{}{}", column_name(row.surplus?), row.number);
    let said = Said::new(
        format!(
            "見出しのない列に値があります（{cell}）。列がずれていないか、金額のカンマが引用符で囲まれているかを確かめてください。"
        ),
        format!("There is a value beyond the headers ({cell}): has a column moved, is a comma not quoted?"),
    );
    let severity = if table.is_text { Severity::Error } else { Severity::Warning };
    Some(Finding { severity, row: row.number, cell, column: String::new(), said })
}

/// Names no program bears: those that wait for a person, and those that a person settled.
type Names<'a> = (&'a mut BTreeMap<String, UnknownProgram>, &'a mut BTreeMap<String, UnknownProgram>);

fn identity(draft: &TaskDraft) -> String {
    match (&draft.external_id, &draft.stable_number) {
        (Some(id), _) => format!("id {id}"),
        (None, Some(number)) => format!("number {number}"),
        (None, None) => {
            let institution = draft.institution.as_ref().map(|i| fold(&i.name)).unwrap_or_default();
            format!("title {} {institution} {:?}", fold(&draft.title_ja), draft.program)
        }
    }
}

fn join(task: &mut TaskDraft, more: TaskDraft, reader: &mut RowReader<'_>) {
    for (year, draft) in more.years {
        if task.years.get(&year).is_some_and(|seen| *seen != draft) {
            reader.add(
                Severity::Error,
                Field::FiscalYear,
                Said::new(
                    format!(
                        "同じ課題の{year}年度が{}行目と違う内容で既にあります。どちらかを削除してください。",
                        task.rows[0]
                    ),
                    format!(
                        "Fiscal year {year} of this task stands differently in row {}; remove one of them.",
                        task.rows[0]
                    ),
                ),
            );
        }
        task.years.insert(year, draft);
    }
    task.rows.extend(more.rows);
    task.starts_on = task.starts_on.min(more.starts_on).or(more.starts_on);
    task.ends_on = task.ends_on.max(more.ends_on);
    task.first_year = task.first_year.into_iter().chain(more.first_year).min();
    task.last_year = task.last_year.into_iter().chain(more.last_year).max();
    task.payment_rows.extend(more.payment_rows);
}

struct RowReader<'a> {
    table: &'a Table,
    mapping: &'a Mapping,
    row: &'a TableRow,
    findings: Vec<Finding>,
}

impl RowReader<'_> {
    fn column(&self, field: Field) -> Option<usize> {
        self.mapping.fields.iter().position(|f| *f == Some(field))
    }

    fn raw(&self, field: Field) -> &str {
        self.column(field).and_then(|c| self.row.cells.get(c)).map(|s| s.trim()).unwrap_or_default()
    }

    fn add(&mut self, severity: Severity, field: Field, said: Said) {
        let column = self.column(field).unwrap_or(0);
        self.findings.push(Finding {
            severity,
            row: self.row.number,
            cell: format!("{}{}", column_name(u32::try_from(column).unwrap_or(0)), self.row.number),
            column: self.table.headers.get(column).cloned().unwrap_or_default(),
            said,
        });
    }

    fn text<const MAX: usize>(&mut self, field: Field) -> Option<String> {
        match Text::<MAX>::optional(self.raw(field)) {
            Ok(text) => text.map(Text::into_string),
            Err(error) => {
                self.add(Severity::Error, field, error.into());
                None
            }
        }
    }

    fn year(&mut self, field: Field) -> Option<i16> {
        let raw = self.raw(field).to_owned();
        if raw.is_empty() {
            return None;
        }
        self.year_of(field, &raw)
    }

    fn year_of(&mut self, field: Field, raw: &str) -> Option<i16> {
        match raw.parse::<FiscalYear>() {
            Ok(year) if YEARS.contains(&year.year()) => i16::try_from(year.year()).ok(),
            Ok(year) => {
                let said = Said::new(
                    format!(
                        "{}年度は範囲外です。{}～{}年度にしてください。",
                        year.year(),
                        YEARS.start(),
                        YEARS.end()
                    ),
                    format!("{} is out of range; use {} to {}.", year.year(), YEARS.start(), YEARS.end()),
                );
                self.add(Severity::Error, field, said);
                None
            }
            Err(error) => {
                self.add(Severity::Error, field, error.into());
                None
            }
        }
    }

    fn day(&mut self, field: Field) -> Option<NaiveDate> {
        let raw = nfkc(self.raw(field));
        if raw.is_empty() {
            return None;
        }
        let Some(day) = read_day(&raw) else {
            let said = Said::new(
                format!(
                    "「{}」は日付として読めません。2026-04-01 または 令和8年4月1日 の形にしてください。",
                    short(&raw)
                ),
                format!("“{}” is not a date; write 2026-04-01 or R8.4.1.", short(&raw)),
            );
            self.add(Severity::Error, field, said);
            return None;
        };
        if !YEARS.contains(&FiscalYear::containing(day).year()) {
            let (first, last) = (YEARS.start(), YEARS.end());
            let said = Said::new(
                format!("「{}」は範囲外です。{first}～{last}年度の日付にしてください。", short(&raw)),
                format!("“{}” is out of range; use a day of fiscal years {first} to {last}.", short(&raw)),
            );
            self.add(Severity::Error, field, said);
            return None;
        }
        Some(day)
    }

    /// An amount in yen of a column whose unit is `unit` yen.
    fn amount(&mut self, field: Field, unit: i128) -> Option<i64> {
        let raw = self.raw(field).to_owned();
        if raw.is_empty() || raw == "-" || raw == "－" {
            return None;
        }
        let amount = parse_amount(&raw, unit);
        if amount.is_none() {
            let said = Said::new(
                format!("「{}」は0以上の金額として読めません。", short(&raw)),
                format!("“{}” is not an amount of zero or more.", short(&raw)),
            );
            self.add(Severity::Error, field, said);
        }
        self.plausible(field, amount?)
    }

    /// Refuses what no contract can be; what hardly any is, a person looks at again.
    fn plausible(&mut self, field: Field, amount: i64) -> Option<i64> {
        let shown = group_thousands(&amount.to_string());
        if amount > MOST_YEN {
            let said = Said::new(
                format!("{shown}円は1兆円を超えています。単位（円・千円・百万円）を確かめて直してください。"),
                format!("{shown} yen is more than 1 trillion; mend the unit (yen, thousand, million)."),
            );
            self.add(Severity::Error, field, said);
            return None;
        }
        if amount > MUCH_YEN {
            let said = Said::new(
                format!("{shown}円は100億円を超えています。単位（円・千円・百万円）を確かめてください。"),
                format!("{shown} yen is more than 10 billion; check the unit (yen, thousand, million)."),
            );
            self.add(Severity::Warning, field, said);
        }
        Some(amount)
    }

    fn payment(&mut self) -> Option<PaymentDraft> {
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

    fn task(&mut self, known: &Known<'_>, names: Names<'_>) -> Option<TaskDraft> {
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

/// The project that a name such as `(第1期)がん` or `医薬品` means in a fiscal year.
fn project_of(raw: &str, year: i16, catalogue: &Catalogue) -> Option<Uuid> {
    let fiscal_year = FiscalYear::try_from(year).ok()?;
    raw.split([';', '；']).map(str::trim).filter(|n| !n.is_empty()).find_map(|name| {
        let bare = name.split_once(')').filter(|_| name.starts_with('(')).map_or(name, |(_, rest)| rest);
        let term = catalogue.term_of(fiscal_year)?;
        let found = catalogue.find_projects(bare, fiscal_year);
        found.into_iter().find(|id| catalogue.project(*id).is_some_and(|p| p.term_id == term.id))
    })
}

/// Yen of a text in a unit of `unit` yen; decimals are allowed where they give whole yen after rounding half
/// up. What no number can hold is the largest one, which [`RowReader::plausible`] refuses.
fn parse_amount(raw: &str, unit: i128) -> Option<i64> {
    let text: String = nfkc(raw).chars().filter(|c| !c.is_whitespace() && !",¥円\\".contains(*c)).collect();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 30 || !digits(whole) || !digits(decimals) {
        return None;
    }
    if whole.len() > 18 {
        return Some(i64::MAX);
    }
    let kept = &decimals[..decimals.len().min(12)];
    let scale = 10_i128.pow(u32::try_from(kept.len()).ok()?);
    let scaled = format!("{whole}{kept}").parse::<i128>().ok()? * unit;
    Some(i64::try_from((scaled + scale / 2) / scale).unwrap_or(i64::MAX))
}

/// A day as people write it (2026-04-01, 2026/4/1, 2026年4月1日, R8.4.1, 令和8年4月1日) or as spreadsheets
/// store it.
fn read_day(raw: &str) -> Option<NaiveDate> {
    let plain = raw.replace(['/', '.', '年', '月'], "-").replace('日', "");
    let plain = western(plain.trim()).unwrap_or_else(|| plain.trim().to_owned());
    NaiveDate::parse_from_str(&plain, "%Y-%m-%d").ok().or_else(|| excel_day(raw))
}

/// A day of an era (`令和8-4-1`, `R8-4-1`) with its year as the western calendar counts; nothing for other
/// texts.
fn western(day: &str) -> Option<String> {
    const ERAS: [(&str, &str, i32); 5] = [
        ("令和", "r", 2018),
        ("平成", "h", 1988),
        ("昭和", "s", 1925),
        ("大正", "t", 1911),
        ("明治", "m", 1867),
    ];
    let lower = day.to_lowercase();
    let (rest, base) = ERAS.iter().find_map(|(name, letter, base)| {
        Some((lower.strip_prefix(name).or_else(|| lower.strip_prefix(letter))?, base))
    })?;
    let (year, rest) = rest.split_once('-')?;
    let year = match year.trim() {
        "元" => 1,
        digits => digits.parse::<i32>().ok().filter(|n| (1..=99).contains(n))?,
    };
    Some(format!("{}-{rest}", base + year))
}

/// A day as spreadsheets store it: days since 1899-12-30.
fn excel_day(raw: &str) -> Option<NaiveDate> {
    let days: i64 = raw.parse().ok().filter(|n| (20_000..80_000).contains(n))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_signed(chrono::Duration::days(days))
}

fn short(text: &str) -> String {
    let cut: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if text.chars().count() > 40 { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_their_unit() {
        for (raw, unit, yen) in [
            ("1,234", 1, Some(1_234)),
            ("１，２３４千", 1, None),
            ("12.5", 1_000_000, Some(12_500_000)),
            ("1.83325132482448", 1_000_000, Some(1_833_251)),
            ("¥300円", 1, Some(300)),
            ("-5", 1, None),
            ("", 1, None),
            ("1e9", 1, None),
            ("999999999999999999", 1_000_000, Some(i64::MAX)),
            ("1234567890123456789", 1, Some(i64::MAX)),
        ] {
            assert_eq!(parse_amount(raw, unit), yen, "{raw}");
        }
    }

    #[test]
    fn days_of_spreadsheets_are_read() {
        assert_eq!(excel_day("46113"), NaiveDate::from_ymd_opt(2026, 4, 1));
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for (raw, day) in [
            ("2026-04-01", Some((2026, 4, 1))),
            ("2026/4/1", Some((2026, 4, 1))),
            ("2026年4月1日", Some((2026, 4, 1))),
            ("R9.3.31", Some((2027, 3, 31))),
            ("r9/03/31", Some((2027, 3, 31))),
            ("令和6年4月1日", Some((2024, 4, 1))),
            ("令和元年5月1日", Some((2019, 5, 1))),
            ("H30.4.1", Some((2018, 4, 1))),
            ("R0.4.1", None),
            ("令和6年4月", None),
            ("いつか", None),
        ] {
            let day = day.and_then(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d));
            assert_eq!(read_day(raw), day, "{raw}");
        }
    }
}
