//! Consent of a session, one agreement, and the transfer of its task.

use askama::Template;
use axum::response::IntoResponse;
use chrono::Datelike;
use uuid::Uuid;

use crate::kernel::{AgreementId, Said, TaskId, TaskNumber};
use crate::matching::interest::pages::session::moment;
use crate::matching::sessions::Session;
use crate::matching::sessions::forms::millions;
use crate::matching::sessions::pages::head::{Head, head, page_of};
use crate::matching::sessions::pages::{refused, runs};
use crate::matching::sessions::routes::{pair_path, step_path};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::tasks::task_path;
use crate::web::view::Choice;
use crate::web::{
    Acting, AtPath, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Submitted, Visible,
    render, render_invalid,
};

use super::actions::{self, Destination};
use super::forms::{Asked, ReplyForm, TakeBackForm, TransferForm};
use super::model::{Agreement, Answer, Consent, DeclineReason, Party, follows};
use super::queries::{self, Line};
use super::routes::agreement_path;

#[derive(Template)]
#[template(path = "matching/consent.html")]
struct ConsentPage {
    page: Page,
    session: Session,
    head: Head,
    rows: Vec<AgreementRow>,
    mine: usize,
    overdue: usize,
    may_run: bool,
}

struct AgreementRow {
    line: Line,
    href: String,
    title: String,
    from: String,
    to: String,
    slot: String,
    state: &'static str,
    tone: &'static str,
    parties: Vec<PartyCell>,
    asks_me: bool,
    until: String,
    next_href: String,
}

/// One party's answer.
struct PartyCell {
    party: &'static str,
    scope: String,
    word: &'static str,
    tone: &'static str,
    reason: &'static str,
    note: String,
    who: String,
    expires: String,
    is_mine: bool,
}

pub async fn show(cx: Cx, session: Visible<Session>) -> Outcome {
    let session = session.into_inner();
    let c = catalogue::of(&cx).await?;
    let lines = queries::agreements(cx.pool(), session.id, &session.hidden, None).await?;
    let said = queries::said(cx.pool(), session.id, &session.hidden).await?;
    let rows: Vec<AgreementRow> = lines.into_iter().map(|line| row(&cx, &c, line, &said)).collect();
    let overdue = rows
        .iter()
        .filter(|r| r.state == Agreement::Expired.name(cx.l) && r.line.state == "proposed")
        .count();
    render(&ConsentPage {
        head: head(&cx, &session, "consent"),
        mine: rows.iter().filter(|r| r.asks_me).count(),
        overdue,
        may_run: runs(&cx),
        page: page_of(&cx, &session, cx.l.t("合意・移行", "Consent and transfer")),
        session,
        rows,
    })
}

/// The parties of an agreement for which the viewer speaks.
fn mine(cx: &Cx, said: &queries::Said) -> bool {
    Party::from_code(&said.party)
        .is_some_and(|party| cx.viewer.rights.roles.iter().any(|role| party.is_held_by(said.scope, role)))
}

fn row(cx: &Cx, c: &Catalogue, line: Line, said: &[queries::Said]) -> AgreementRow {
    let l = cx.l;
    let own: Vec<&queries::Said> = said.iter().filter(|s| s.agreement_id == line.id).collect();
    let consents: Vec<Consent> = own
        .iter()
        .filter_map(|s| {
            Some(Consent {
                party: Party::from_code(&s.party)?,
                scope: s.scope,
                answer: Answer::from_code(&s.answer)?,
                expires_on: s.expires_on,
            })
        })
        .collect();
    let stored = Agreement::from_code(&line.state).unwrap_or(Agreement::Proposed);
    let state = if stored == Agreement::Proposed { follows(&consents, cx.today()) } else { stored };
    let program = |id| c.program(id).map(|p| p.name(l).to_owned()).unwrap_or_default();
    let waits = consents.iter().filter(|x| x.answer == Answer::Waiting);
    let until = waits.map(|x| x.expires_on).min().filter(|_| state == Agreement::Proposed);
    AgreementRow {
        href: agreement_path(line.id),
        title: l.name(&line.title_ja, line.title_en.as_deref()).to_owned(),
        from: program(line.up_program),
        to: program(line.down_program),
        slot: l.name(&line.slot_ja, line.slot_en.as_deref()).to_owned(),
        state: state.name(l),
        tone: state.tone(),
        asks_me: state == Agreement::Proposed
            && own.iter().any(|s| s.answer == Answer::Waiting.code() && mine(cx, s)),
        parties: own.into_iter().map(|s| party_cell(cx, c, s)).collect(),
        until: until.map(|d| d.to_string()).unwrap_or_default(),
        next_href: line.successor_id.map(|id| task_path(TaskId(id))).unwrap_or_default(),
        line,
    }
}

