//! The forms of preparing a session: raw strings → typed values, or errors per field.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::kernel::clock::JST;
use crate::kernel::{FiscalYear, Language, Said, Text, Yen};
use crate::web::FieldErrors;

use super::model::Session;
use super::queries::{Capacity, Ceiling, Slot};

/// A session's name and dates as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PlanForm {
    pub key: String,
    pub version: String,
    pub name: String,
    pub fiscal_year: String,
    pub interest_deadline: String,
    pub consent_until: String,
}

/// A session's name and dates.
pub struct Plan {
    pub name: Text<200>,
    pub fiscal_year: FiscalYear,
    pub interest_deadline: Option<DateTime<Utc>>,
    pub consent_until: Option<NaiveDate>,
}

impl Plan {
    /// For the audit.
    pub fn facts(&self) -> serde_json::Value {
        json!({
            "name": self.name.as_str(), "fiscal_year": self.fiscal_year.year(),
            "interest_deadline": self.interest_deadline, "consent_until": self.consent_until,
        })
    }
}

impl PlanForm {
    /// The form of a stored session.
    pub fn of(session: &Session) -> Self {
        Self {
            key: String::new(),
            version: session.version.to_string(),
            name: session.name.clone(),
            fiscal_year: session.fiscal_year.short(),
            interest_deadline: session
                .interest_deadline
                .map(|at| at.with_timezone(&JST).format("%Y-%m-%dT%H:%M").to_string())
                .unwrap_or_default(),
            consent_until: session.consent_until.map(|d| d.to_string()).unwrap_or_default(),
        }
    }

    /// Fields with their labels, for the page of two versions.
    pub fn labelled(&self, l: Language) -> [(&'static str, &'static str, &str); 4] {
        [
            ("name", l.t("セッション名", "Name"), &self.name),
            ("fiscal_year", l.t("受入年度", "Receiving year"), &self.fiscal_year),
            ("interest_deadline", l.t("意向確認の期限", "Deadline for interest"), &self.interest_deadline),
            ("consent_until", l.t("合意の期限", "Consent until"), &self.consent_until),
        ]
    }

    pub fn parse(&self, l: Language) -> Result<Plan, FieldErrors> {
        let mut errors = FieldErrors::new();
        let [(_, name_label, _), (_, year_label, _), (_, deadline_label, _), (_, until_label, _)] =
            self.labelled(l);
        let name = errors.check("name", name_label, Text::parse(&self.name));
        let year = errors.check("fiscal_year", year_label, self.fiscal_year.parse::<FiscalYear>());
        let deadline =
            errors.check("interest_deadline", deadline_label, optional(&self.interest_deadline, moment));
        let until = errors.check("consent_until", until_label, optional(&self.consent_until, day));
        let plan = match (name, year, deadline, until) {
            (Some(name), Some(fiscal_year), Some(interest_deadline), Some(consent_until)) => {
                Some(Plan { name, fiscal_year, interest_deadline, consent_until })
            }
            _ => None,
        };
        errors.finish(plan)
    }
}

fn optional<T>(text: &str, read: fn(&str) -> Option<T>) -> Result<Option<T>, Said> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    read(text).map(Some).ok_or_else(|| {
        Said::new(
            "日付（2027-02-15）または日時で入力してください。",
            "Enter a date such as 2027-02-15, or a date and time.",
        )
    })
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

/// A moment in Japan; a day alone means its end.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M"))
        .ok()
        .or_else(|| day(text)?.and_hms_opt(23, 59, 0))?;
    Some(JST.from_local_datetime(&local).single()?.with_timezone(&Utc))
}

/// Choosing tasks by a query, by gate decisions, or one by one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TasksForm {
    pub q: String,
    pub view: String,
    pub gates: Vec<String>,
    pub tasks: Vec<Uuid>,
    pub reason: String,
}

/// The slot types ticked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlotsForm {
    pub slots: Vec<Uuid>,
}

