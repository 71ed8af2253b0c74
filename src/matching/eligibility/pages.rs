//! What the rules remove, and the rules themselves as a form.

use std::collections::HashMap;

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::matching::sessions::actions::Stopped;
use crate::matching::sessions::pages::head::{Head, head, page_of};
use crate::matching::sessions::pages::{refused, runs};
use crate::matching::sessions::routes::{pair_path, step_path};
use crate::matching::sessions::{Session, queries as sessions};
use crate::portfolio::catalogue::{self, Catalogue, Vocabulary};
use crate::web::view::Tab;
use crate::web::{
    Acting, Asked, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Submitted, Visible,
    paths, render, render_invalid,
};

use super::actions;
use super::forms::{RulesForm, switches};
use super::model::{Prerequisite, Rule, Rules};
use super::queries::{self, RulesVersion};

/// Pairs listed at once.
const LISTED: i64 = 100;

#[derive(Template)]
#[template(path = "matching/eligibility.html")]
struct EligibilityPage {
    page: Page,
    session: Session,
    head: Head,
    pairs: i64,
    eligible: i64,
    eligible_href: String,
    stops: Vec<StopRow>,
    listed: String,
    switch: Vec<Tab>,
    rows: Vec<PairRow>,
    more: bool,
    by_rule: bool,
}

struct StopRow {
    rule: &'static str,
    asks: &'static str,
    pairs: i64,
    alone: i64,
    not_known: i64,
    href: String,
    alone_href: String,
}

struct PairRow {
    href: String,
    title: String,
    number: String,
    program: String,
    slot: String,
    stopped_by: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    rule: String,
    alone: String,
}

