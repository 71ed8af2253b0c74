//! The member's page of statements, and the chair's page of conflicts with the path by which each was found.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::gates::meeting_path;
use crate::gates::meetings::queries as meetings;
use crate::gates::model::{ReviewState, SeatRole};
use crate::gates::queries::{Meeting, Review};
use crate::gates::rows::{SeatIn, asker, doing};
use crate::kernel::Text;
use crate::portfolio::conflicts::{Kind, NewDeclaration, path_in_words};
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Section, Submitted, Visible, render,
    render_invalid,
};

use super::actions::{self, Statement};
use super::queries::{self, ConflictRow};

/// The statements as typed: three lists of one length, in the order of the run list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StatementsForm {
    pub key: String,
    pub review: Vec<String>,
    /// `none`, `later`, or the kind of the conflict.
    pub relation: Vec<String>,
    pub remark: Vec<String>,
}

#[derive(Template)]
#[template(path = "gates/statements.html")]
struct StatementsPage {
    page: Page,
    action: String,
    back: String,
    rows: Vec<StatementRow>,
    errors: FieldErrors,
}

struct StatementRow {
    id: String,
    number_here: i64,
    number: String,
    title: String,
    people: String,
    stated: Option<bool>,
    options: Vec<Choice>,
    remark: String,
}

pub async fn statements(cx: Cx, meeting: Acting<SeatIn>) -> Outcome {
    render(&statements_page(&cx, &meeting, &StatementsForm::default(), FieldErrors::new()).await?)
}

async fn statements_page(
    cx: &Cx,
    meeting: &Meeting,
    typed: &StatementsForm,
    errors: FieldErrors,
) -> Result<StatementsPage, PageError> {
    let l = cx.l;
    let rows = meetings::items(cx.pool(), meeting.id, asker(cx)).await?;
    // A declared conflict of another kind leaves the item to the member until the chair resolves it.
    let declared = queries::declared(cx.pool(), meeting.id, cx.viewer.id.0).await?;
    let rows = rows
        .into_iter()
        .filter(|r| matches!(r.state, ReviewState::Listed | ReviewState::Waiting))
        .map(|r| {
            let at = typed.review.iter().position(|id| *id == r.id.to_string());
            let typed_relation = at.and_then(|n| typed.relation.get(n)).map(String::as_str);
            let own = declared.get(&r.id).filter(|_| r.my_statement == Some(true));
            let chosen = match (typed_relation, own, r.my_statement) {
                (Some(typed), _, _) => typed,
                (None, Some((kind, _)), _) => kind.code(),
                (None, None, Some(false)) => "none",
                (None, None, _) => "later",
            };
            let mut options = vec![
                Choice::new("later", l.t("（未申告）", "(not stated)"), chosen == "later"),
                Choice::new("none", l.t("利益相反なし", "No conflict"), chosen == "none"),
            ];
            options.extend(Kind::DECLARED.map(|k| {
                let label = format!("{}{}", l.t("あり：", "Conflict: "), k.name(l));
                Choice::new(k.code(), label, k.code() == chosen)
            }));
            let people = [
                l.name(r.institution_ja.as_deref().unwrap_or_default(), r.institution_en.as_deref()),
                l.name(r.lead_ja.as_deref().unwrap_or_default(), r.lead_en.as_deref()),
            ];
            StatementRow {
                id: r.id.to_string(),
                number_here: r.number_here.unwrap_or_default(),
                number: r.number.clone().unwrap_or_default(),
                title: l.name(&r.title_ja, r.title_en.as_deref()).to_owned(),
                people: people
                    .into_iter()
                    .filter(|s| !s.is_empty())
                    .collect::<Vec<_>>()
                    .join(l.t("　", ", ")),
                stated: r.my_statement,
                options,
                remark: match at.and_then(|n| typed.remark.get(n)) {
                    Some(typed) => typed.clone(),
                    None => own.map(|(_, remark)| remark.clone()).unwrap_or_default(),
                },
            }
        })
        .collect();
    let name = l.name(&meeting.name_ja, meeting.name_en.as_deref()).to_owned();
    Ok(StatementsPage {
        action: format!("{}/statements", meeting_path(meeting.id)),
        back: meeting_path(meeting.id),
        rows,
        errors,
        page: cx
            .page(Section::Gates, l.t("議題ごとの利益相反の申告", "Conflicts of interest by item"))
            .crumb(l.t("ゲート評価", "Gates"), "/gates")
            .crumb(name, meeting_path(meeting.id)),
    })
}

