//! The scoring page: one item, its questions, scores by key, drafts saved as they are typed.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use chrono::NaiveDate;

use crate::gates::meetings::queries as meetings;
use crate::gates::model::{MeetingState, Refusal};
use crate::gates::queries::Review;
use crate::gates::rows::{Judging, asker, doing};
use crate::gates::templates::{Content, VersionId, queries as templates};
use crate::gates::{meeting_path, review_path};
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Section, Submitted, render,
    render_invalid,
};

use super::actions::{self, Saved};
use super::forms::SheetForm;
use super::queries::{self, Place};

#[derive(Template)]
#[template(path = "gates/sheet.html")]
struct SheetPage {
    page: Page,
    action: String,
    review_href: String,
    task_href: String,
    meeting_href: String,
    key: String,
    number: String,
    title: String,
    template: String,
    people: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    summary: String,
    summary_nonpublic: String,
    views: Vec<View>,
    public_comment: String,
    nonpublic_comment: String,
    version: i32,
    is_submitted: bool,
    is_open: bool,
    blocked: bool,
    saved_at: String,
    errors: FieldErrors,
    places: Vec<PlaceLink>,
    previous: Option<String>,
    next: Option<String>,
    done: usize,
}

struct View {
    name: &'static str,
    questions: Vec<Question>,
}

struct Question {
    id: String,
    name: String,
    question: String,
    weight: i16,
    is_overall: bool,
    scores: Vec<Choice>,
    comment: String,
}

struct PlaceLink {
    href: String,
    number_here: usize,
    title: String,
    state: &'static str,
    is_here: bool,
    is_done: bool,
}

pub async fn show(cx: Cx, review: Acting<Judging>) -> Outcome {
    render(&page(&cx, &review, None, FieldErrors::new()).await?)
}

pub async fn save(
    cx: Cx,
    review: Acting<Judging>,
    Submitted(pairs): Submitted<Vec<(String, String)>>,
) -> Outcome {
    let l = cx.l;
    let form = SheetForm::new(pairs);
    if form.get("do") == "take_back" {
        return match actions::take_back(&doing(&cx), &review).await? {
            Ok(()) => Ok(Redirected::to(format!("{}/sheet", review_path(review.id)))
                .saying(l.t(
                    "提出を取り消しました。修正して再提出してください。",
                    "Taken back. Change it and submit again.",
                ))
                .into_response()),
            Err(refusal) => Err(PageError::Refused(refusal.said())),
        };
    }
    let submits = form.get("do") == "submit";
    let items = items(&cx, &review).await?.items;
    let parsed = match form.parse(&items, submits, l) {
        Ok(parsed) => parsed,
        Err(errors) => return render_invalid(&page(&cx, &review, Some(form), errors).await?),
    };
    let content = queries::Content {
        public_comment: &parsed.public_comment,
        nonpublic_comment: &parsed.nonpublic_comment,
        scores: &parsed.scores,
    };
    let d = doing(&cx);
    let answer = match submits {
        true => actions::submit(&d, &review, form.version(), &content).await?,
        false => actions::save(&d, &review, form.version(), &content).await?,
    };
    match answer {
        Ok(Saved::Version(_)) if submits => {
            let places = queries::places(cx.pool(), review.id, cx.viewer.id.0).await?;
            let next = after(&places, &review)
                .map_or_else(|| meeting_path(review.meeting_id), |id| format!("/gates/reviews/{id}/sheet"));
            Ok(Redirected::to(next).saying(l.t("提出しました。", "Submitted.")).into_response())
        }
        Ok(Saved::Version(_)) => Ok(Redirected::to(format!("{}/sheet", review_path(review.id)))
            .saying(l.t("下書きを保存しました。", "The draft is saved."))
            .into_response()),
        Ok(Saved::Stale) => Err(PageError::Conflict(Box::new(conflict(&cx, &review, &form, &items).await?))),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("public_comment", l.t("採点", "Scores"), refusal.said());
            render_invalid(&page(&cx, &review, Some(form), errors).await?)
        }
    }
}

/// What the browser hears after saving a draft in the background.
#[derive(serde::Serialize)]
struct Heard {
    version: i32,
    saved_at: String,
    message: String,
}

