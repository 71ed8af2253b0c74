//! A filter as SQL. Aliases: `t` is `tasks`, `y` its year (`task_years`), or its totals (`task_totals`) over all
//! years. Every statement that is built here carries the one predicate of visibility.

use chrono::NaiveDate;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::text::fold;
use crate::portfolio::catalogue::Vocabulary;

use super::filter::{
    Amounts, Clause, Condition, Days, Dimension, Filter, Named, Numbered, Sought, Span, like_pattern,
};
use super::query::{Field, Flag};

/// The statement under construction.
pub type Sql = QueryBuilder<Postgres>;

/// `FROM … WHERE` the span and the visibility; conditions follow.
pub fn push_source(sql: &mut Sql, filter: &Filter, rights: &Rights) {
    match filter.span {
        Span::In(year) => {
            sql.push(" FROM task_years y JOIN tasks t ON t.id = y.task_id WHERE y.fiscal_year = ")
                .push_bind(year);
        }
        Span::All => {
            sql.push(" FROM task_totals y JOIN tasks t ON t.id = y.task_id WHERE true");
        }
    }
    sql.push(" AND ");
    push_visible(sql, rights);
}

/// The predicate "this viewer may know this task" over `t`.
pub fn push_visible(sql: &mut Sql, rights: &Rights) {
    sql.push("task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, ").push_bind(rights.sees_all);
    sql.push(", ").push_bind(rights.sees_open);
    sql.push(", ").push_bind(rights.programs.clone());
    sql.push(", ").push_bind(rights.diseases.clone());
    sql.push(", ").push_bind(rights.granted.clone()).push(")");
}

/// `AND` every clause but those of the dimensions left out.
pub fn push_clauses(sql: &mut Sql, filter: &Filter, without: &[Dimension]) {
    for clause in &filter.clauses {
        if !clause.dimension.is_some_and(|d| without.contains(&d)) {
            sql.push(" AND ");
            push_clause(sql, clause);
        }
    }
}

/// One clause as a boolean expression that is never null.
pub fn push_clause(sql: &mut Sql, clause: &Clause) {
    sql.push(if clause.negated { "(NOT coalesce(" } else { "(" });
    push_condition(sql, &clause.condition);
    sql.push(if clause.negated { ", false))" } else { ")" });
}

fn push_condition(sql: &mut Sql, condition: &Condition) {
    match condition {
        Condition::Words(sought) => push_words(sql, sought, false),
        Condition::Projects(ids) => push_ids(sql, "y.project_id", ids),
        Condition::Programs(ids) => push_ids(sql, "y.program_id", ids),
        Condition::Tags(vocabulary, ids) => {
            sql.push(tag_column(*vocabulary)).push(" && ").push_bind(ids.clone());
        }
        Condition::Ministries(codes) => {
            sql.push("y.program_id IN (SELECT id FROM programs WHERE ministry_code = ANY (");
            sql.push_bind(codes.clone()).push("))");
        }
        Condition::Institution(all) => push_any(sql, all, push_institution),
        Condition::Person(all) => push_any(sql, all, push_person),
        Condition::Number(all) => push_any(sql, all, push_number),
        Condition::Amount(all) => push_any(sql, all, push_amounts),
        Condition::Starts(all) => push_any(sql, all, |sql, days| push_days(sql, "t.starts_on", days)),
        Condition::Ends(all) => push_any(sql, all, |sql, days| push_days(sql, "t.ends_on", days)),
        Condition::Is(flags) => push_any(sql, flags, |sql, flag| {
            sql.push(flag_column(*flag));
        }),
        Condition::Empty(fields) => push_any(sql, fields, |sql, field| {
            sql.push(is_empty(*field));
        }),
    }
}

/// One id by equality, so that an index gives its rows in the order of the list.
fn push_ids(sql: &mut Sql, column: &'static str, ids: &[Uuid]) {
    match ids {
        [id] => {
            sql.push(column).push(" = ").push_bind(*id);
        }
        ids => {
            sql.push(column).push(" = ANY (").push_bind(ids.to_vec()).push(")");
        }
    }
}

fn push_any<T>(sql: &mut Sql, all: &[T], push: impl Fn(&mut Sql, &T)) {
    for (i, one) in all.iter().enumerate() {
        sql.push(if i > 0 { " OR (" } else { "(" });
        push(sql, one);
        sql.push(")");
    }
}

