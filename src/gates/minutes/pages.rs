//! The minutes of a meeting as page, PDF and workbook; issuing them; the check of a printed hash.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;

use crate::export::{Format, pdf};
use crate::gates::meetings::queries::items;
use crate::gates::model::{MeetingState, SeatRole};
use crate::gates::queries::Meeting;
use crate::gates::rows::{asker, doing};
use crate::gates::{MeetingId, meeting_path};
use crate::web::view::Tab;
use crate::web::{
    Asked, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Said, Section, Submitted,
    Visible, download, render,
};

use super::actions::{self, Refusal};
use super::check::{Verdict, check};
use super::model::{Audience, Record, hash_of, tidy_hash};
use super::print::{Seal, document};
use super::sheet::{Sheet, moment, sheet};
use super::{excel, queries, routes};

/// Which version of the minutes is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub audience: String,
    pub language: String,
}

impl Wanted {
    fn audience(&self) -> Audience {
        Audience::from_code(&self.audience).unwrap_or(Audience::Full)
    }

    fn language(&self, cx: &Cx) -> Language {
        Language::from_code(&self.language).unwrap_or(cx.l)
    }
}

/// The minutes as one viewer may read them.
struct Read {
    record: Record,
    seal: Seal,
    /// When they were issued; nothing for a draft.
    issued: Option<String>,
    /// The tables say something else than the issued record.
    is_outdated: bool,
}

/// The last issue, or the facts of the moment as a draft, with the items that the viewer may know of.
async fn read(cx: &Cx, meeting: &Meeting, audience: Audience) -> Result<Read, PageError> {
    let l = cx.l;
    let mut connection = cx.pool().acquire().await?;
    let full = queries::record(&mut connection, meeting.id.0).await?.ok_or(PageError::NotFound)?;
    drop(connection);
    let now = if audience == Audience::Public { full.public() } else { full };
    let now_hash = hash_of(&now.text()?);
    let issued = queries::last_issued(cx.pool(), meeting.id.0, audience).await?;
    let visible: Vec<_> = items(cx.pool(), meeting.id, asker(cx)).await?.iter().map(|i| i.id).collect();
    Ok(match issued {
        Some(issued) => {
            let stored: Record = serde_json::from_str(&issued.record)?;
            let at = format!(
                "{}{}{}{}",
                moment(&issued.issued_at),
                l.t("（", " ("),
                edition(l, issued.issue),
                l.t("）", ")")
            );
            let now = now.in_shape(stored.shape).only(&visible);
            let record = stored.only(&visible);
            Read {
                // As far as the viewer may know: a change of a hidden item is none.
                is_outdated: now != record,
                record,
                seal: Seal {
                    foot: format!("{}　{}{at}", audience.name(l), l.t("発行 ", "issued ")),
                    hash: issued.hash,
                },
                issued: Some(at),
            }
        }
        None => Read {
            record: now.only(&visible),
            is_outdated: false,
            seal: Seal {
                foot: format!("{}　{}{}", audience.name(l), l.t("案 ", "draft of "), moment(&cx.now)),
                hash: now_hash,
            },
            issued: None,
        },
    })
}

fn edition(l: Language, issue: i16) -> String {
    if l.is_ja() { format!("第{issue}版") } else { format!("issue {issue}") }
}

#[derive(Template)]
#[template(path = "gates/minutes/show.html")]
struct ShowPage {
    page: Page,
    sheet: Sheet,
    is_full: bool,
    tabs: Vec<Tab>,
    hash: String,
    issued: Option<String>,
    is_outdated: bool,
    can_issue: bool,
    action: String,
    check_href: String,
    pdf_here: String,
    pdf_other: String,
    xlsx: String,
}

pub async fn show(cx: Cx, meeting: Visible<Meeting>, Asked(wanted): Asked<Wanted>) -> Outcome {
    let l = cx.l;
    let audience = wanted.audience();
    let read = read(&cx, &meeting, audience).await?;
    let path = meeting_path(meeting.id);
    let tab = |a: Audience| Tab {
        label: a.name(l).to_owned(),
        href: routes::minutes(meeting.id, a),
        count: None,
        current: a == audience,
    };
    let closed = meeting.state == MeetingState::Closed;
    let page = cx
        .page(Section::Gates, l.t("議事録", "Minutes"))
        .crumb(l.t("ゲート評価", "Gates"), "/gates")
        .crumb(l.name(&meeting.name_ja, meeting.name_en.as_deref()), path);
    render(&ShowPage {
        sheet: sheet(l, &read.record),
        is_full: audience == Audience::Full,
        tabs: Audience::ALL.iter().copied().map(tab).collect(),
        can_issue: may_issue(&meeting) && closed && (read.issued.is_none() || read.is_outdated),
        action: routes::minutes(meeting.id, audience),
        check_href: routes::check(&read.seal.hash),
        pdf_here: routes::pdf(meeting.id, audience, l),
        pdf_other: routes::pdf(meeting.id, audience, l.other()),
        xlsx: routes::xlsx(meeting.id, audience),
        hash: read.seal.hash,
        issued: read.issued,
        is_outdated: read.is_outdated,
        page,
    })
}