pub async fn show(cx: Cx, session: Visible<Session>, Asked(asking): Asked<Asking>) -> Outcome {
    let session = session.into_inner();
    let l = cx.l;
    let rule = Rule::from_code(&asking.rule);
    let alone = rule.is_some() && !asking.alone.is_empty();
    let c = catalogue::of(&cx).await?;
    let counts = sessions::counts(cx.pool(), session.id, &session.hidden).await?;
    let stops = queries::stops(cx.pool(), session.id, &session.hidden).await?;
    let code = rule.map(Rule::code);
    let mut found = queries::pairs(cx.pool(), session.id, &session.hidden, code, alone, LISTED + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(0) > LISTED;
    found.truncate(usize::try_from(LISTED).unwrap_or(100));
    let slots = slot_words(&cx, &session, &c).await?;
    let path = step_path(session.id, "eligibility");
    let of = |rule: Rule, alone: &str| paths::with_query(&path, &[("rule", rule.code()), ("alone", alone)]);
    let stops = Rule::ALL
        .into_iter()
        .map(|r| {
            let s = stops.iter().find(|s| s.rule == r.code());
            StopRow {
                rule: r.name(l),
                asks: r.asks(l),
                pairs: s.map_or(0, |s| s.pairs),
                alone: s.map_or(0, |s| s.alone),
                not_known: s.map_or(0, |s| s.not_known),
                href: of(r, ""),
                alone_href: of(r, "true"),
            }
        })
        .collect();
    let rows = found
        .into_iter()
        .map(|p| {
            let (program, slot) = slots.get(&p.slot_id).cloned().unwrap_or_default();
            PairRow {
                href: pair_path(session.id, p.task_id, p.slot_id),
                title: l.name(&p.title_ja, p.title_en.as_deref()).to_owned(),
                number: p.number.unwrap_or_default(),
                program,
                slot,
                stopped_by: p.truth.stopped_by().map(|r| r.name(l)).collect::<Vec<_>>().join(l.t("、", ", ")),
            }
        })
        .collect();
    let switch = match rule {
        Some(r) => vec![
            Tab {
                label: l.t("この規則で除かれた組合せ", "Removed by this rule").to_owned(),
                href: of(r, ""),
                count: None,
                current: !alone,
            },
            Tab {
                label: l.t("この規則だけで除かれた組合せ", "Removed by this rule alone").to_owned(),
                href: of(r, "true"),
                count: None,
                current: alone,
            },
        ],
        None => Vec::new(),
    };
    render(&EligibilityPage {
        head: head(&cx, &session, "eligibility"),
        pairs: counts.pairs,
        eligible: counts.eligible,
        eligible_href: path,
        listed: rule.map_or_else(
            || l.t("適格な組合せ", "Eligible pairs").to_owned(),
            |r| format!("{}{}", l.t("除かれた組合せ：", "Removed pairs: "), r.name(l)),
        ),
        by_rule: rule.is_some(),
        page: page_of(&cx, &session, l.t("適格判定", "Eligibility")),
        session,
        stops,
        switch,
        rows,
        more,
    })
}

/// Program and slot name of every slot of a session.
pub async fn slot_words(
    cx: &Cx,
    session: &Session,
    c: &Catalogue,
) -> sqlx::Result<HashMap<Uuid, (String, String)>> {
    let slots = sessions::slots(cx.pool(), session.id).await?;
    let l = cx.l;
    let words = slots.into_iter().map(|s| {
        let program = c.program(s.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default();
        (s.id, (program, l.name(&s.name_ja, s.name_en.as_deref()).to_owned()))
    });
    Ok(words.collect())
}

pub async fn evaluate(cx: Cx, session: Acting<Session>) -> Outcome {
    let to = step_path(session.id, "eligibility");
    match actions::evaluate(cx.pool(), &cx.actor(), session.id, session.rules_version, cx.now).await? {
        Ok(eligible) => {
            let said = match cx.l {
                Language::Ja => format!("判定しました。適格な組合せは{eligible}件です。"),
                Language::En => format!("Judged: {eligible} pairs are eligible."),
            };
            Ok(Redirected::to(to).saying(said).into_response())
        }
        Err(stopped) => Err(refused(stopped)),
    }
}

#[derive(Template)]
#[template(path = "matching/rules.html")]
struct RulesPage {
    page: Page,
    session: Session,
    head: Head,
    path: String,
    may_change: bool,
    rules: Vec<RuleRow>,
    phases: Vec<Named>,
    steps: Vec<MatrixRow>,
    needs: Vec<MatrixRow>,
    prerequisites: Vec<&'static str>,
    input: RulesForm,
    versions: Vec<RulesVersion>,
    errors: FieldErrors,
    version: String,
}

struct Named {
    name: String,
}

struct RuleRow {
    code: &'static str,
    name: &'static str,
    asks: &'static str,
    on: bool,
    /// Nothing where it cannot be chosen.
    unknown: Option<bool>,
}

/// One row of boxes.
struct MatrixRow {
    name: String,
    boxes: Vec<Tick>,
}

struct Tick {
    name: String,
    label: String,
    on: bool,
}

pub async fn rules(cx: Cx, session: Visible<Session>) -> Outcome {
    let session = session.into_inner();
    let rules = queries::rules(cx.pool(), session.rules_version).await?.unwrap_or_default();
    render(&rules_page(&cx, session, RulesForm::of(&rules), FieldErrors::new()).await?)
}

async fn rules_page(
    cx: &Cx,
    session: Session,
    input: RulesForm,
    errors: FieldErrors,
) -> Result<RulesPage, PageError> {
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let phases: Vec<_> = c.values_of(Vocabulary::Phase).filter(|v| v.code != "not_applicable").collect();
    let matrix = |boxes: &dyn Fn(&str) -> Vec<(String, String)>| -> Vec<MatrixRow> {
        phases
            .iter()
            .map(|phase| MatrixRow {
                name: phase.name(l).to_owned(),
                boxes: boxes(&phase.code)
                    .into_iter()
                    .map(|(name, to)| Tick {
                        on: input.is_ticked(&name),
                        label: format!("{} → {to}", phase.name(l)),
                        name,
                    })
                    .collect(),
            })
            .collect()
    };
    let steps = matrix(&|from| {
        phases.iter().map(|to| (format!("step-{from}-{}", to.code), to.name(l).to_owned())).collect()
    });
    let needs = matrix(&|phase| {
        Prerequisite::ALL
            .into_iter()
            .map(|p| (format!("need-{phase}-{}", p.code()), p.name(l).to_owned()))
            .collect()
    });
    let rules = switches(&Rules::default())
        .into_iter()
        .map(|(rule, _, unknown)| RuleRow {
            code: rule.code(),
            name: rule.name(l),
            asks: rule.asks(l),
            on: input.is_ticked(&format!("on-{}", rule.code())),
            unknown: unknown.map(|_| input.is_ticked(&format!("unknown-{}", rule.code()))),
        })
        .collect();
    Ok(RulesPage {
        head: head(cx, &session, "rules"),
        path: step_path(session.id, "rules"),
        may_change: runs(cx) && session.is_open(),
        phases: phases.iter().map(|p| Named { name: p.name(l).to_owned() }).collect(),
        steps,
        needs,
        prerequisites: Prerequisite::ALL.map(|p| p.name(l)).to_vec(),
        rules,
        versions: queries::versions(cx.pool()).await?,
        version: if input.text("version").is_empty() {
            session.version.to_string()
        } else {
            input.text("version").to_owned()
        },
        page: page_of(cx, &session, l.t("適格規則", "Eligibility rules")),
        input,
        session,
        errors,
    })
}

pub async fn change_rules(
    cx: Cx,
    session: Acting<Session>,
    Submitted(pairs): Submitted<Vec<(String, String)>>,
) -> Outcome {
    let session = session.into_inner();
    let input = RulesForm::from(pairs);
    let c = catalogue::of(&cx).await?;
    let (rules, note) = match input.parse(&c, cx.l) {
        Ok(parsed) => parsed,
        Err(errors) => return render_invalid(&rules_page(&cx, session, input, errors).await?),
    };
    let read = (session.id, input.text("version").parse().unwrap_or(0));
    match actions::change_rules(cx.pool(), &cx.actor(), read, (&rules, note.as_str()), cx.now).await? {
        Ok(version) => {
            let said = match cx.l {
                Language::Ja => format!("規則を第{version}版として保存しました。"),
                Language::En => format!("The rules are saved as version {version}."),
            };
            Ok(Redirected::to(step_path(session.id, "rules")).saying(said).into_response())
        }
        Err(stopped @ Stopped::Stale) => {
            let mut errors = FieldErrors::new();
            errors.add("note", cx.l.t("規則", "Rules"), stopped.said());
            let mut response = render_invalid(&rules_page(&cx, session, input, errors).await?)?;
            *response.status_mut() = axum::http::StatusCode::CONFLICT;
            Ok(response)
        }
        Err(stopped) => Err(refused(stopped)),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct VersionForm {
    version: String,
}

pub async fn use_version(
    cx: Cx,
    session: Acting<Session>,
    Submitted(form): Submitted<VersionForm>,
) -> Outcome {
    let version: i32 = form.version.parse().map_err(|_| PageError::NotFound)?;
    if queries::rules(cx.pool(), version).await?.is_none() {
        return Err(PageError::NotFound);
    }
    match actions::use_rules(cx.pool(), &cx.actor(), session.id, version, cx.now).await? {
        Ok(()) => Ok(Redirected::to(step_path(session.id, "rules"))
            .saying(cx.l.t("この版の規則で判定します。", "The session is judged by this version."))
            .into_response()),
        Err(stopped) => Err(refused(stopped)),
    }
}