/// Words by the index of pairs, rechecked in the folded text. In titles the pairs of titles are asked for.
pub fn push_words(sql: &mut Sql, sought: &Sought, in_titles: bool) {
    let pairs = sought.pairs();
    let indexed = !pairs.is_empty();
    if indexed {
        sql.push(if in_titles { "t.title_pairs @> " } else { "t.search_pairs @> " }).push_bind(pairs);
    }
    let pattern = if indexed { sought.pattern() } else { Some(like_pattern(&sought.folded)) };
    if let Some(pattern) = pattern {
        sql.push(if indexed { " AND " } else { "" });
        sql.push("t.search_text LIKE ").push_bind(pattern);
    }
}

fn push_institution(sql: &mut Sql, named: &Named) {
    match named {
        Named::Id(id) => {
            sql.push("t.institution_id = ").push_bind(*id);
        }
        Named::Official(number) => {
            sql.push("t.institution_id IN (SELECT id FROM institutions WHERE corporate_number = ");
            sql.push_bind(number.clone()).push(")");
        }
        Named::Part(part) => {
            sql.push("t.institution_id IN (SELECT id FROM institutions WHERE folded LIKE ");
            sql.push_bind(like_pattern(part));
            sql.push(" UNION SELECT institution_id FROM institution_names WHERE folded LIKE ");
            sql.push_bind(like_pattern(part)).push(")");
        }
    }
}

fn push_person(sql: &mut Sql, named: &Named) {
    match named {
        Named::Id(id) => {
            sql.push("t.lead_person_id = ").push_bind(*id);
        }
        Named::Official(number) => {
            sql.push("t.lead_person_id IN (SELECT id FROM people WHERE erad_number = ");
            sql.push_bind(number.clone()).push(")");
        }
        Named::Part(part) => {
            sql.push("t.lead_person_id IN (SELECT id FROM people WHERE folded LIKE ");
            sql.push_bind(like_pattern(part)).push(")");
        }
    }
}

fn push_number(sql: &mut Sql, number: &Numbered) {
    match number {
        Numbered::Stable(stable) => {
            sql.push("t.stable_number = ").push_bind(stable.clone());
        }
        Numbered::Prefix(prefix) => {
            let pattern = format!("{}%", fold(prefix));
            sql.push("t.stable_number LIKE ").push_bind(pattern.clone());
            sql.push(" OR y.task_number LIKE ").push_bind(pattern);
        }
    }
}

fn push_amounts(sql: &mut Sql, amounts: &Amounts) {
    let (from, to) = *amounts;
    sql.push("true");
    if let Some(from) = from {
        sql.push(" AND y.amount_yen >= ").push_bind(from);
    }
    if let Some(to) = to {
        sql.push(" AND y.amount_yen <= ").push_bind(to);
    }
}

fn push_days(sql: &mut Sql, column: &'static str, days: &Days) {
    let (from, to): (Option<NaiveDate>, Option<NaiveDate>) = *days;
    sql.push("true");
    if let Some(from) = from {
        sql.push(" AND ").push(column).push(" >= ").push_bind(from);
    }
    if let Some(to) = to {
        sql.push(" AND ").push(column).push(" <= ").push_bind(to);
    }
}

/// The column that holds the tags of a vocabulary.
pub fn tag_column(vocabulary: Vocabulary) -> &'static str {
    match vocabulary {
        Vocabulary::Phase => "t.phase_ids",
        Vocabulary::Modality => "t.modality_ids",
        Vocabulary::ApprovalClass => "t.approval_ids",
        Vocabulary::Nature => "t.nature_ids",
        Vocabulary::DiseaseArea => "t.disease_ids",
    }
}

fn flag_column(flag: Flag) -> &'static str {
    match flag {
        Flag::New => "y.is_new",
        Flag::Continuing => "NOT y.is_new",
        Flag::Restricted => "t.restricted",
        Flag::Stopped => "t.stopped_on IS NOT NULL",
        Flag::Fund => "t.is_fund",
    }
}

fn is_empty(field: Field) -> &'static str {
    match field {
        Field::Project => "y.project_id IS NULL",
        Field::Disease => "t.disease_ids = '{}'",
        Field::Phase => "t.phase_ids = '{}'",
        Field::Modality => "t.modality_ids = '{}'",
        Field::Approval => "t.approval_ids = '{}'",
        Field::Nature => "t.nature_ids = '{}'",
        Field::Institution => "t.institution_id IS NULL",
        Field::Person => "t.lead_person_id IS NULL",
        Field::Number => "y.task_number IS NULL",
        Field::Summary => "coalesce(t.summary_ja, t.summary_en, '') = ''",
        Field::EnglishTitle => "coalesce(t.title_en, '') = ''",
        Field::Keywords => "t.keywords = '{}'",
    }
}
