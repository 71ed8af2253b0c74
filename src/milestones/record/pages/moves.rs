//! The forms that move a milestone: its due date, a report, its acceptance, its end, what it waits for.

use axum::response::IntoResponse;

use crate::kernel::{Language, Said};
use crate::milestones::evidence::model::{Attached, NewEvidence};
use crate::milestones::{MilestoneId, Move, Reason, Refusal, State};
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::{Acting, Cx, FieldErrors, Outcome, PageError, Redirected, Submitted, Visible};

use super::super::forms::{self, MoveForm};
use super::super::milestone_path;
use super::super::model::Milestone;
use super::super::moves::{self, NotDone, Wish};
use super::show::show_failed;
use super::{Failed, may_accept};

pub async fn due(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    match form.due(cx.l) {
        Ok((day, reason, remark)) => {
            let wish = Wish { wish: Move::Due(day), reason, remark: remark.as_str(), evidence: None };
            act(
                &cx,
                m.into_inner(),
                "due",
                form.clone(),
                wish,
                cx.l.t("期日を変更しました。", "The due date is changed."),
            )
            .await
        }
        Err(errors) => show_failed(&cx, m.into_inner(), Failed::of("due", form, errors)).await,
    }
}

pub async fn report(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    match form.report(cx.l) {
        Ok((day, body)) => {
            let evidence = body.map(|body| NewEvidence { body, attached: Attached::Nothing });
            let wish = Wish {
                wish: Move::Report(day),
                reason: Reason::Achieved,
                remark: "",
                evidence: evidence.as_ref(),
            };
            let said = cx.l.t(
                "達成を報告しました。PSまたはPOの確認を待ちます。",
                "Reported as met; it waits for a PS or PO.",
            );
            act(&cx, m.into_inner(), "report", form.clone(), wish, said).await
        }
        Err(errors) => show_failed(&cx, m.into_inner(), Failed::of("report", form, errors)).await,
    }
}

/// Refuses those who are not PS or PO of the milestone's program.
fn accepting(cx: &Cx, m: Visible<Milestone>) -> Result<Milestone, PageError> {
    if may_accept(&cx.viewer, &m) {
        return Ok(m.into_inner());
    }
    Err(PageError::Forbidden(Said::new(
        "達成を確認できるのは、この事業のPSとPOです。",
        "Only a PS or PO of this program accepts milestones as met.",
    )))
}

pub async fn accept(cx: Cx, m: Visible<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    let m = accepting(&cx, m)?;
    match form.acceptance(cx.l) {
        Ok(remark) => {
            let plain = m.reported_on.map(|on| on.to_string()).unwrap_or_default();
            let remark = remark.map_or(plain, |r| r.into_string());
            let by = cx.viewer.id.0;
            let wish = Wish {
                wish: Move::Accept { by, evidence: false },
                reason: Reason::Achieved,
                remark: &remark,
                evidence: None,
            };
            act(&cx, m, "accept", form.clone(), wish, cx.l.t("達成を確認しました。", "Accepted as met."))
                .await
        }
        Err(errors) => show_failed(&cx, m, Failed::of("accept", form, errors)).await,
    }
}

pub async fn return_report(cx: Cx, m: Visible<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    let m = accepting(&cx, m)?;
    match form.return_(cx.l) {
        Ok(remark) => {
            let wish = Wish {
                wish: Move::Return,
                reason: Reason::Returned,
                remark: remark.as_str(),
                evidence: None,
            };
            act(
                &cx,
                m,
                "return",
                form.clone(),
                wish,
                cx.l.t("達成報告を差し戻しました。", "The report is returned."),
            )
            .await
        }
        Err(errors) => show_failed(&cx, m, Failed::of("return", form, errors)).await,
    }
}