fn party_cell(cx: &Cx, c: &Catalogue, s: &queries::Said) -> PartyCell {
    let l = cx.l;
    let party = Party::from_code(&s.party);
    let answer = Answer::from_code(&s.answer).unwrap_or(Answer::Waiting);
    let scope = c
        .program(s.scope)
        .map(|p| p.name(l).to_owned())
        .or_else(|| c.project(s.scope).map(|p| p.name(l).to_owned()))
        .unwrap_or_default();
    PartyCell {
        party: party.map(|p| p.name(l)).unwrap_or_default(),
        scope,
        word: answer.name(l),
        tone: answer.tone(),
        reason: s
            .reason_code
            .as_deref()
            .and_then(DeclineReason::from_code)
            .map(|r| r.name(l))
            .unwrap_or_default(),
        note: s.note.clone().unwrap_or_default(),
        who: match (&s.answered_by, s.answered_at) {
            (Some(who), Some(at)) => format!("{who}　{}", moment(at)),
            _ => String::new(),
        },
        expires: s.expires_on.to_string(),
        is_mine: mine(cx, s),
    }
}

#[derive(Template)]
#[template(path = "matching/agreement.html")]
struct AgreementPage {
    page: Page,
    session: Session,
    head: Head,
    row: AgreementRow,
    pair_href: String,
    task_href: String,
    cost: String,
    reply: ReplyForm,
    reasons: Vec<Choice>,
    reply_errors: FieldErrors,
    may_transfer: bool,
    may_take_back: bool,
    take_back: TakeBackForm,
    take_back_errors: FieldErrors,
    ways: Vec<Choice>,
    next: Vec<Choice>,
    transfer: TransferForm,
    errors: FieldErrors,
}

/// What was typed into the forms of the page, with what is wrong.
#[derive(Default)]
struct TypedForms {
    reply: ReplyForm,
    reply_errors: FieldErrors,
    transfer: Option<TransferForm>,
    errors: FieldErrors,
    take_back: TakeBackForm,
    take_back_errors: FieldErrors,
}

async fn find(cx: &Cx, id: AgreementId) -> Result<(Session, Line), PageError> {
    let session = queries::session_of(cx.pool(), id).await?.ok_or(PageError::NotFound)?;
    let session = Visible::<Session>::find(cx, session).await?.into_inner();
    let mut lines = queries::agreements(cx.pool(), session.id, &session.hidden, Some(id)).await?;
    let line = lines.pop().ok_or(PageError::NotFound)?;
    Ok((session, line))
}

pub async fn agreement(cx: Cx, AtPath(id): AtPath<AgreementId>) -> Outcome {
    let (session, line) = find(&cx, id).await?;
    render(&agreement_page(&cx, session, line, TypedForms::default()).await?)
}

/// The receiving program's people and the unit record the transfer.
fn may_transfer(cx: &Cx, line: &Line) -> bool {
    line.state == Agreement::Agreed.code() && cx.viewer.rights.may_edit(line.down_program)
}

/// Who records transfers takes a wrong one back.
fn may_take_back(cx: &Cx, line: &Line) -> bool {
    line.state == Agreement::Transferred.code() && cx.viewer.rights.may_edit(line.down_program)
}

