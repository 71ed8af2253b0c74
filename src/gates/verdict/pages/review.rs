//! The page of a review: from the evidence to the decision and what follows it.

use askama::Template;

use crate::gates::meetings::queries as meetings;
use crate::gates::model::{Choice as Vote, MeetingState, ReviewState, SeatRole};
use crate::gates::queries::Review;
use crate::gates::readiness::{self, pages::Evidence};
use crate::gates::rows::{asker, directs};
use crate::gates::scoring::queries as scoring;
use crate::gates::templates::{Content, VersionId, model::points, queries as templates};
use crate::gates::verdict::conditions::{self, ConditionView};
use crate::gates::verdict::forms::{StepForm, label};
use crate::gates::verdict::model::{Results, in_words, results};
use crate::gates::verdict::queries::{self, Advice, DecisionRow, Reopening, SheetRow};
use crate::gates::{meeting_path, review_path};
use crate::kernel::clock::today_in_japan;
use crate::portfolio::catalogue;
use crate::web::view::Choice;
use crate::web::{
    Cx, FieldErrors, Language, Outcome, Page, PageError, Said, Section, Visible, render, render_invalid,
};

use super::results::{difference, proposal_words};

#[derive(Template)]
#[template(path = "gates/review.html")]
struct ReviewPage {
    page: Page,
    review: Review,
    path: String,
    meeting_href: String,
    task_href: String,
    title: String,
    other_title: String,
    number: String,
    template: String,
    people: String,
    summary: String,
    state: &'static str,
    tone: &'static str,
    is_revealed: bool,
    can_score: bool,
    my_sheet: &'static str,
    evidence: Vec<Evidence>,
    reviewers: Vec<String>,
    lines: Vec<Line>,
    comments: Vec<Comment>,
    rule: String,
    quorum: String,
    proposal: Option<(String, &'static str, &'static str)>,
    leniency_note: String,
    can_advise: bool,
    my_advice: String,
    advices: Vec<AdviceView>,
    eligible: i64,
    voted: i64,
    votes: Vec<(String, i64)>,
    recused: String,
    vote_options: Vec<Choice>,
    can_vote: bool,
    can_decide: bool,
    can_wait: bool,
    decision: Option<DecisionView>,
    conditions: Vec<ConditionView>,
    reopenings: Vec<ReopeningView>,
    can_ask: bool,
    can_answer: bool,
    can_withdraw: bool,
    /// What was typed into a step that was refused, and why.
    input: StepForm,
    errors: FieldErrors,
    /// What was typed into a form that this page does not offer any more.
    lost: Option<String>,
    earlier: Vec<Earlier>,
    previous: Option<String>,
    next: Option<String>,
}

/// An item of the template with everybody's score.
struct Line {
    view: &'static str,
    name: String,
    weight: String,
    scores: Vec<String>,
    mean: String,
    is_overall: bool,
}

struct Comment {
    who: String,
    public: String,
    nonpublic: String,
    items: Vec<(String, String)>,
}

struct AdviceView {
    who: String,
    body: String,
    on: String,
}