pub async fn close(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    match form.closing(cx.l) {
        Ok((state, reason, remark)) => {
            let wish = Wish { wish: Move::Close(state), reason, remark: remark.as_str(), evidence: None };
            act(
                &cx,
                m.into_inner(),
                "close",
                form.clone(),
                wish,
                cx.l.t("状態を変更しました。", "The state is changed."),
            )
            .await
        }
        Err(errors) => show_failed(&cx, m.into_inner(), Failed::of("close", form, errors)).await,
    }
}

pub async fn reopen(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    match form.reopening(cx.l) {
        Ok((reason, remark)) => {
            let wish = Wish { wish: Move::Reopen, reason, remark: remark.as_str(), evidence: None };
            act(
                &cx,
                m.into_inner(),
                "reopen",
                form.clone(),
                wish,
                cx.l.t("予定に戻しました。", "Planned again."),
            )
            .await
        }
        Err(errors) => show_failed(&cx, m.into_inner(), Failed::of("reopen", form, errors)).await,
    }
}

/// Field at which a refusal of a form stands.
fn field_of(which: &str) -> &'static str {
    match which {
        "due" => "due_on",
        "report" => "met_on",
        "accept" => "accept_remark",
        "return" => "return_remark",
        "close" => "close_state",
        "wait" => "needs",
        _ => "reopen_reason",
    }
}

async fn act(
    cx: &Cx,
    m: Milestone,
    which: &'static str,
    form: MoveForm,
    wish: Wish<'_>,
    said: &str,
) -> Outcome {
    let id = m.id.into();
    match moves::change(cx.pool(), &cx.actor(), (id, form.version()), wish, &form.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(milestone_path(id)).saying(said).into_response()),
        Err(NotDone::Stale) => Err(PageError::Conflict(Box::new(move_conflict(cx, &m, which, &form)))),
        Err(not) => show_failed(cx, m, Failed::of(which, form, refused(cx.l, which, not))).await,
    }
}

pub(super) fn refused(l: Language, which: &'static str, not: NotDone) -> FieldErrors {
    let said = match not {
        NotDone::Refused(Refusal::NoEvidence) if which == "report" => {
            let mut errors = FieldErrors::new();
            errors.add("report_body", forms::label_evidence(l), Refusal::NoEvidence.said());
            return errors;
        }
        NotDone::Refused(refusal) => refusal.said(),
        NotDone::BeforeTask(day) => Said::new(
            format!("課題の開始日（{day}）より前です。開始日以後の日を入力してください。"),
            format!("The task begins on {day}; enter that day or a later one."),
        ),
        NotDone::BeforeNeeded(day) => Said::new(
            format!(
                "先行マイルストーンにより、{day}より前にはできません。先に先行の期日を見直してください。"
            ),
            format!("What it waits for makes {day} the earliest day; move that first."),
        ),
        NotDone::Cycle => Said::new(
            "互いに待ち合うことになります。別のマイルストーンを選んでください。",
            "The two would wait for each other; choose another milestone.",
        ),
        NotDone::NothingToWaitFor | NotDone::Stale => Said::new(
            "待つ相手が見つからないか、未達・取りやめになっています。一覧から選び直してください。",
            "The milestone to wait for is not there or will not come; choose again.",
        ),
    };
    let mut errors = FieldErrors::new();
    let field = field_of(which);
    let label = match field {
        "due_on" => forms::label_due(l),
        "met_on" => forms::label_met(l),
        "close_state" => l.t("状態", "State"),
        "needs" => l.t("先行マイルストーン", "Waits for"),
        "accept_remark" => l.t("達成の確認", "Acceptance"),
        _ => forms::label_reason(l),
    };
    errors.add(field, label, said);
    errors
}

