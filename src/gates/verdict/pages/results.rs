//! The results of a meeting after the reveal: raw means, weighted means, and leniency beside them.

use std::collections::HashMap;

use askama::Template;
use uuid::Uuid;

use crate::gates::meetings::queries::{self as meetings, ItemRow};
use crate::gates::model::{MeetingState, Outcome as Decided, ReviewState};
use crate::gates::queries::Meeting;
use crate::gates::rows::asker;
use crate::gates::templates::{Content, Proposal, VersionId, queries as templates};
use crate::gates::verdict::model::{Leniency, Results, in_words, leniency_of, results, tenths};
use crate::gates::verdict::queries::{self, SheetRow};
use crate::gates::{MeetingId, meeting_path, review_path};
use crate::web::{Cx, Language, Outcome, Page, PageError, Section, Visible, render};

#[derive(Template)]
#[template(path = "gates/results.html")]
struct ResultsPage {
    page: Page,
    path: String,
    is_open: bool,
    rows: Vec<Row>,
    reviewers: Vec<Reviewer>,
    counted: usize,
}

/// An item's line of results, ready for the page and the export.
pub struct Row {
    pub href: String,
    pub number_here: i64,
    pub number: String,
    pub title: String,
    pub template: String,
    pub sheets: usize,
    pub eligible: i64,
    pub overall: String,
    pub weighted: String,
    pub spread: String,
    pub level: String,
    pub difference: String,
    pub proposal: &'static str,
    pub proposal_tone: &'static str,
    pub state: &'static str,
    pub tone: &'static str,
}

struct Reviewer {
    name: String,
    marks: usize,
    effect: String,
    word: &'static str,
}

pub async fn index(cx: Cx, meeting: Visible<Meeting>) -> Outcome {
    let l = cx.l;
    let all = load(&cx, meeting.id, meeting.state).await?;
    let names: HashMap<Uuid, &SheetRow> = all.sheets.iter().map(|s| (s.user_id, s)).collect();
    let mut reviewers: Vec<(f64, Reviewer)> = all
        .leniency
        .reviewers
        .iter()
        .filter_map(|(user, effect, marks)| {
            let sheet = names.get(user)?;
            Some((*effect, reviewer(l, l.name(&sheet.name_ja, sheet.name_en.as_deref()), *effect, *marks)))
        })
        .collect();
    reviewers.sort_by(|a, b| b.0.total_cmp(&a.0));
    let name = l.name(&meeting.name_ja, meeting.name_en.as_deref()).to_owned();
    render(&ResultsPage {
        path: meeting_path(meeting.id),
        is_open: all.is_open,
        counted: all.rows.iter().filter(|r| r.sheets > 0).count(),
        rows: all.rows,
        reviewers: reviewers.into_iter().map(|(_, r)| r).collect(),
        page: cx
            .page(Section::Gates, l.t("評価結果", "Results"))
            .crumb(l.t("ゲート評価", "Gates"), "/gates")
            .crumb(name, meeting_path(meeting.id)),
    })
}

/// All results of a meeting that the viewer may read.
pub struct Loaded {
    pub is_open: bool,
    pub rows: Vec<Row>,
    pub sheets: Vec<SheetRow>,
    pub leniency: Leniency,
}