/// What was typed into the table of capacities: field name → text.
pub type Typed = BTreeMap<String, String>;

/// The capacities and ceilings that the table says.
pub struct Capacities {
    pub capacities: Vec<Capacity>,
    pub ceilings: Vec<Ceiling>,
}

/// The table of capacities as stored. Amounts are in million yen.
pub fn stored(slots: &[Slot], ceilings: &[Ceiling]) -> Typed {
    let mut typed = Typed::new();
    for slot in slots {
        typed.insert(format!("min-{}", slot.id), slot.min_new.to_string());
        typed.insert(format!("max-{}", slot.id), slot.max_new.to_string());
        typed.insert(format!("ceiling-{}", slot.id), slot.yearly_ceiling.map(millions).unwrap_or_default());
        typed.insert(format!("budget-{}", slot.id), slot.budget.map(millions).unwrap_or_default());
    }
    for c in ceilings {
        let about = ceiling_name(&c.kind, c.program_id.or(c.project_id));
        typed.insert(format!("most-{about}"), c.max_new.map(|n| n.to_string()).unwrap_or_default());
        typed.insert(format!("total-{about}"), c.budget.map(millions).unwrap_or_default());
    }
    typed
}

/// The name of a ceiling in fields: `all`, `program:…`, `project:…`.
pub fn ceiling_name(kind: &str, id: Option<Uuid>) -> String {
    id.map_or_else(|| kind.to_owned(), |id| format!("{kind}:{id}"))
}

/// Million yen with as many decimals as the amount has.
pub fn millions(amount: Yen) -> String {
    let (whole, rest) = (amount.0 / 1_000_000, amount.0 % 1_000_000);
    let decimals = format!("{rest:06}");
    let decimals = decimals.trim_end_matches('0');
    if decimals.is_empty() { whole.to_string() } else { format!("{whole}.{decimals}") }
}

/// What the columns of a slot say: least, most, ceiling of a task, ceiling of the slot.
pub fn capacity_labels(l: Language) -> [&'static str; 4] {
    [
        l.t("下限", "least"),
        l.t("上限", "most"),
        l.t("1課題の年間上限", "ceiling per task"),
        l.t("枠の合計上限", "ceiling of the slot"),
    ]
}

/// Reads the table for these slots.
pub fn parse_capacities(typed: &Typed, slots: &[Slot], l: Language) -> Result<Capacities, FieldErrors> {
    let mut errors = FieldErrors::new();
    let field = |name: &str| typed.get(name).map(|v| v.trim()).unwrap_or_default().to_owned();
    let mut capacities = Vec::new();
    for slot in slots {
        let label = l.name(&slot.name_ja, slot.name_en.as_deref());
        let names = ["min", "max", "ceiling", "budget"].map(|n| format!("{n}-{}", slot.id));
        let labels = capacity_labels(l).map(|what| format!("{label} {what}"));
        let least = errors.check(&names[0], &labels[0], count(&field(&names[0])));
        let most = errors.check(&names[1], &labels[1], count(&field(&names[1])));
        let ceiling = errors.check(&names[2], &labels[2], amount(&field(&names[2])));
        let budget = errors.check(&names[3], &labels[3], amount(&field(&names[3])));
        if let (Some(least), Some(most)) = (least.flatten(), most.flatten())
            && least > most
        {
            errors.add(
                &names[1],
                &labels[1],
                Said::new("上限は下限以上にしてください。", "The most must not be below the least."),
            );
        }
        if ceiling.flatten() == Some(Yen(0)) {
            errors.add(
                &names[2],
                &labels[2],
                Said::new("0より大きい額にしてください。", "Enter more than zero."),
            );
        }
        if let (Some(least), Some(most), Some(yearly_ceiling), Some(budget)) = (least, most, ceiling, budget)
        {
            let (min_new, max_new) = (least.unwrap_or(0), most.unwrap_or(0));
            capacities.push(Capacity { slot: slot.id, min_new, max_new, yearly_ceiling, budget });
        }
    }
    let mut ceilings = Vec::new();
    for (kind, id) in groups(slots) {
        let about = ceiling_name(kind, id);
        let label = match kind {
            "program" => l.t("事業の合計の上限", "Ceiling of a program"),
            "project" => l.t("プロジェクトの合計の上限", "Ceiling of a project"),
            _ => l.t("全事業の合計の上限", "Ceiling of all programs"),
        };
        let names = ["most", "total"].map(|n| format!("{n}-{about}"));
        let max_new = errors.check(&names[0], label, count(&field(&names[0]))).flatten();
        let budget = errors.check(&names[1], label, amount(&field(&names[1]))).flatten();
        if max_new.is_some() || budget.is_some() {
            let of = |k: &str| if kind == k { id } else { None };
            ceilings.push(Ceiling {
                kind: kind.to_owned(),
                program_id: of("program"),
                project_id: of("project"),
                max_new,
                budget,
            });
        }
    }
    errors.finish(Some(Capacities { capacities, ceilings }))
}