/// Both the present state and what was asked for, with a way to ask again.
fn move_conflict(cx: &Cx, m: &Milestone, which: &'static str, form: &MoveForm) -> Conflict {
    let l = cx.l;
    let field = |label: &str, yours: &str, theirs: &str| ConflictField {
        label: label.to_owned(),
        yours: yours.to_owned(),
        theirs: theirs.to_owned(),
    };
    let state = m.state.name(l);
    let reason = |code: &str| Reason::from_code(code).map(|r| r.name(l)).unwrap_or_default();
    let due = m.due_on.to_string();
    let reported = m.reported_on.map(|d| d.to_string()).unwrap_or_default();
    let (fields, names): (Vec<ConflictField>, Vec<(&str, &String)>) = match which {
        "due" => (
            vec![
                field(forms::label_due(l), &form.due_on, &due),
                field(forms::label_reason(l), reason(&form.due_reason), ""),
                field(forms::label_remark(l), &form.due_remark, ""),
            ],
            vec![
                ("due_on", &form.due_on),
                ("due_reason", &form.due_reason),
                ("due_remark", &form.due_remark),
            ],
        ),
        "report" => (
            vec![
                field(forms::label_met(l), &form.met_on, &reported),
                field(forms::label_evidence(l), &form.report_body, ""),
            ],
            vec![("met_on", &form.met_on), ("report_body", &form.report_body)],
        ),
        "close" => (
            vec![
                field(
                    l.t("状態", "State"),
                    State::from_code(&form.close_state).map(|s| s.name(l)).unwrap_or_default(),
                    state,
                ),
                field(forms::label_remark(l), &form.close_remark, ""),
            ],
            vec![
                ("close_state", &form.close_state),
                ("close_reason", &form.close_reason),
                ("close_remark", &form.close_remark),
            ],
        ),
        "accept" => (
            vec![field(l.t("達成の確認", "Acceptance"), &form.accept_remark, state)],
            vec![("accept_remark", &form.accept_remark)],
        ),
        "return" => (
            vec![field(l.t("差戻しの理由", "Why it is returned"), &form.return_remark, state)],
            vec![("return_remark", &form.return_remark)],
        ),
        _ => (
            vec![field(forms::label_remark(l), &form.reopen_remark, state)],
            vec![("reopen_reason", &form.reopen_reason), ("reopen_remark", &form.reopen_remark)],
        ),
    };
    let mut pairs: Vec<(String, String)> =
        names.into_iter().map(|(n, v)| (n.to_owned(), v.clone())).collect();
    pairs.push(("version".to_owned(), m.version.to_string()));
    pairs.push(("key".to_owned(), uuid::Uuid::new_v4().simple().to_string()));
    let noun = match which {
        "due" => "due",
        "report" => "report",
        "close" => "closing",
        "accept" => "acceptance",
        "return" => "return",
        _ => "reopening",
    };
    let href = milestone_path(m.id.into());
    Conflict { fields, action: format!("{href}/{noun}"), reload_href: href, pairs }
}

pub async fn wait(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    let (needs, lag) = match form.wait(cx.l) {
        Ok(parsed) => parsed,
        Err(errors) => return show_failed(&cx, m.into_inner(), Failed::of("wait", form, errors)).await,
    };
    let id = m.id.into();
    match moves::wait(cx.pool(), &cx.actor(), (id, needs), lag, &cx.viewer.rights, cx.now).await? {
        Ok(()) => Ok(Redirected::to(format!("{}#waits", milestone_path(id)))
            .saying(cx.l.t("先行マイルストーンを登録しました。", "It waits for that milestone now."))
            .into_response()),
        Err(not) => {
            show_failed(&cx, m.into_inner(), Failed::of("wait", form, refused(cx.l, "wait", not))).await
        }
    }
}

pub async fn stop_waiting(cx: Cx, m: Acting<Milestone>, Submitted(form): Submitted<MoveForm>) -> Outcome {
    let needs: MilestoneId = form.needs.parse().map_err(|_| PageError::NotFound)?;
    let id: MilestoneId = m.id.into();
    moves::stop_waiting(cx.pool(), &cx.actor(), (m.task_id, id, needs), cx.now).await?;
    Ok(Redirected::to(format!("{}#waits", milestone_path(id)))
        .saying(cx.l.t("先行マイルストーンを外しました。", "It no longer waits for that milestone."))
        .into_response())
}