pub async fn load(cx: &Cx, meeting: MeetingId, state: MeetingState) -> Result<Loaded, PageError> {
    let l = cx.l;
    let is_open = matches!(state, MeetingState::Revealed | MeetingState::Closed);
    let by = asker(cx);
    let items = meetings::items(cx.pool(), meeting, by).await?;
    let sheets = queries::revealed_sheets(cx.pool(), meeting, None, by.user).await?;
    let contents = contents(cx, &items).await?;
    let of_review: HashMap<Uuid, Uuid> = items.iter().map(|i| (i.id, i.version_id)).collect();
    let overall = |s: &SheetRow| {
        let item = contents.get(of_review.get(&s.review_id)?)?.overall()?;
        let value = s.scores.iter().find(|x| x.item == item.id)?.value?;
        Some(f64::from(value) * 10.0 / f64::from(item.scale_points))
    };
    let seen: Vec<SheetRow> = sheets.into_iter().filter(|s| of_review.contains_key(&s.review_id)).collect();
    let leniency = leniency_of(&seen, overall);
    let rows = items
        .iter()
        .filter(|i| i.state != ReviewState::Withdrawn)
        .filter_map(|item| {
            let content = contents.get(&item.version_id)?;
            let mine: Vec<&SheetRow> = seen.iter().filter(|s| s.review_id == item.id).collect();
            let level = leniency.levels.get(&item.id).copied();
            Some(row(l, item, &results(content, &mine), level))
        })
        .collect();
    Ok(Loaded { is_open, rows, sheets: seen, leniency })
}

/// The contents of the template versions that the items use.
async fn contents(cx: &Cx, items: &[ItemRow]) -> Result<HashMap<Uuid, Content>, PageError> {
    let mut found = HashMap::new();
    let mut connection = cx.pool().acquire().await?;
    for item in items {
        if !found.contains_key(&item.version_id)
            && let Some(content) = templates::content(&mut connection, VersionId(item.version_id)).await?
        {
            found.insert(item.version_id, content);
        }
    }
    Ok(found)
}

fn row(l: Language, item: &ItemRow, r: &Results, level: Option<f64>) -> Row {
    let point = |v: Option<f64>| v.map(in_words).unwrap_or_default();
    let (state, tone) = match item.outcome {
        Some(o) => (o.name(l), o.tone()),
        None => (item.state.name(l), item.state.tone()),
    };
    let (proposal, proposal_tone) = r.proposal.map_or(("", ""), |p| proposal_words(l, p));
    Row {
        href: review_path(item.id.into()),
        number_here: item.number_here.unwrap_or_default(),
        number: item.number.clone().unwrap_or_default(),
        title: l.name(&item.title_ja, item.title_en.as_deref()).to_owned(),
        template: l.t(&item.template_ja, &item.template_en).to_owned(),
        sheets: r.sheets,
        eligible: item.eligible,
        overall: point(r.overall),
        weighted: point(r.weighted),
        spread: r.spread.map(|(a, b)| format!("{a:.0}–{b:.0}")).unwrap_or_default(),
        level: point(level.filter(|_| r.overall.is_some())),
        difference: level.zip(r.overall).map(|(level, mean)| difference(level, mean)).unwrap_or_default(),
        proposal,
        proposal_tone,
        state,
        tone,
    }
}

/// What a level without leniency adds to the mean, with its sign: the difference of the two as they are printed.
pub fn difference(level: f64, mean: f64) -> String {
    match i64::from(tenths(level)) - i64::from(tenths(mean)) {
        0 => "±0.0".to_owned(),
        more @ 1.. => format!("+{}.{}", more / 10, more % 10),
        less => format!("-{}.{}", -less / 10, -less % 10),
    }
}

/// A proposal in words, with the tone of its badge.
pub fn proposal_words(l: Language, proposal: Proposal) -> (&'static str, &'static str) {
    match proposal {
        Proposal::Go => (Decided::Go.name(l), "ok"),
        Proposal::ConditionalGo => (Decided::ConditionalGo.name(l), "warn"),
        Proposal::NoGo => (Decided::NoGo.name(l), "bad"),
    }
}

fn reviewer(l: Language, name: &str, effect: f64, marks: usize) -> Reviewer {
    let word = match effect {
        e if e >= 0.75 => l.t("甘め", "Lenient"),
        e if e <= -0.75 => l.t("辛め", "Severe"),
        _ => l.t("平均的", "About average"),
    };
    Reviewer {
        name: name.to_owned(),
        marks,
        effect: if effect.abs() < 0.005 { "±0.00".to_owned() } else { format!("{effect:+.2}") },
        word,
    }
}