/// The ceilings that slots can have above them: their programs, their projects, all.
pub fn groups(slots: &[Slot]) -> Vec<(&'static str, Option<Uuid>)> {
    let mut programs: Vec<Uuid> = slots.iter().map(|s| s.program_id).collect();
    let mut projects: Vec<Uuid> = slots.iter().filter_map(|s| s.project_id).collect();
    programs.dedup();
    projects.sort_unstable();
    projects.dedup();
    let programs = programs.into_iter().map(|id| ("program", Some(id)));
    let projects = projects.into_iter().map(|id| ("project", Some(id)));
    programs.chain(projects).chain([("all", None)]).collect()
}

fn count(text: &str) -> Result<Option<i16>, Said> {
    let plain = crate::kernel::text::nfkc(text);
    if plain.is_empty() {
        return Ok(None);
    }
    plain
        .parse::<i16>()
        .ok()
        .filter(|n| (0..=500).contains(n))
        .map(Some)
        .ok_or_else(|| Said::new("0～500の整数で入力してください。", "Enter a whole number from 0 to 500."))
}

/// Million yen, up to six decimals, commas allowed; empty is none.
pub fn amount(text: &str) -> Result<Option<Yen>, Said> {
    let plain = crate::kernel::text::nfkc(text.trim()).replace(',', "");
    if plain.is_empty() {
        return Ok(None);
    }
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let fits =
        !whole.is_empty() && whole.len() <= 9 && decimals.len() <= 6 && digits(whole) && digits(decimals);
    let parsed = fits.then(|| format!("{whole}{decimals:0<6}").parse::<i64>().ok()).flatten();
    parsed.map(|yen| Some(Yen(yen))).ok_or_else(|| {
        Said::new("百万円単位の数で入力してください（例：45.5）。", "Enter million yen, such as 45.5.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_printed_in_million_yen() {
        for (text, yen, back) in [
            ("45.5", 45_500_000, "45.5"),
            ("１,200", 1_200_000_000, "1200"),
            ("0.000001", 1, "0.000001"),
            ("0", 0, "0"),
        ] {
            let read = amount(text).unwrap().unwrap();
            assert_eq!((read.0, millions(read).as_str()), (yen, back), "{text}");
        }
        for text in ["-1", "1.2.3", "abc", "1e3", "1.0000001", "."] {
            assert!(amount(text).is_err(), "{text}");
        }
        assert!(matches!(amount(" "), Ok(None)));
    }

    #[test]
    fn a_day_alone_means_its_end_in_japan() {
        assert_eq!(moment("2027-02-15").unwrap().to_rfc3339(), "2027-02-15T14:59:00+00:00");
        assert_eq!(moment("2027-02-15T17:00").unwrap().to_rfc3339(), "2027-02-15T08:00:00+00:00");
        assert!(moment("15/02/2027").is_none());
    }
}
