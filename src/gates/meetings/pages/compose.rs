//! Composing a meeting: for the tasks ticked in the calendar, or typed by number; and adding to its agenda.

use askama::Template;
use axum::response::IntoResponse;
use uuid::Uuid;

use crate::gates::meetings::actions;
use crate::gates::meetings::forms::{MeetingForm, Named};
use crate::gates::meetings::queries::{self, NewItem};
use crate::gates::queries::Meeting;
use crate::gates::rows::{Managing, asker, doing};
use crate::gates::templates::queries as templates;
use crate::gates::{MeetingId, meeting_path};
use crate::kernel::clock::JST;
use crate::portfolio::catalogue;
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    Acting, Asked, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Section, Submitted, render,
    render_invalid,
};

#[derive(Template)]
#[template(path = "gates/compose.html")]
struct ComposePage {
    page: Page,
    action: String,
    back: String,
    input: MeetingForm,
    errors: FieldErrors,
    hosts: Vec<Choice>,
    templates: Vec<Choice>,
    /// Name, time and place are asked for.
    asks_meeting: bool,
    /// Tasks are asked for.
    asks_tasks: bool,
}

enum What<'a> {
    New,
    Edit(&'a Meeting),
    Items(&'a Meeting),
}

pub async fn form(cx: Cx, Asked(mut input): Asked<MeetingForm>) -> Outcome {
    let ticked = MeetingForm { task: std::mem::take(&mut input.task), ..MeetingForm::default() }.named();
    if !ticked.is_empty() {
        let tasks: Vec<String> = ticked.iter().map(|n| n.task.clone()).collect();
        let found = queries::candidates(cx.pool(), &tasks, asker(&cx), cx.today()).await?;
        let ids: Vec<Uuid> = found.iter().map(|c| c.task_id).collect();
        let numbers = queries::numbers(cx.pool(), &ids).await?;
        let line = |named: &Named| {
            let task = found.iter().find(|c| c.number == named.task)?.task_id;
            let number = numbers.get(&task)?;
            Some(named.gate.as_ref().map_or_else(|| number.clone(), |gate| format!("{number}:{gate}")))
        };
        input.tasks = ticked.iter().filter_map(line).collect::<Vec<_>>().join("\n");
    }
    input.held_time = "13:00".to_owned();
    input.minutes = "10".to_owned();
    render(&page(&cx, What::New, input, FieldErrors::new()).await?)
}

pub async fn create(cx: Cx, Submitted(form): Submitted<MeetingForm>) -> Outcome {
    let mut errors = FieldErrors::new();
    let host = host(&cx, &form).await?;
    let program = host.as_ref().ok().copied().flatten();
    let fields = form.fields(host, &mut errors, cx.l);
    let items = items(&cx, &form, program, &mut errors).await?;
    let Some(fields) = fields.filter(|_| errors.is_empty()) else {
        return render_invalid(&page(&cx, What::New, form, errors).await?);
    };
    let id = MeetingId::new();
    match actions::compose(&doing(&cx), id, &fields, &items, &form.key).await? {
        Ok(()) => {
            let to = crate::db::submissions::location_of(cx.pool(), &form.key, Some(cx.viewer.id.0)).await?;
            Ok(Redirected::to(to.unwrap_or_else(|| meeting_path(id)))
                .saying(cx.l.t(
                    "会議を作成しました。次に委員を選んでください。",
                    "The meeting is composed. Now choose the committee.",
                ))
                .into_response())
        }
        Err(refusal) => {
            errors.add("tasks", cx.l.t("課題", "Tasks"), refusal.said());
            render_invalid(&page(&cx, What::New, form, errors).await?)
        }
    }
}

pub async fn edit(cx: Cx, meeting: Acting<Managing>) -> Outcome {
    let input = typed(&meeting);
    render(&page(&cx, What::Edit(&meeting), input, FieldErrors::new()).await?)
}

pub async fn update(cx: Cx, meeting: Acting<Managing>, Submitted(form): Submitted<MeetingForm>) -> Outcome {
    let mut errors = FieldErrors::new();
    let fields = form.fields(Ok(meeting.program_id), &mut errors, cx.l);
    let Some(fields) = fields.filter(|_| errors.is_empty()) else {
        return render_invalid(&page(&cx, What::Edit(&meeting), form, errors).await?);
    };
    let version = form.version.parse().unwrap_or(0);
    if actions::edit(&doing(&cx), &meeting, version, &fields).await? {
        return Ok(Redirected::to(meeting_path(meeting.id))
            .saying(cx.l.t("保存しました。", "Saved."))
            .into_response());
    }
    Err(PageError::Conflict(Box::new(conflict(&cx, &meeting, &form))))
}

pub async fn more(cx: Cx, meeting: Acting<Managing>) -> Outcome {
    let input = MeetingForm { minutes: "10".to_owned(), ..MeetingForm::default() };
    render(&page(&cx, What::Items(&meeting), input, FieldErrors::new()).await?)
}

pub async fn add(cx: Cx, meeting: Acting<Managing>, Submitted(form): Submitted<MeetingForm>) -> Outcome {
    let mut errors = FieldErrors::new();
    let items = items(&cx, &form, meeting.program_id, &mut errors).await?;
    if errors.is_empty() {
        match actions::add_items(&doing(&cx), meeting.id, &items, &form.key).await? {
            Ok(()) => {
                return Ok(Redirected::to(meeting_path(meeting.id))
                    .saying(cx.l.t("議題を追加しました。", "The items are added."))
                    .into_response());
            }
            Err(refusal) => errors.add("tasks", cx.l.t("課題", "Tasks"), refusal.said()),
        }
    }
    render_invalid(&page(&cx, What::Items(&meeting), form, errors).await?)
}

/// The typed tasks as items; a division lists tasks of its own programs only.
async fn items(
    cx: &Cx,
    form: &MeetingForm,
    host: Option<Uuid>,
    errors: &mut FieldErrors,
) -> Result<Vec<NewItem>, PageError> {
    let by = asker(cx);
    let named = form.named();
    let tasks: Vec<String> = named.iter().map(|n| n.task.clone()).collect();
    let mut found = queries::candidates(cx.pool(), &tasks, by, cx.today()).await?;
    found.retain(|c| by.rights.edits_all || (by.rights.may_edit(c.program_id) && host == Some(c.program_id)));
    let gates = queries::versions_in_force(cx.pool()).await?;
    let items = form.items(&found, &gates, errors, cx.l);
    if items.is_empty() && errors.is_empty() {
        let said =
            Said::new("議題とする課題の番号を入力してください。", "Enter the numbers of the tasks to judge.");
        errors.add("tasks", cx.l.t("課題", "Tasks"), said);
    }
    Ok(items)
}

async fn host(cx: &Cx, form: &MeetingForm) -> Result<Result<Option<Uuid>, Said>, PageError> {
    let by = asker(cx);
    let catalogue = catalogue::of(cx).await?;
    let program = catalogue.programs.iter().find(|p| p.code == form.program).map(|p| p.id);
    let fits =
        if form.program.is_empty() { by.manages(None) } else { program.is_some() && by.manages(program) };
    Ok(if fits {
        Ok(program)
    } else {
        Err(Said::new("担当する事業を選んでください。", "Choose a program of yours."))
    })
}

async fn page(
    cx: &Cx,
    what: What<'_>,
    input: MeetingForm,
    errors: FieldErrors,
) -> Result<ComposePage, PageError> {
    let l = cx.l;
    let by = asker(cx);
    let catalogue = catalogue::of(cx).await?;
    let mut hosts: Vec<Choice> = Vec::new();
    if by.manages(None) {
        let label = l.t("戦略策定・実施ユニット（複数事業）", "Strategy unit (several programs)");
        hosts.push(Choice::new("", label, input.program.is_empty()));
    }
    hosts.extend(
        catalogue
            .programs
            .iter()
            .filter(|p| by.manages(Some(p.id)))
            .map(|p| Choice::new(p.code.clone(), p.name(l), p.code == input.program)),
    );
    let templates = templates::templates(cx.pool())
        .await?
        .into_iter()
        .map(|t| {
            Choice::new(t.code.clone(), format!("{}（{}）", t.name(l), t.timing(l)), t.code == input.template)
        })
        .collect();
    let (title, action, back) = match what {
        What::New => {
            (l.t("会議の作成", "Compose a meeting"), "/gates/meetings".to_owned(), "/gates".to_owned())
        }
        What::Edit(m) => (l.t("会議の編集", "Edit the meeting"), meeting_path(m.id), meeting_path(m.id)),
        What::Items(m) => {
            (l.t("議題の追加", "Add items"), format!("{}/items", meeting_path(m.id)), meeting_path(m.id))
        }
    };
    let mut page = cx.page(Section::Gates, title).crumb(l.t("ゲート評価", "Gates"), "/gates");
    if let What::Edit(m) | What::Items(m) = what {
        page = page.crumb(l.name(&m.name_ja, m.name_en.as_deref()), meeting_path(m.id));
    }
    Ok(ComposePage {
        page,
        action,
        back,
        input,
        errors,
        hosts,
        templates,
        asks_meeting: !matches!(what, What::Items(_)),
        asks_tasks: !matches!(what, What::Edit(_)),
    })
}

fn typed(m: &Meeting) -> MeetingForm {
    let at = m.held_at.with_timezone(&JST);
    MeetingForm {
        version: m.version.to_string(),
        name_ja: m.name_ja.clone(),
        name_en: m.name_en.clone().unwrap_or_default(),
        held_on: at.format("%Y-%m-%d").to_string(),
        held_time: at.format("%H:%M").to_string(),
        place: m.place.clone().unwrap_or_default(),
        ..MeetingForm::default()
    }
}

fn conflict(cx: &Cx, meeting: &Meeting, mine: &MeetingForm) -> Conflict {
    let l = cx.l;
    let theirs = typed(meeting);
    let rows = [
        ("name_ja", l.t("会議名", "Name"), &mine.name_ja, &theirs.name_ja),
        ("name_en", l.t("会議名（英語）", "Name in English"), &mine.name_en, &theirs.name_en),
        ("held_on", l.t("開催日", "Date"), &mine.held_on, &theirs.held_on),
        ("held_time", l.t("開始時刻", "Begins at"), &mine.held_time, &theirs.held_time),
        ("place", l.t("場所", "Place"), &mine.place, &theirs.place),
    ];
    let field = |(_, label, yours, theirs): &(&str, &str, &String, &String)| ConflictField {
        label: (*label).to_owned(),
        yours: (*yours).clone(),
        theirs: (*theirs).clone(),
    };
    let mut pairs: Vec<_> = rows.iter().map(|(n, _, mine, _)| ((*n).to_owned(), (*mine).clone())).collect();
    pairs.push(("version".to_owned(), theirs.version.clone()));
    Conflict {
        fields: rows.iter().map(field).collect(),
        reload_href: meeting_path(meeting.id),
        action: meeting_path(meeting.id),
        pairs,
    }
}