async fn agreement_page(
    cx: &Cx,
    session: Session,
    line: Line,
    typed: TypedForms,
) -> Result<AgreementPage, PageError> {
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let said = queries::said(cx.pool(), session.id, &session.hidden).await?;
    let transfer = typed.transfer.unwrap_or_else(|| proposed(&line));
    let may_transfer = may_transfer(cx, &line);
    let may_take_back = may_take_back(cx, &line);
    let next = if may_transfer {
        let after = line.starts_on.unwrap_or(session.fiscal_year.first_day()) - chrono::Months::new(6);
        queries::next_tasks(cx.pool(), &line, after, &cx.viewer.rights).await?
    } else {
        Vec::new()
    };
    let next = next
        .into_iter()
        .map(|n| {
            let title = l.name(&n.title_ja, n.title_en.as_deref());
            let label = format!("{} {title}（{}）", n.number.unwrap_or_default(), n.starts_on);
            Choice::new(n.id.to_string(), label, n.id.to_string() == transfer.next)
        })
        .collect();
    let row = row(cx, &c, line, &said);
    let page = page_of(cx, &session, &row.title)
        .crumb(l.t("合意・移行", "Consent and transfer"), step_path(session.id, "consent"));
    Ok(AgreementPage {
        head: head(cx, &session, "consent"),
        pair_href: pair_path(session.id, row.line.task_id, row.line.slot_id),
        task_href: task_path(TaskId(row.line.task_id)),
        cost: page.yen_with_unit(&row.line.cost),
        reasons: DeclineReason::ALL
            .into_iter()
            .map(|r| Choice::new(r.code(), r.name(l), r.code() == typed.reply.decline_reason))
            .collect(),
        ways: vec![
            Choice::new(
                "new",
                l.t("後続課題を新しく登録する", "Register the next task"),
                transfer.way == "new",
            ),
            Choice::new(
                "existing",
                l.t("登録済みの課題を後続課題とする", "Link a task that exists"),
                transfer.way == "existing",
            ),
        ],
        reply: typed.reply,
        reply_errors: typed.reply_errors,
        errors: typed.errors,
        take_back: typed.take_back,
        take_back_errors: typed.take_back_errors,
        may_transfer,
        may_take_back,
        next,
        transfer,
        page,
        session,
        row,
    })
}

/// The next task as the call would have it.
fn proposed(line: &Line) -> TransferForm {
    let starts = line.starts_on;
    let years = i32::from(line.max_years.unwrap_or(3));
    let ends = starts.and_then(|s| s.with_year(s.year() + years)).and_then(|e| e.pred_opt());
    let text = |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    TransferForm {
        way: "new".to_owned(),
        title: line.title_ja.clone(),
        starts_on: text(starts),
        ends_on: text(ends),
        amount: millions(line.cost),
        ..TransferForm::default()
    }
}

pub async fn reply(
    cx: Cx,
    AtPath(id): AtPath<AgreementId>,
    Submitted(form): Submitted<ReplyForm>,
) -> Outcome {
    let (session, line) = find(&cx, id).await?;
    let said = queries::said(cx.pool(), session.id, &session.hidden).await?;
    let parties: Vec<Party> = said
        .iter()
        .filter(|s| s.agreement_id == id && mine(&cx, s))
        .filter_map(|s| Party::from_code(&s.party))
        .collect();
    if parties.is_empty() {
        return Err(PageError::Forbidden(Said::new(
            "この合意に答えられるのは、双方の事業のPSと、双方のプロジェクトのPDだけです。",
            "Only PS of both programs and PD of both projects answer this agreement.",
        )));
    }
    let reply = match form.parse(cx.l) {
        Ok(reply) => reply,
        Err(reply_errors) => {
            let typed = TypedForms { reply: form, reply_errors, ..TypedForms::default() };
            return render_invalid(&agreement_page(&cx, session, line, typed).await?);
        }
    };
    let speaks = (id, parties.as_slice());
    match actions::reply(cx.pool(), &cx.actor(), cx.viewer.id, speaks, &reply, cx.now).await? {
        Ok(state) => {
            let said = match (cx.l, state) {
                (Language::Ja, Agreement::Agreed) => "全員の合意がそろいました。".to_owned(),
                (Language::En, Agreement::Agreed) => "Everybody has consented.".to_owned(),
                (Language::Ja, _) => "回答を記録しました。".to_owned(),
                (Language::En, _) => "Your answer is recorded.".to_owned(),
            };
            Ok(Redirected::to(step_path(session.id, "consent")).saying(said).into_response())
        }
        Err(stopped) => Err(refused(stopped)),
    }
}

pub async fn expire(cx: Cx, session: Acting<Session>) -> Outcome {
    let expired = actions::expire(cx.pool(), &cx.actor(), session.id, cx.now).await?;
    let said = match cx.l {
        Language::Ja => format!("期限切れ{expired}件を確定しました。"),
        Language::En => format!("{expired} expired agreements are settled."),
    };
    Ok(Redirected::to(step_path(session.id, "consent")).saying(said).into_response())
}