/// Saves a draft in the background: 200 with the new version, 409 where another window was faster, 422 where a value
/// does not fit (what fits is saved with the form itself).
pub async fn save_draft(
    cx: Cx,
    review: Acting<Judging>,
    Submitted(pairs): Submitted<Vec<(String, String)>>,
) -> Outcome {
    let form = SheetForm::new(pairs);
    let items = items(&cx, &review).await?.items;
    let heard = |status: StatusCode, version: i32, message: String| {
        let saved_at = cx.now.with_timezone(&crate::kernel::clock::JST).format("%H:%M:%S").to_string();
        let body = serde_json::to_string(&Heard { version, saved_at, message })?;
        Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
    };
    let parsed = match form.parse(&items, false, cx.l) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let message =
                errors.iter().next().map(|e| e.said.in_language(cx.l).to_owned()).unwrap_or_default();
            return heard(StatusCode::UNPROCESSABLE_ENTITY, form.version(), message);
        }
    };
    let content = queries::Content {
        public_comment: &parsed.public_comment,
        nonpublic_comment: &parsed.nonpublic_comment,
        scores: &parsed.scores,
    };
    match actions::save(&doing(&cx), &review, form.version(), &content).await? {
        Ok(Saved::Version(version)) => heard(StatusCode::OK, version, String::new()),
        Ok(Saved::Stale) => {
            let said = Said::new(
                "別の画面で更新されています。ページを開き直してください（この画面の入力は端末に残っています）。",
                "It was changed in another window. Reopen the page; what you typed here is kept on this device.",
            );
            heard(StatusCode::CONFLICT, form.version(), said.in_language(cx.l).to_owned())
        }
        Err(refusal) => heard(StatusCode::GONE, form.version(), refusal.said().in_language(cx.l).to_owned()),
    }
}

async fn items(cx: &Cx, review: &Review) -> Result<Content, PageError> {
    let mut connection = cx.pool().acquire().await?;
    templates::content(&mut connection, VersionId(review.template_version_id))
        .await?
        .ok_or(PageError::NotFound)
}

/// The next item without a submitted sheet, after this one and then from the top.
fn after(places: &[Place], review: &Review) -> Option<uuid::Uuid> {
    let beyond = places.iter().position(|p| p.review_id == review.id.0).map_or(0, |n| n + 1);
    let (before, behind) = places.split_at(beyond);
    let open = |p: &&Place| p.sheet.as_deref() != Some("submitted") && p.review_id != review.id.0;
    behind.iter().chain(before).find(open).map(|p| p.review_id)
}

