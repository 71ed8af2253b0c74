//! The overview of a session: where it stands, what comes next, its dates.

use askama::Template;
use axum::response::IntoResponse;

use crate::kernel::Said;
use crate::matching::candidates;
use crate::matching::consent;
use crate::matching::sessions::actions::{self, Stopped};
use crate::matching::sessions::forms::PlanForm;
use crate::matching::sessions::model::{Facts, Refusal, Session, State, Step};
use crate::matching::sessions::queries;
use crate::matching::sessions::routes::{session_path, step_path};
use crate::portfolio::catalogue;
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Figure;
use crate::web::{
    Acting, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Section, Submitted, Visible,
    render, render_invalid,
};

use super::head::{Head, head};
use super::{at_its_field, refused, runs};

#[derive(Template)]
#[template(path = "matching/show.html")]
struct ShowPage {
    page: Page,
    session: Session,
    head: Head,
    figures: Vec<Figure>,
    next: Vec<Next>,
    advice: &'static str,
    /// Slots whose minimum no candidates can fill, while it can still be changed.
    short: Vec<String>,
    may_run: bool,
    may_discard: bool,
    path: String,
    input: PlanForm,
    errors: FieldErrors,
}

/// Something to do next: a form to send, or a page to open where `href` is set.
struct Next {
    label: &'static str,
    action: String,
    href: String,
    is_main: bool,
    confirm: Option<&'static str>,
    /// What stands against it now; empty when nothing does.
    refusal: String,
    /// Not to be pressed; what only waits for a moment can be.
    is_barred: bool,
}

impl Next {
    fn unless(mut self, cx: &Cx, session: &Session, step: Step, facts: &Facts) -> Self {
        if let Err(refusal) = session.state.take(step, facts, cx.now) {
            let counts = matches!(refusal, Refusal::Undecided(_) | Refusal::NotTransferred(_));
            self.refusal = if counts && !session.hidden.is_empty() {
                // Without the number: it counts what the viewer may not know.
                let l = cx.l;
                l.t("決着していない合意が残っています。", "Some agreements are not settled yet.").to_owned()
            } else {
                Said::from(refusal).in_language(cx.l).to_owned()
            };
            self.is_barred = step != Step::CloseInterest;
        }
        self
    }
}

pub async fn show(cx: Cx, session: Visible<Session>) -> Outcome {
    let session = session.into_inner();
    let input = PlanForm::of(&session);
    render(&show_page(&cx, session, input, FieldErrors::new()).await?)
}

async fn show_page(
    cx: &Cx,
    session: Session,
    input: PlanForm,
    errors: FieldErrors,
) -> Result<ShowPage, PageError> {
    let counts = queries::counts(cx.pool(), session.id, &session.hidden).await?;
    let page =
        cx.page(Section::Matching, session.name.clone()).crumb(cx.l.t("マッチング", "Matching"), "/matching");
    let mut facts = queries::facts(cx.pool(), session.id).await?;
    // Both ways out of consent settle first what nobody answered in time.
    facts.waiting -= consent::queries::overdue(cx.pool(), session.id, cx.today()).await?;
    let (next, advice) = next_steps(cx, &session, &facts);
    let short = short_slots(cx, &session).await?;
    Ok(ShowPage {
        figures: figures(&page, &session, counts),
        head: head(cx, &session, ""),
        may_run: runs(cx),
        may_discard: runs(cx) && session.is_open(),
        path: session_path(session.id),
        next,
        advice,
        short,
        page,
        session,
        input,
        errors,
    })
}

/// Before the slots are frozen: those that must take more tasks than have them on a shortlist, in words.
async fn short_slots(cx: &Cx, session: &Session) -> Result<Vec<String>, PageError> {
    if session.state != State::Shortlist {
        return Ok(Vec::new());
    }
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let slots = candidates::queries::slot_coverage(cx.pool(), session.id, &session.hidden).await?;
    let words = |slot: &candidates::queries::SlotCoverage| {
        let program = c.program(slot.program_id).map(|p| p.name(l)).unwrap_or_default();
        let name = l.name(&slot.name_ja, slot.name_en.as_deref());
        let (least, tasks) = (slot.least, slot.tasks);
        match l {
            Language::Ja => format!("{program}　{name}（下限{least}件、候補{tasks}件）"),
            Language::En => format!("{program} – {name} (at least {least}, candidates {tasks})"),
        }
    };
    Ok(slots.iter().filter(|slot| slot.is_short()).map(words).collect())
}