pub async fn transfer(
    cx: Cx,
    AtPath(id): AtPath<AgreementId>,
    Submitted(form): Submitted<TransferForm>,
) -> Outcome {
    let (session, line) = find(&cx, id).await?;
    if line.state == Agreement::Transferred.code() {
        return Ok(Redirected::to(agreement_path(id)).into_response());
    }
    if !cx.viewer.rights.may_edit(line.down_program) {
        return Err(PageError::Forbidden(Said::new(
            "移行を記録できるのは、受入事業の担当者と戦略策定・実施ユニットです。",
            "The receiving program's people and the strategy unit record the transfer.",
        )));
    }
    let (destination, evidence) = match destination(&cx, &session, &line, &form).await? {
        Ok(parsed) => parsed,
        Err(errors) => {
            let typed = TypedForms { transfer: Some(form), errors, ..TypedForms::default() };
            return render_invalid(&agreement_page(&cx, session, line, typed).await?);
        }
    };
    match actions::transfer(cx.pool(), &cx.actor(), &line, (&destination, &evidence), cx.now).await? {
        Ok(_) => Ok(Redirected::to(agreement_path(id))
            .saying(cx.l.t(
                "移行を記録しました。継続支援件数に数えます。",
                "The transfer is recorded and counts as a continued support.",
            ))
            .into_response()),
        Err(stopped) => Err(refused(stopped)),
    }
}

pub async fn take_back(
    cx: Cx,
    AtPath(id): AtPath<AgreementId>,
    Submitted(form): Submitted<TakeBackForm>,
) -> Outcome {
    let (session, line) = find(&cx, id).await?;
    if !cx.viewer.rights.may_edit(line.down_program) {
        return Err(PageError::Forbidden(Said::new(
            "移行を取り消せるのは、受入事業の担当者と戦略策定・実施ユニットです。",
            "The receiving program's people and the strategy unit take a transfer back.",
        )));
    }
    let why = match form.parse(cx.l) {
        Ok(why) => why,
        Err(take_back_errors) => {
            let typed = TypedForms { take_back: form, take_back_errors, ..TypedForms::default() };
            return render_invalid(&agreement_page(&cx, session, line, typed).await?);
        }
    };
    match actions::take_back(cx.pool(), &cx.actor(), &line, why.as_str(), cx.now).await? {
        Ok(()) => Ok(Redirected::to(agreement_path(id))
            .saying(cx.l.t(
                "移行を取り消しました。継続支援件数には数えません。",
                "The transfer is taken back and counts no longer.",
            ))
            .into_response()),
        Err(stopped) => Err(refused(stopped)),
    }
}

async fn destination(
    cx: &Cx,
    session: &Session,
    line: &Line,
    form: &TransferForm,
) -> Result<Result<(Destination, String), FieldErrors>, PageError> {
    let (asked, evidence) = match form.parse(cx.l, session.fiscal_year, line.cost) {
        Ok(parsed) => parsed,
        Err(errors) => return Ok(Err(errors)),
    };
    let found: Option<Destination> = match asked {
        Asked::Ready(Destination::Existing(id)) => visible(cx, id).await?.map(Destination::Existing),
        Asked::Ready(new) => Some(new),
        Asked::ByNumber(number) => {
            let stable = number.parse::<TaskNumber>().map(|n| n.stable_part().to_owned()).unwrap_or(number);
            let rights = &cx.viewer.rights;
            queries::task_by_number(cx.pool(), line.down_program, &stable, rights)
                .await?
                .map(Destination::Existing)
        }
    };
    Ok(found.map(|d| (d, evidence.into_string())).ok_or_else(|| {
        let mut errors = FieldErrors::new();
        let said =
            Said::new("受入事業にこの番号の課題はありません。", "The receiving program has no such task.");
        errors.add("number", cx.l.t("課題番号", "Task number"), said);
        errors
    }))
}

/// A task that the viewer may know.
async fn visible(cx: &Cx, id: Uuid) -> Result<Option<Uuid>, PageError> {
    use crate::portfolio::tasks::record::TaskRecord;
    use crate::web::Scoped;
    Ok(TaskRecord::find(cx, TaskId(id)).await?.map(|t| t.id))
}