async fn page(
    cx: &Cx,
    review: &Review,
    form: Option<SheetForm>,
    errors: FieldErrors,
) -> Result<SheetPage, PageError> {
    let l = cx.l;
    let content = items(cx, review).await?;
    let sheet = queries::own(cx.pool(), review.id, cx.viewer.id.0).await?;
    let text = queries::task_text(cx.pool(), review.task_id).await?;
    let places = queries::places(cx.pool(), review.id, cx.viewer.id.0).await?;
    let shown = meetings::neighbours(cx.pool(), review.meeting_id, asker(cx)).await?;
    let form = form.unwrap_or_else(|| SheetForm::of(sheet.as_ref()));
    let mut views: Vec<View> = Vec::new();
    for item in &content.items {
        let name = item.view.name(l);
        let typed = form.score(&item.id).to_owned();
        let labels = content.labels_of(item.scale_points);
        let scores = (1..=item.scale_points)
            .map(|n| {
                let label = labels.iter().find(|x| x.value == n).map(|x| x.name(l)).unwrap_or_default();
                Choice::new(n.to_string(), label, typed == n.to_string())
            })
            .collect();
        let question = Question {
            id: item.id.to_string(),
            name: item.name(l).to_owned(),
            question: item.question(l).to_owned(),
            weight: item.weight,
            is_overall: item.is_overall,
            scores,
            comment: form.comment(&item.id).to_owned(),
        };
        match views.last_mut().filter(|v| v.name == name) {
            Some(view) => view.questions.push(question),
            None => views.push(View { name, questions: vec![question] }),
        }
    }
    let here = places.iter().position(|p| p.review_id == review.id.0);
    let link = |n: usize| places.get(n).map(|p| format!("/gates/reviews/{}/sheet", p.review_id));
    let people = [
        l.name(text.institution_ja.as_deref().unwrap_or_default(), text.institution_en.as_deref()),
        l.name(text.lead_ja.as_deref().unwrap_or_default(), text.lead_en.as_deref()),
    ];
    let title = l.name(&review.title_ja, review.title_en.as_deref()).to_owned();
    let page = cx
        .page(Section::Gates, format!("{}：{title}", l.t("採点", "Score")))
        .crumb(l.t("ゲート評価", "Gates"), "/gates")
        .crumb(l.name(&review.meeting_ja, review.meeting_en.as_deref()), meeting_path(review.meeting_id));
    Ok(SheetPage {
        action: format!("{}/sheet", review_path(review.id)),
        review_href: review_path(review.id),
        task_href: format!("/tasks/{}", review.task_id),
        meeting_href: meeting_path(review.meeting_id),
        key: format!("{}-{}", review.id, cx.viewer.id),
        number: review.number.clone().unwrap_or_default(),
        template: l.t(&review.template_ja, &review.template_en).to_owned(),
        people: people.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(l.t("　", ", ")),
        starts_on: text.starts_on,
        ends_on: text.ends_on,
        summary: l
            .name(text.summary_ja.as_deref().unwrap_or_default(), text.summary_en.as_deref())
            .to_owned(),
        summary_nonpublic: text.summary_nonpublic.unwrap_or_default(),
        views,
        public_comment: form.get("public_comment").to_owned(),
        nonpublic_comment: form.get("nonpublic_comment").to_owned(),
        version: if form.get("version").is_empty() { 0 } else { form.version() },
        is_submitted: sheet.as_ref().is_some_and(|s| s.is_submitted),
        is_open: review.meeting_state == MeetingState::Scoring,
        blocked: review.blocked,
        saved_at: sheet.as_ref().map(|s| page.moment(&s.saved_at)).unwrap_or_default(),
        errors,
        previous: here.and_then(|n| n.checked_sub(1)).and_then(link),
        next: here.and_then(|n| link(n + 1)),
        done: places.iter().filter(|p| p.sheet.as_deref() == Some("submitted")).count(),
        places: places
            .iter()
            .map(|p| PlaceLink {
                href: format!("/gates/reviews/{}/sheet", p.review_id),
                number_here: shown.iter().position(|id| *id == p.review_id).map_or(1, |n| n + 1),
                title: l.name(&p.title_ja, p.title_en.as_deref()).to_owned(),
                state: match p.sheet.as_deref() {
                    Some("submitted") => l.t("提出済", "Submitted"),
                    Some(_) => l.t("下書き", "Draft"),
                    None => l.t("未採点", "Not scored"),
                },
                is_here: p.review_id == review.id.0,
                is_done: p.sheet.as_deref() == Some("submitted"),
            })
            .collect(),
        title,
        page,
    })
}

async fn conflict(
    cx: &Cx,
    review: &Review,
    form: &SheetForm,
    items: &[crate::gates::templates::Item],
) -> Result<Conflict, PageError> {
    let l = cx.l;
    let sheet = queries::own(cx.pool(), review.id, cx.viewer.id.0).await?;
    if sheet.as_ref().is_some_and(|s| s.is_submitted) {
        return Err(PageError::Refused(Refusal::AlreadySubmitted.said()));
    }
    let theirs = SheetForm::of(sheet.as_ref());
    let mut names: Vec<(String, String)> = Vec::new();
    for item in items {
        names.push((format!("score-{}", item.id), item.name(l).to_owned()));
        names.push((
            format!("comment-{}", item.id),
            format!("{}（{}）", item.name(l), l.t("コメント", "comment")),
        ));
    }
    names.push(("public_comment".to_owned(), l.t("総評（公開）", "Overall comment, public").to_owned()));
    names.push((
        "nonpublic_comment".to_owned(),
        l.t("総評（非公開）", "Overall comment, not public").to_owned(),
    ));
    let mut pairs: Vec<(String, String)> =
        names.iter().map(|(n, _)| (n.clone(), form.get(n).to_owned())).collect();
    pairs.push(("version".to_owned(), theirs.version().to_string()));
    pairs.push(("do".to_owned(), form.get("do").to_owned()));
    Ok(Conflict {
        fields: names
            .iter()
            .map(|(n, label)| ConflictField {
                label: label.clone(),
                yours: form.get(n).to_owned(),
                theirs: theirs.get(n).to_owned(),
            })
            .collect(),
        reload_href: format!("{}/sheet", review_path(review.id)),
        action: format!("{}/sheet", review_path(review.id)),
        pairs,
    })
}