fn figures(page: &Page, session: &Session, c: queries::Counts) -> Vec<Figure> {
    let l = page.l;
    let figure = |label: &str, n: i64, to: &str, note: String| Figure {
        label: label.to_owned(),
        value: page.count(&n),
        href: Some(step_path(session.id, to)),
        note,
        ..Figure::default()
    };
    let places = match l {
        Language::Ja => format!("計{}課題まで", c.places),
        Language::En => format!("for up to {} tasks", c.places),
    };
    let mut all = vec![
        figure(l.t("対象課題", "Tasks"), c.tasks, "tasks", String::new()),
        figure(l.t("受入枠", "Slots"), c.slots, "slots", places),
    ];
    if c.allocated > 0 {
        let note = l.t("行使されたペアリング枠", "by exercised pairing options");
        all.push(figure(l.t("事前配分", "Allocated"), c.allocated, "allocations", note.to_owned()));
    }
    if session.state > State::Draft {
        let of = format!("/ {}", page.count(&c.pairs));
        all.push(figure(l.t("適格な組合せ", "Eligible pairs"), c.eligible, "eligibility", of));
    }
    if session.state > State::Eligible {
        all.push(figure(l.t("候補", "On shortlists"), c.shortlisted, "candidates", String::new()));
    }
    if session.state >= State::Interest {
        let of = format!("/ {}", page.count(&c.lists));
        all.push(figure(l.t("提出済みの一覧", "Lists in"), c.submitted, "interest", of));
    }
    if session.state >= State::Consent {
        let of = format!("/ {}", page.count(&c.agreements));
        all.push(figure(l.t("合意", "Agreed"), c.agreed, "consent", of));
        all.push(figure(l.t("移行済み", "Transferred"), c.transferred, "consent", String::new()));
    }
    all
}

fn next_steps(cx: &Cx, session: &Session, facts: &Facts) -> (Vec<Next>, &'static str) {
    let l = cx.l;
    let post = |label, to: &str, is_main, confirm| Next {
        label,
        action: step_path(session.id, to),
        href: String::new(),
        is_main,
        confirm,
        refusal: String::new(),
        is_barred: false,
    };
    let open = |label, to: &str, is_main| Next {
        label,
        action: String::new(),
        href: step_path(session.id, to),
        is_main,
        confirm: None,
        refusal: String::new(),
        is_barred: false,
    };
    let unless = |next: Next, step| next.unless(cx, session, step, facts);
    let back = || post(l.t("準備に戻す", "Back to preparation"), "reopening", false, None);
    let steps = match session.state {
        State::Draft => vec![
            open(l.t("対象課題を選ぶ", "Choose tasks"), "tasks", false),
            open(l.t("受入枠を選ぶ", "Choose slots"), "slots", false),
            unless(
                post(l.t("適格を判定する", "Judge eligibility"), "evaluation", true, None),
                Step::Evaluate,
            ),
        ],
        State::Eligible => {
            let score = post(l.t("候補を作成する", "Make shortlists"), "scores", true, None);
            vec![unless(score, Step::Score), back()]
        }
        State::Shortlist => vec![
            unless(
                post(
                    l.t("枠を確定して意向を聞く", "Freeze the slots and ask for interest"),
                    "interest/opening",
                    true,
                    Some(l.t(
                        "受入枠・上限・対象課題は、この後は変更できません。",
                        "Slots, ceilings and tasks cannot be changed afterwards.",
                    )),
                ),
                Step::OpenInterest,
            ),
            back(),
        ],
        State::Interest => vec![
            open(l.t("提出状況を見る", "See who is in"), "interest", false),
            unless(
                post(l.t("回答を開いて割当てへ", "Open the answers"), "interest/closing", true, None),
                Step::CloseInterest,
            ),
        ],
        State::Solved => vec![
            open(l.t("割当てを計算・比較する", "Compute and compare solutions"), "solutions", true),
            open(l.t("双方の意向を見る", "See both sides' answers"), "interest", false),
        ],
        State::Consent => vec![
            open(l.t("合意と移行", "Consent and transfer"), "consent", true),
            unless(
                post(l.t("割当てをやり直す", "Seek another solution"), "resolving", false, None),
                Step::SolveAgain,
            ),
            unless(
                post(l.t("セッションを完了する", "Close the session"), "closing", false, None),
                Step::Close,
            ),
        ],
        State::Closed => Vec::new(),
    };
    let advice = match session.state {
        State::Draft => l.t(
            "対象課題と受入枠を選び、規則を確かめてから判定します。",
            "Choose tasks and slots, look at the rules, then judge.",
        ),
        State::Eligible => l.t(
            "どの規則が何件を除いたかを確かめ、よければ候補を作成します。",
            "See what each rule removes; if it is right, make the shortlists.",
        ),
        State::Shortlist => l.t(
            "候補を確かめ、意向確認の期限を設定してから意向を聞きます。",
            "Look at the candidates, set the deadline, then ask for interest.",
        ),
        State::Interest => l.t(
            "双方が互いの回答を見ずに答えています。全員が提出するか期限を過ぎると開けます。",
            "Both sides answer without seeing each other; answers open when all are in or the deadline passes.",
        ),
        State::Solved => l.t(
            "回答が開きました。割当てを計算・比較し、採用する案を決めます。",
            "Answers are open: compute and compare solutions, and adopt one.",
        ),
        State::Consent => l.t(
            "採用した案の組合せごとに、双方のPSとPDの合意を待っています。",
            "Each pair of the adopted solution waits for PS and PD of both sides.",
        ),
        State::Closed => l.t("すべての組合せが決着しました。", "Every pair is settled."),
    };
    (if runs(cx) { steps } else { Vec::new() }, advice)
}