pub async fn state(cx: Cx, meeting: Acting<SeatIn>, Submitted(form): Submitted<StatementsForm>) -> Outcome {
    let l = cx.l;
    let rows = meetings::items(cx.pool(), meeting.id, asker(&cx)).await?;
    let declared = queries::declared(cx.pool(), meeting.id, cx.viewer.id.0).await?;
    let mut errors = FieldErrors::new();
    let mut statements = Vec::new();
    for (n, id) in form.review.iter().enumerate() {
        let relation = form.relation.get(n).map(String::as_str).unwrap_or("later");
        let Some(row) = rows.iter().find(|r| r.id.to_string() == *id) else { continue };
        let conflict = match relation {
            "later" => continue,
            "none" => None,
            code => {
                let kind = Kind::DECLARED.into_iter().find(|k| k.code() == code);
                let field = format!("relation-{id}");
                let said = || Said::new("関係を選んでください。", "Choose the relation.");
                let kind = errors.check(&field, l.t("関係", "Relation"), kind.ok_or_else(said));
                let remark = form.remark.get(n).map(String::as_str).unwrap_or_default();
                let field = format!("remark-{id}");
                let remark = errors.check(&field, l.t("内容", "Details"), Text::<1000>::optional(remark));
                let (Some(kind), Some(remark)) = (kind, remark) else { continue };
                if kind == Kind::Other && remark.is_none() {
                    let said = Said::new(
                        "「その他」は、委員長が判断できるように内容を入力してください。",
                        "Say what the other relation is, so that the chair can judge it.",
                    );
                    errors.add(&field, l.t("内容", "Details"), said);
                    continue;
                }
                let text = remark.as_ref().map(Text::as_str).unwrap_or_default();
                let stands = declared.get(&row.id).is_some_and(|(known, why)| *known == kind && why == text);
                if stands && row.my_statement == Some(true) {
                    continue;
                }
                let name = row.number.clone().unwrap_or_else(|| row.title_ja.chars().take(60).collect());
                Some(NewDeclaration::of_task(kind, row.task_id.into(), name, remark.map(Text::into_string)))
            }
        };
        statements.push(Statement { review: row.id.into(), task: row.task_id, conflict });
    }
    if !errors.is_empty() {
        return render_invalid(&statements_page(&cx, &meeting, &form, errors).await?);
    }
    match actions::state(&doing(&cx), &meeting, &statements, &form.key).await? {
        Ok(()) => Ok(Redirected::to(meeting_path(meeting.id))
            .saying(l.t("利益相反を申告しました。", "Your statements are recorded."))
            .into_response()),
        Err(refusal) => {
            errors.add("statements", l.t("申告", "Statements"), refusal.said());
            render_invalid(&statements_page(&cx, &meeting, &form, errors).await?)
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResolutionForm {
    pub user: String,
    pub resolution: String,
    pub reason: String,
}

#[derive(Template)]
#[template(path = "gates/conflicts.html")]
struct ConflictsPage {
    page: Page,
    back: String,
    groups: Vec<Group>,
    unresolved: usize,
    is_chair: bool,
    errors: FieldErrors,
    typed: ResolutionForm,
    typed_review: String,
}

/// A member and an item, with all that was found.
struct Group {
    review_id: String,
    user_id: String,
    href: String,
    number_here: String,
    number: String,
    title: String,
    member: String,
    found: Vec<Found>,
    is_out: bool,
    can_resolve: bool,
    can_waive: bool,
    resolution: String,
    field: String,
}

struct Found {
    kind: &'static str,
    severity: &'static str,
    tone: &'static str,
    path: String,
    remark: String,
}

pub async fn conflicts(cx: Cx, meeting: Visible<Meeting>) -> Outcome {
    let page = conflicts_page(&cx, &meeting, FieldErrors::new(), ResolutionForm::default(), "").await?;
    render(&page)
}

async fn conflicts_page(
    cx: &Cx,
    meeting: &Meeting,
    errors: FieldErrors,
    typed: ResolutionForm,
    typed_review: &str,
) -> Result<ConflictsPage, PageError> {
    let l = cx.l;
    if meeting.my_role != Some(SeatRole::Chair) && !meeting.manages && !cx.viewer.rights.sees_all {
        let acts = queries::chairs_any(cx.pool(), meeting.id, cx.viewer.id.0).await?;
        if !acts {
            return Err(PageError::Forbidden(Said::new(
                "利益相反の一覧を見られるのは、委員長と事務局だけです。",
                "Only the chair and the secretariat see the conflicts of others.",
            )));
        }
    }
    let rows = queries::conflicts(cx.pool(), meeting.id, None, cx.viewer.id.0).await?;
    let shown = meetings::neighbours(cx.pool(), meeting.id, asker(cx)).await?;
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let number_here = shown.iter().position(|id| *id == row.review_id).map(|n| (n + 1).to_string());
        let number_here = number_here.unwrap_or_default();
        let found = Found {
            kind: row.kind.name(l),
            severity: row.severity.name(l),
            tone: row.severity.tone(),
            path: path_in_words(&row.path, l),
            remark: row.remark.clone().unwrap_or_default(),
        };
        let bar = row.severity == crate::portfolio::conflicts::Severity::Bar;
        match groups
            .last_mut()
            .filter(|g| g.review_id == row.review_id.to_string() && g.user_id == row.user_id.to_string())
        {
            Some(group) => {
                group.can_waive &= !bar;
                group.found.push(found);
            }
            None => groups.push(group(cx, &row, number_here, found, bar)),
        }
    }
    let unresolved = groups.iter().filter(|g| g.resolution.is_empty() && g.can_resolve).count();
    let name = l.name(&meeting.name_ja, meeting.name_en.as_deref()).to_owned();
    Ok(ConflictsPage {
        back: meeting_path(meeting.id),
        unresolved,
        is_chair: groups.iter().any(|g| g.can_resolve),
        groups,
        errors,
        typed,
        typed_review: typed_review.to_owned(),
        page: cx
            .page(Section::Gates, l.t("利益相反の確認", "Conflicts of interest"))
            .crumb(l.t("ゲート評価", "Gates"), "/gates")
            .crumb(name, meeting_path(meeting.id)),
    })
}

fn group(cx: &Cx, row: &ConflictRow, number_here: String, found: Found, bar: bool) -> Group {
    let l = cx.l;
    let resolution = match (row.resolution.as_deref(), &row.resolved_ja, row.resolved_at) {
        (Some(word), Some(name), Some(at)) => {
            let word = if word == "waive" { l.t("免除", "Waived") } else { l.t("除斥", "Recused") };
            let day = crate::kernel::clock::today_in_japan(at);
            let name = l.name(name, row.resolved_en.as_deref());
            format!("{word}：{}（{name} {day}）", row.reason.as_deref().unwrap_or_default())
        }
        _ => String::new(),
    };
    Group {
        field: format!("reason-{}-{}", row.review_id, row.user_id),
        review_id: row.review_id.to_string(),
        user_id: row.user_id.to_string(),
        href: format!("/gates/reviews/{}", row.review_id),
        number_here,
        number: row.number.clone().unwrap_or_default(),
        title: l.name(&row.title_ja, row.title_en.as_deref()).to_owned(),
        member: l.name(&row.name_ja, row.name_en.as_deref()).to_owned(),
        found: vec![found],
        is_out: row.is_out,
        can_resolve: row.chairs && !row.is_settled,
        can_waive: !bar,
        resolution,
    }
}

pub async fn resolve(cx: Cx, review: Visible<Review>, Submitted(form): Submitted<ResolutionForm>) -> Outcome {
    let l = cx.l;
    if !review.chairs {
        return Err(PageError::Forbidden(crate::gates::model::Refusal::NotTheChair.said()));
    }
    let user: Uuid = form.user.parse().map_err(|_| PageError::NotFound)?;
    let mut errors = FieldErrors::new();
    let field = format!("reason-{}-{user}", review.id);
    let reason = errors.check(&field, l.t("理由", "Reason"), Text::<1000>::parse(&form.reason));
    let waive = match form.resolution.as_str() {
        "waive" => Ok(true),
        "recuse" => Ok(false),
        _ => Err(Said::new("除斥か免除を選んでください。", "Choose to recuse or to waive.")),
    };
    let waive = errors.check(&field, l.t("取扱い", "Resolution"), waive);
    let meeting = Visible::<Meeting>::find(&cx, review.meeting_id).await?;
    let (Some(reason), Some(waive)) = (reason, waive) else {
        let id = review.id.to_string();
        return render_invalid(&conflicts_page(&cx, &meeting, errors, form, &id).await?);
    };
    match actions::resolve(&doing(&cx), &review, user, waive, reason.as_str()).await? {
        Ok(()) => Ok(Redirected::to(format!("{}/conflicts", meeting_path(review.meeting_id)))
            .saying(l.t("利益相反の取扱いを記録しました。", "The resolution is recorded."))
            .into_response()),
        Err(refusal) => {
            errors.add(&field, l.t("取扱い", "Resolution"), refusal.said());
            let id = review.id.to_string();
            render_invalid(&conflicts_page(&cx, &meeting, errors, form, &id).await?)
        }
    }
}