/// Those who run the meeting, and its chair.
fn may_issue(meeting: &Meeting) -> bool {
    meeting.manages || meeting.my_role == Some(SeatRole::Chair)
}

pub async fn as_pdf(mut cx: Cx, meeting: Visible<Meeting>, Asked(wanted): Asked<Wanted>) -> Outcome {
    cx.l = wanted.language(&cx);
    let read = read(&cx, &meeting, wanted.audience()).await?;
    let name = excel::file_name(&read.record, "pdf");
    pdf::respond(&cx, &name, document(cx.l, &read.record, &read.seal)).await
}

pub async fn as_xlsx(cx: Cx, meeting: Visible<Meeting>, Asked(wanted): Asked<Wanted>) -> Outcome {
    let read = read(&cx, &meeting, wanted.audience()).await?;
    let name = excel::file_name(&read.record, "xlsx");
    let made = (moment(&cx.now), cx.viewer.name(cx.l).to_owned());
    let bytes = excel::workbook(cx.l, &read.record, &read.seal, made)?;
    Ok(download(bytes, Format::Xlsx.content_type(), &name))
}

/// The form of the issue.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct IssueForm {
    pub key: String,
}

pub async fn issue(cx: Cx, meeting: Visible<Meeting>, Submitted(input): Submitted<IssueForm>) -> Outcome {
    let l = cx.l;
    if !may_issue(&meeting) {
        return Err(PageError::Forbidden(Said::new(
            "議事録を発行できるのは、この会議の事務局と委員長だけです。",
            "Only who runs the meeting and its chair issue the minutes.",
        )));
    }
    match actions::issue(&doing(&cx), meeting.id, &input.key).await? {
        Ok(()) => Ok(Redirected::to(routes::minutes(meeting.id, Audience::Full))
            .saying(l.t("議事録を発行しました。", "The minutes are issued."))
            .into_response()),
        Err(Refusal::Open) => Err(PageError::Refused(Said::new(
            "会議を終了してから発行してください。",
            "Close the meeting before issuing its minutes.",
        ))),
        Err(Refusal::Same) => Err(PageError::Refused(Said::new(
            "前回の発行から記録は変わっていません。",
            "The record has not changed since the last issue.",
        ))),
    }
}

#[derive(Template)]
#[template(path = "gates/minutes/check.html")]
struct CheckPage {
    page: Page,
    typed: String,
    errors: FieldErrors,
    asked: bool,
    found: Option<Found>,
}

struct Found {
    holds: bool,
    text_holds: bool,
    is_audited: bool,
    audience: &'static str,
    issue: String,
    issued_by: String,
    /// Only where the viewer may know of the meeting.
    meeting: Option<(String, String)>,
    difference: Option<String>,
}

/// The hash as printed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HashForm {
    pub hash: String,
}

pub async fn check_page(cx: Cx, Asked(input): Asked<HashForm>) -> Outcome {
    let l = cx.l;
    let hash = tidy_hash(&input.hash);
    let mut errors = FieldErrors::new();
    let asked = !input.hash.trim().is_empty();
    if asked && hash.len() != 64 {
        let said = Said::new(
            format!("ハッシュは64文字です。{}文字を読み取りました。", hash.len()),
            format!("A hash has 64 characters; {} were read.", hash.len()),
        );
        errors.add("hash", l.t("ハッシュ", "Hash"), said);
    }
    let found = if asked && errors.is_empty() { check(cx.pool(), &hash).await? } else { None };
    let found = match found {
        Some(verdict) => Some(found_words(&cx, verdict).await?),
        None => None,
    };
    let page = cx
        .page(Section::Gates, l.t("議事録の検証", "Check minutes"))
        .crumb(l.t("ゲート評価", "Gates"), "/gates");
    render(&CheckPage { page, typed: input.hash, errors, asked, found })
}

async fn found_words(cx: &Cx, verdict: Verdict) -> Result<Found, PageError> {
    let l = cx.l;
    let id = MeetingId::from(verdict.issued.meeting_id);
    let meeting = match Visible::<Meeting>::find(cx, id).await {
        Ok(meeting) => Some(meeting),
        Err(PageError::NotFound) => None,
        Err(error) => return Err(error),
    };
    // An address inside the record tells how many items there are.
    let sees_all = match (&meeting, serde_json::from_str::<Record>(&verdict.issued.record)) {
        (Some(_), Ok(record)) => {
            let visible = items(cx.pool(), id, asker(cx)).await?;
            record.items.iter().all(|item| visible.iter().any(|seen| seen.id == item.review))
        }
        _ => false,
    };
    Ok(Found {
        holds: verdict.holds(),
        text_holds: verdict.text_holds,
        is_audited: verdict.is_audited,
        audience: Audience::from_code(&verdict.issued.audience).map_or("", |a| a.name(l)),
        issue: format!("{} {}", edition(l, verdict.issued.issue), moment(&verdict.issued.issued_at)),
        issued_by: verdict.issued.issued_by,
        difference: verdict.difference.filter(|_| sees_all),
        meeting: meeting.map(|m| (l.name(&m.name_ja, m.name_en.as_deref()).to_owned(), meeting_path(id))),
    })
}