pub async fn update(cx: Cx, session: Acting<Session>, Submitted(input): Submitted<PlanForm>) -> Outcome {
    let session = session.into_inner();
    let mut plan = match input.parse(cx.l) {
        Ok(plan) => plan,
        Err(errors) => return render_invalid(&show_page(&cx, session, input, errors).await?),
    };
    // The year is the calls': it stays as it was when the session was made.
    plan.fiscal_year = session.fiscal_year;
    let version = input.version.parse().unwrap_or(0);
    match actions::edit(cx.pool(), &cx.actor(), (session.id, version), &plan, cx.now).await? {
        Ok(()) => {
            let said = cx.l.t("保存しました。", "Saved.");
            Ok(Redirected::to(session_path(session.id)).saying(said).into_response())
        }
        Err(Stopped::Stale) => Err(PageError::Conflict(Box::new(conflict(&cx, session.id, &input).await?))),
        Err(stopped) => {
            let errors = at_its_field(&cx, stopped);
            render_invalid(&show_page(&cx, session, input, errors).await?)
        }
    }
}

async fn conflict(
    cx: &Cx,
    id: crate::kernel::MatchingSessionId,
    mine: &PlanForm,
) -> Result<Conflict, PageError> {
    let theirs = PlanForm::of(&Visible::<Session>::find(cx, id).await?.into_inner());
    let mut pairs: Vec<(String, String)> =
        mine.labelled(cx.l).into_iter().map(|(name, _, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.push(("version".to_owned(), theirs.version.clone()));
    let fields = mine.labelled(cx.l).into_iter().zip(theirs.labelled(cx.l));
    Ok(Conflict {
        fields: fields
            .map(|((_, label, yours), (_, _, theirs))| ConflictField {
                label: label.to_owned(),
                yours: yours.to_owned(),
                theirs: theirs.to_owned(),
            })
            .collect(),
        reload_href: session_path(id),
        action: session_path(id),
        pairs,
    })
}

pub async fn reopen(cx: Cx, session: Acting<Session>) -> Outcome {
    step(&cx, &session, Step::Reopen, cx.l.t("準備に戻しました。", "Back to preparation.")).await
}

pub async fn close_interest(cx: Cx, session: Acting<Session>) -> Outcome {
    step(&cx, &session, Step::CloseInterest, cx.l.t("回答を開きました。", "The answers are open.")).await
}

pub async fn solve_again(cx: Cx, session: Acting<Session>) -> Outcome {
    consent::actions::expire(cx.pool(), &cx.actor(), session.id, cx.now).await?;
    step(&cx, &session, Step::SolveAgain, cx.l.t("割当てに戻しました。", "Back to assignment.")).await
}

pub async fn close(cx: Cx, session: Acting<Session>) -> Outcome {
    consent::actions::expire(cx.pool(), &cx.actor(), session.id, cx.now).await?;
    step(&cx, &session, Step::Close, cx.l.t("セッションを完了しました。", "The session is closed.")).await
}

async fn step(cx: &Cx, session: &Session, step: Step, said: &str) -> Outcome {
    // The same button twice: the session stands where it should already.
    if session.state.after(step).is_none() && arrived(session.state, step) {
        return Ok(Redirected::to(session_path(session.id)).into_response());
    }
    match actions::step(cx.pool(), &cx.actor(), session.id, step, cx.now).await? {
        Ok(_) => Ok(Redirected::to(session_path(session.id)).saying(said).into_response()),
        Err(stopped) => Err(refused(stopped)),
    }
}

/// The state in which a step leaves a session.
fn arrived(state: State, step: Step) -> bool {
    matches!(
        (step, state),
        (Step::Reopen, State::Draft)
            | (Step::CloseInterest | Step::SolveAgain, State::Solved)
            | (Step::Close, State::Closed)
    )
}

pub async fn discard(cx: Cx, session: Acting<Session>) -> Outcome {
    match actions::discard(cx.pool(), &cx.actor(), session.id, cx.now).await? {
        Ok(()) => Ok(Redirected::to("/matching")
            .saying(cx.l.t("セッションを破棄しました。", "The session is discarded."))
            .into_response()),
        Err(stopped) => Err(refused(stopped)),
    }
}