struct DecisionView {
    outcome: &'static str,
    tone: &'static str,
    how: String,
    statement: String,
    nonpublic: String,
    evidence: String,
    receiving: String,
    proposed: String,
    dispositions: Vec<(&'static str, String)>,
    by: String,
    at: String,
    superseded_href: Option<String>,
    reopens_href: Option<String>,
}

struct ReopeningView {
    reason: String,
    who: String,
    state: &'static str,
    tone: &'static str,
    answer: String,
}

struct Earlier {
    href: String,
    template: String,
    outcome: &'static str,
    tone: &'static str,
    on: String,
    note: String,
}

pub async fn show(cx: Cx, review: Visible<Review>) -> Outcome {
    render(&page(&cx, review.into_inner(), StepForm::default(), FieldErrors::new()).await?)
}

/// The page with a step that was refused: the message stands at `field`, and what was typed is kept.
pub(super) async fn refused(cx: &Cx, review: &Review, form: StepForm, field: &str, said: Said) -> Outcome {
    // What refused it may have happened since the row was read.
    let now = Visible::<Review>::find(cx, review.id).await?.into_inner();
    let errors = FieldErrors::one(field, label(field, cx.l), said);
    render_invalid(&page(cx, now, form, errors).await?)
}

async fn page(
    cx: &Cx,
    review: Review,
    input: StepForm,
    errors: FieldErrors,
) -> Result<ReviewPage, PageError> {
    let l = cx.l;
    let (pool, me) = (cx.pool(), cx.viewer.id.0);
    let is_revealed = matches!(review.meeting_state, MeetingState::Revealed | MeetingState::Closed);
    let sees_nonpublic = review.my_role.is_some() || review.in_scope || review.manages;
    let mut connection = pool.acquire().await?;
    let content = templates::content(&mut connection, VersionId(review.template_version_id))
        .await?
        .ok_or(PageError::NotFound)?;
    drop(connection);
    let text = scoring::task_text(pool, review.task_id).await?;
    let sheet = if review.judges { scoring::own(pool, review.id, me).await? } else { None };
    let loaded = match is_revealed {
        true => Some(super::results::load(cx, review.meeting_id, review.meeting_state).await?),
        false => None,
    };
    let mine: Vec<&SheetRow> =
        loaded.iter().flat_map(|all| &all.sheets).filter(|s| s.review_id == review.id.0).collect();
    let found = results(&content, &mine);
    let tally = queries::tally(pool, review.id, me).await?;
    let advices = queries::advices(pool, review.id, me).await?;
    let evidence = readiness::queries::evidence(pool, &[review.id.0], cx.today()).await?;
    let decision = queries::decision(pool, review.id).await?;
    let reopenings = queries::reopenings(pool, review.id).await?;
    let conditions = match &decision {
        Some(_) => conditions::queries::conditions(pool, asker(cx), Some(review.id.0), None).await?,
        None => Vec::new(),
    };
    let earlier = queries::decisions_of_task(pool, review.task_id, me).await?;
    let around = meetings::neighbours(pool, review.meeting_id, asker(cx)).await?;
    let here = around.iter().position(|r| *r == review.id.0);
    let catalogue = catalogue::of(cx).await?;
    let is_open = review.state == ReviewState::Listed;
    let people = [
        l.name(text.institution_ja.as_deref().unwrap_or_default(), text.institution_en.as_deref()),
        l.name(text.lead_ja.as_deref().unwrap_or_default(), text.lead_en.as_deref()),
    ];
    let title = l.name(&review.title_ja, review.title_en.as_deref()).to_owned();
    let outcome = decision.as_ref().map(|d| d.outcome);
    let (state, tone) = match outcome {
        Some(o) => (o.name(l), o.tone()),
        None => (review.state.name(l), review.state.tone()),
    };
    let chosen = match input.choice.as_str() {
        "" => tally.mine.as_deref().unwrap_or_default(),
        typed => typed,
    };
    let open_reopening = reopenings.iter().any(|r| r.approved != Some(false));
    let page = cx
        .page(Section::Gates, title.clone())
        .crumb(l.t("ゲート評価", "Gates"), "/gates")
        .crumb(l.name(&review.meeting_ja, review.meeting_en.as_deref()), meeting_path(review.meeting_id));
    let link = |n: usize| around.get(n).map(|id| review_path((*id).into()));
    let can_vote =
        review.judges && review.meeting_state == MeetingState::Revealed && is_open && !review.blocked;
    let can_wait =
        review.chairs && review.meeting_state == MeetingState::Revealed && is_open && !review.blocked;
    let can_advise = review.my_role == Some(SeatRole::Adviser)
        && matches!(review.state, ReviewState::Listed | ReviewState::Waiting);
    let can_ask = decision.as_ref().is_some_and(|d| d.superseded_review.is_none())
        && !open_reopening
        && (review.chairs || review.manages || cx.viewer.rights.may_edit(review.program_id));
    let can_answer =
        reopenings.iter().any(|r| r.approved.is_none() && r.requested_by != me) && directs(cx, &review);
    let can_withdraw = review.manages && is_open && review.meeting_state != MeetingState::Closed;
    let lost = [
        (can_wait, &input.waiting_for),
        (can_advise, &input.body),
        (can_ask, &input.reason),
        (can_answer, &input.answer),
        (can_withdraw, &input.withdrawal),
    ]
    .into_iter()
    .find(|(offered, typed)| !offered && !typed.trim().is_empty())
    .map(|(_, typed)| typed.clone());
    Ok(ReviewPage {
        path: review_path(review.id),
        meeting_href: meeting_path(review.meeting_id),
        task_href: format!("/tasks/{}", review.task_id),
        other_title: review
            .title_en
            .as_ref()
            .map(|en| l.other().t(&review.title_ja, en).to_owned())
            .unwrap_or_default(),
        number: review.number.clone().unwrap_or_default(),
        template: l.t(&review.template_ja, &review.template_en).to_owned(),
        people: people.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(l.t("　", ", ")),
        summary: l
            .name(text.summary_ja.as_deref().unwrap_or_default(), text.summary_en.as_deref())
            .to_owned(),
        state,
        tone,
        is_revealed,
        can_score: review.judges
            && review.meeting_state == MeetingState::Scoring
            && is_open
            && !review.blocked,
        my_sheet: match &sheet {
            Some(s) if s.is_submitted => l.t("提出済", "Submitted"),
            Some(_) => l.t("下書き", "Draft"),
            None => l.t("未採点", "Not scored"),
        },
        evidence: evidence.iter().map(|e| readiness::pages::shown(l, e, false)).collect(),
        reviewers: mine.iter().map(|s| l.name(&s.name_ja, s.name_en.as_deref()).to_owned()).collect(),
        lines: lines(l, &content, &mine, &found),
        comments: mine.iter().map(|s| comment(l, &content, s, sees_nonpublic)).collect(),
        rule: content.rule.words(l),
        quorum: content.rule.quorum_words(l),
        proposal: found.proposal.zip(found.score).map(|(p, s)| {
            let (word, tone) = proposal_words(l, p);
            (points(s), word, tone)
        }),
        leniency_note: loaded
            .iter()
            .find_map(|all| all.leniency.levels.get(&review.id.0).copied())
            .zip(found.overall)
            .map(|(level, mean)| leniency_note(l, level, mean))
            .unwrap_or_default(),
        can_advise,
        my_advice: match input.body.is_empty() {
            true => advices.iter().find(|a| a.user_id == me).map(|a| a.body.clone()).unwrap_or_default(),
            false => input.body.clone(),
        },
        advices: advices.iter().map(|a| advice(l, a)).collect(),
        eligible: tally.eligible,
        voted: tally.choices.iter().map(|(_, n)| n).sum(),
        votes: tally.choices.iter().map(|(c, n)| (c.name(l).to_owned(), *n)).collect(),
        recused: tally
            .recused
            .iter()
            .map(|(ja, en)| l.name(ja, en.as_deref()))
            .collect::<Vec<_>>()
            .join(l.t("、", ", ")),
        vote_options: Vote::ALL
            .iter()
            .map(|v| Choice::new(v.code(), v.name(l), v.code() == chosen))
            .collect(),
        can_vote,
        can_decide: review.chairs
            && !review.blocked
            && (review.state == ReviewState::Waiting
                || (review.meeting_state == MeetingState::Revealed && is_open)),
        can_wait,
        conditions: conditions.iter().map(|c| conditions::view(cx, c)).collect(),
        can_ask,
        can_answer,
        can_withdraw,
        lost,
        decision: decision.map(|d| decision_view(l, &page, d, &catalogue, sees_nonpublic)),
        reopenings: reopenings.iter().map(|r| reopening(l, r)).collect(),
        earlier: earlier
            .into_iter()
            .filter(|e| e.review_id != review.id.0)
            .map(|e| earlier_view(l, e))
            .collect(),
        previous: here.and_then(|n| n.checked_sub(1)).and_then(link),
        next: here.and_then(|n| link(n + 1)),
        title,
        input,
        errors,
        page,
        review,
    })
}

fn lines(l: Language, content: &Content, sheets: &[&SheetRow], found: &Results) -> Vec<Line> {
    content
        .items
        .iter()
        .map(|item| Line {
            view: item.view.name(l),
            name: item.name(l).to_owned(),
            weight: if item.is_overall { String::new() } else { item.weight.to_string() },
            scores: sheets
                .iter()
                .map(|s| {
                    let value = s.scores.iter().find(|x| x.item == item.id).and_then(|x| x.value);
                    value.map(|v| v.to_string()).unwrap_or_default()
                })
                .collect(),
            mean: found.means.get(&item.id).map(|m| in_words(*m)).unwrap_or_default(),
            is_overall: item.is_overall,
        })
        .collect()
}

fn comment(l: Language, content: &Content, sheet: &SheetRow, nonpublic: bool) -> Comment {
    let items = content.items.iter().filter_map(|item| {
        let text = &sheet.scores.iter().find(|s| s.item == item.id)?.comment;
        (nonpublic && !text.is_empty()).then(|| (item.name(l).to_owned(), text.clone()))
    });
    Comment {
        who: l.name(&sheet.name_ja, sheet.name_en.as_deref()).to_owned(),
        public: sheet.public_comment.clone(),
        nonpublic: if nonpublic { sheet.nonpublic_comment.clone() } else { String::new() },
        items: items.collect(),
    }
}

/// What leniency over the meeting would change, in words; never applied.
fn leniency_note(l: Language, level: f64, mean: f64) -> String {
    let (level, difference) = (in_words(level), difference(level, mean));
    if l.is_ja() {
        format!(
            "採点者の甘辛（会議全体から推定）を除くと {level}（{difference}）。参考値であり、評点には使いません。"
        )
    } else {
        format!(
            "Without the reviewers' leniency (estimated over the meeting): {level} ({difference}). For information; not used in the score."
        )
    }
}

fn advice(l: Language, a: &Advice) -> AdviceView {
    AdviceView {
        who: l.name(&a.name_ja, a.name_en.as_deref()).to_owned(),
        body: a.body.clone(),
        on: today_in_japan(a.advised_at).to_string(),
    }
}

fn decision_view(
    l: Language,
    page: &Page,
    d: DecisionRow,
    catalogue: &catalogue::Catalogue,
    nonpublic: bool,
) -> DecisionView {
    let votes = match l {
        Language::Ja => format!("対象委員{}名、投票{}名、賛成{}名", d.eligible, d.present, d.in_favour),
        Language::En => format!("{} entitled, {} voted, {} in favour", d.eligible, d.present, d.in_favour),
    };
    let how = match d.how.as_str() {
        "chair" => format!(
            "{}（{votes}）",
            l.t("委員長一任に基づく委員長の決定", "Decided by the chair on delegation")
        ),
        _ => format!("{}（{votes}）", l.t("委員会の投票", "Vote of the committee")),
    };
    let proposed = d.proposed.map(|p| {
        format!("{} {}", p.name(l), d.score_tenths.map(|s| format!("（{}）", points(s))).unwrap_or_default())
    });
    DecisionView {
        outcome: d.outcome.name(l),
        tone: d.outcome.tone(),
        how,
        statement: d.statement,
        nonpublic: if nonpublic { d.nonpublic_statement } else { String::new() },
        evidence: d.outside_evidence.unwrap_or_default(),
        receiving: d
            .receiving_program_id
            .and_then(|id| catalogue.program(id))
            .map(|p| p.name(l).to_owned())
            .unwrap_or_default(),
        proposed: proposed.unwrap_or_default(),
        dispositions: d.dispositions.into_iter().map(|(kind, text)| (kind.name(l), text)).collect(),
        by: l.name(&d.decided_ja, d.decided_en.as_deref()).to_owned(),
        at: page.moment(&d.decided_at),
        superseded_href: d.superseded_review.map(|id| review_path(id.into())),
        reopens_href: d.reopens_review.map(|id| review_path(id.into())),
    }
}

fn reopening(l: Language, r: &Reopening) -> ReopeningView {
    let (state, tone) = match r.approved {
        None => (l.t("PDの承認待ち", "Waits for the PD"), "warn"),
        Some(true) => (l.t("承認", "Approved"), "ok"),
        Some(false) => (l.t("却下", "Refused"), "quiet"),
    };
    let answer = match (&r.answered_ja, r.answered_at) {
        (Some(name), Some(at)) => format!(
            "{}（{} {}）",
            r.answer.as_deref().unwrap_or_default(),
            l.name(name, r.answered_en.as_deref()),
            today_in_japan(at)
        ),
        _ => String::new(),
    };
    ReopeningView {
        reason: r.reason.clone(),
        who: format!(
            "{} {}",
            l.name(&r.requested_ja, r.requested_en.as_deref()),
            today_in_japan(r.requested_at)
        ),
        state,
        tone,
        answer,
    }
}

fn earlier_view(l: Language, e: queries::Earlier) -> Earlier {
    let mut notes = Vec::new();
    if e.is_superseded {
        notes.push(l.t("再審議により失効", "Superseded").to_owned());
    }
    if e.open_conditions > 0 && !e.is_superseded {
        notes.push(format!("{} {}", l.t("未了の条件", "Open conditions:"), e.open_conditions));
    }
    Earlier {
        href: review_path(e.review_id.into()),
        template: l.t(&e.template_ja, &e.template_en).to_owned(),
        outcome: e.outcome.name(l),
        tone: e.outcome.tone(),
        on: today_in_japan(e.decided_at).to_string(),
        note: notes.join(l.t("、", ", ")),
    }
}
