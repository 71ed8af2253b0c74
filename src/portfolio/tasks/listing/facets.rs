//! The breakdown as links: each value adds itself to the query, or takes itself out.

use chrono::{Months, NaiveDate};

use crate::kernel::Language;
use crate::kernel::yen::{YenUnit, group_thousands};
use crate::portfolio::catalogue::Vocabulary;
use crate::portfolio::tasks::filter::Dimension;
use crate::portfolio::tasks::query::{Compare, Field, Flag, Key, Point, TaskQuery, Term, What};
use crate::web::view::{Facet, FacetValue};

use super::queries::Tally;
use super::state::{Breakdown, List};

/// Values listed before "show all".
const SHORT: usize = 10;
/// "Ends soon" means within so many months.
pub const ENDING_MONTHS: u16 = 12;

/// The last day that counts as ending soon.
pub fn ending_before(today: NaiveDate) -> NaiveDate {
    today.checked_add_months(Months::new(ENDING_MONTHS.into())).unwrap_or(today)
}

/// Every dimension with its values, in the reader's unit. `all_of` is listed whole.
pub fn facets(list: &List, breakdown: &Breakdown, l: Language, unit: YenUnit, all_of: &str) -> Vec<Facet> {
    Dimension::ALL
        .into_iter()
        .filter_map(|dimension| facet(list, breakdown, dimension, l, unit, all_of == dimension.code()))
        .collect()
}

fn facet(
    list: &List,
    breakdown: &Breakdown,
    dimension: Dimension,
    l: Language,
    unit: YenUnit,
    whole: bool,
) -> Option<Facet> {
    let mut found: Vec<(Choice, &Tally)> = breakdown
        .tallies
        .iter()
        .filter(|t| t.dimension == dimension.code())
        .filter_map(|t| {
            let choice = match t.value.as_deref() {
                Some(value) => choice(list, dimension, value, l),
                None => unset(list, dimension, l),
            };
            Some((choice?, t))
        })
        .collect();
    found.sort_by(|(a, x), (b, y)| {
        a.rank.cmp(&b.rank).then(y.tasks.cmp(&x.tasks)).then(a.label.cmp(&b.label))
    });
    let total = found.len();
    if total == 0 {
        return None;
    }
    let values = found
        .into_iter()
        .enumerate()
        .filter(|(n, (choice, _))| whole || *n < SHORT || choice.on)
        .map(|(_, (choice, tally))| FacetValue {
            label: choice.label,
            count: group_thousands(&tally.tasks.to_string()),
            amount: tally.amount_yen.in_unit(unit),
            href: list.href(&choice.query),
            on: choice.on,
        })
        .collect();
    let more_href = (total > SHORT && !whole).then(|| {
        let here = list.href(&list.query);
        let sign = if here.contains('?') { '&' } else { '?' };
        format!("{here}{sign}all_of={}#{}", dimension.code(), dimension.code())
    });
    Some(Facet {
        label: name(dimension, l).to_owned(),
        unit: l.t(unit.japanese(), unit.english()).to_owned(),
        values,
        more_href,
        open: !matches!(dimension, Dimension::Approval),
    })
}

fn name(dimension: Dimension, l: Language) -> &'static str {
    match dimension {
        Dimension::Project => Key::Project.name(l),
        Dimension::Program => Key::Program.name(l),
        Dimension::Disease => Key::Disease.name(l),
        Dimension::Phase => Key::Phase.name(l),
        Dimension::Modality => Key::Modality.name(l),
        Dimension::Approval => Key::Approval.name(l),
        Dimension::Ministry => Key::Ministry.name(l),
        Dimension::Kind => l.t("新規・継続", "New or continuing"),
        Dimension::Ending => l.t("終了時期", "Ending"),
        Dimension::Restricted => l.t("公表", "Publication"),
    }
}

/// A value of a dimension and the query that a click on it asks for.
struct Choice {
    label: String,
    on: bool,
    query: TaskQuery,
    /// Listing order; equal ranks are ordered by number of tasks.
    rank: i32,
}

fn choice(list: &List, dimension: Dimension, value: &str, l: Language) -> Option<Choice> {
    let c = &list.catalogue;
    let toggled = |term: What, label: &str, rank| {
        let term = Term::new(term);
        let on = list.query.terms.contains(&term);
        Some(Choice { label: label.to_owned(), on, query: list.query.toggled(&term), rank })
    };
    match dimension {
        Dimension::Project => {
            let project = c.project(value.parse().ok()?)?;
            let is_current = c.term_of(list.year()).is_some_and(|t| t.id == project.term_id);
            let code = if is_current { project.number.to_string() } else { project.code() };
            let find = |v: &str| c.find_projects(v, list.year());
            let code_of = |id: &uuid::Uuid| c.project(*id).map(|p| p.code());
            let label = format!("{} {}", project.number, project.short(l));
            Some(named(list, Key::Project, (project.id, code), find, code_of, (label, project.number.into())))
        }
        Dimension::Program => {
            let program = c.program(value.parse().ok()?)?;
            let code_of = |id: &uuid::Uuid| c.program(*id).map(|p| p.code.clone());
            let label = (program.name(l).to_owned(), 0);
            Some(named(
                list,
                Key::Program,
                (program.id, program.code.clone()),
                |v| c.find_programs(v),
                code_of,
                label,
            ))
        }
        Dimension::Ministry => {
            let ministry = c.ministry(value)?;
            let id = ministry.code.clone();
            let label = (l.t(&ministry.short_ja, &ministry.name_en).to_owned(), 0);
            Some(named(
                list,
                Key::Ministry,
                (id.clone(), id),
                |v| c.find_ministries(v),
                |id| Some(id.clone()),
                label,
            ))
        }
        Dimension::Disease => tag(list, Key::Disease, Vocabulary::DiseaseArea, value, l),
        Dimension::Phase => tag(list, Key::Phase, Vocabulary::Phase, value, l),
        Dimension::Modality => tag(list, Key::Modality, Vocabulary::Modality, value, l),
        Dimension::Approval => tag(list, Key::Approval, Vocabulary::ApprovalClass, value, l),
        Dimension::Kind => {
            let flag = if value == "new" { Flag::New } else { Flag::Continuing };
            toggled(What::Is(vec![flag]), flag.name(l), i32::from(value != "new"))
        }
        Dimension::Ending => {
            let within = What::Ends(vec![Compare::LessThan(Point::Months(ENDING_MONTHS))]);
            toggled(within, l.t("12か月以内に終了", "Within 12 months"), 0)
        }
        Dimension::Restricted => toggled(What::Is(vec![Flag::Restricted]), Flag::Restricted.name(l), 0),
    }
}

/// Tasks without a value in the dimension, listed last.
fn unset(list: &List, dimension: Dimension, l: Language) -> Option<Choice> {
    let field = match dimension {
        Dimension::Project => Field::Project,
        Dimension::Disease => Field::Disease,
        Dimension::Phase => Field::Phase,
        Dimension::Modality => Field::Modality,
        Dimension::Approval => Field::Approval,
        _ => return None,
    };
    let term = Term::new(What::Empty(vec![field]));
    let on = list.query.terms.contains(&term);
    let label = l.t("未設定", "Not set").to_owned();
    Some(Choice { label, on, query: list.query.toggled(&term), rank: i32::MAX })
}

fn tag(list: &List, key: Key, vocabulary: Vocabulary, value: &str, l: Language) -> Option<Choice> {
    let c = &list.catalogue;
    let found = c.value(value.parse().ok()?)?;
    let code_of = |id: &i16| c.value(*id).map(|v| v.code.clone());
    let position = c.values_of(vocabulary).position(|v| v.id == found.id).unwrap_or(0);
    // Phases read as steps, in their order; the other vocabularies by number of tasks.
    let rank = if vocabulary == Vocabulary::Phase { i32::try_from(position).unwrap_or(0) } else { 0 };
    let label = (found.name(l).to_owned(), rank);
    Some(named(list, key, (found.id, found.code.clone()), |v| c.find_values(vocabulary, v), code_of, label))
}

/// A value of a named key: added as one more alternative of the key's term, or taken out of it.
fn named<I: PartialEq>(
    list: &List,
    key: Key,
    (id, code): (I, String),
    find: impl Fn(&str) -> Vec<I>,
    code_of: impl Fn(&I) -> Option<String>,
    (label, rank): (String, i32),
) -> Choice {
    let mut query = list.query.clone();
    let mut on = false;
    let mut added = false;
    for term in &mut query.terms {
        let What::Named(of, values) = &mut term.what else { continue };
        if *of != key || term.negated {
            continue;
        }
        let meant: Vec<(String, Vec<I>)> = values.iter().map(|v| (v.clone(), find(v))).collect();
        if meant.iter().any(|(_, ids)| ids.contains(&id)) {
            on = true;
            *values = Vec::new();
            for (value, ids) in meant {
                if ids.contains(&id) {
                    values.extend(ids.iter().filter(|other| **other != id).filter_map(&code_of));
                } else {
                    values.push(value);
                }
            }
        } else if !added {
            values.push(code.clone());
            added = true;
        }
    }
    if on {
        query.terms.retain(|t| !matches!(&t.what, What::Named(_, values) if values.is_empty()));
    } else if !added {
        query.terms.push(Term::new(What::Named(key, vec![code])));
    }
    Choice { label, on, query, rank }
}
