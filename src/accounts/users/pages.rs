//! The pages of the administration of accounts.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::accounts::Role;
use crate::kernel::UserId;
use crate::kernel::listing::{PAGE_ROWS, Slice};
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::{Choice, Pager};
use crate::web::{
    Asked, AtPath, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Section, Submitted, paths, render,
    render_invalid,
};

use super::actions::{self, Refusal};
use super::forms::{RoleForm, UserForm};
use super::queries::{self, RoleRow, User, UserRow};
use super::routes;

#[derive(Template)]
#[template(path = "accounts/users/index.html")]
struct IndexPage {
    page: Page,
    words: String,
    roles: Vec<Choice>,
    rows: Vec<UserRow>,
    pager: Pager,
}

impl IndexPage {
    fn role_names(&self, codes: &[String]) -> String {
        let names: Vec<_> =
            codes.iter().filter_map(|c| Role::from_code(c)).map(|r| r.name(self.page.l)).collect();
        names.join(self.page.l.t("、", ", "))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    q: String,
    role: String,
    after: String,
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let role = Role::from_code(&query.role);
    let code = role.map(Role::code);
    let found =
        queries::users(cx.pool(), query.q.trim(), code, &query.after, cx.today(), PAGE_ROWS + 1).await?;
    let slice = Slice::from_fetched(found, PAGE_ROWS as usize, |row| row.email.clone());
    let link = |after: &str| {
        paths::with_query(
            "/admin/users",
            &[("q", &query.q), ("role", code.unwrap_or_default()), ("after", after)],
        )
    };
    let l = cx.l;
    let pager = Pager {
        shown: format!("{}{}", slice.rows.len(), l.t("件を表示", " shown")),
        first: (!query.after.is_empty()).then(|| link("")),
        previous: None,
        next: slice.next.as_deref().map(link),
    };
    let page = admin_page(&cx, l.t("利用者", "Accounts"));
    render(&IndexPage { page, roles: role_choices(l, role), words: query.q, rows: slice.rows, pager })
}

#[derive(Template)]
#[template(path = "accounts/users/new.html")]
struct NewPage {
    page: Page,
    input: UserForm,
    errors: FieldErrors,
}

pub async fn new(cx: Cx) -> Outcome {
    let input = UserForm { active: "true".to_owned(), ..UserForm::default() };
    render(&NewPage { page: new_page(&cx), input, errors: FieldErrors::new() })
}

pub async fn create(cx: Cx, Submitted(input): Submitted<UserForm>) -> Outcome {
    let invalid = |input, errors| render_invalid(&NewPage { page: new_page(&cx), input, errors });
    let fields = match input.parse(cx.l) {
        Ok(fields) => fields,
        Err(errors) => return invalid(input, errors),
    };
    match actions::create(cx.pool(), &cx.actor(), &fields, &input.key, cx.now).await? {
        Ok((id, Some(temporary))) => password_shown(&cx, id, &fields.email, temporary),
        Ok((_, None)) => {
            let earlier =
                crate::db::submissions::location_of(cx.pool(), &input.key, Some(cx.viewer.id.0)).await?;
            Ok(Redirected::to(earlier.unwrap_or_else(|| "/admin/users".to_owned())).into_response())
        }
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("email", cx.l.t("メールアドレス", "E-mail"), refusal.said());
            invalid(input, errors)
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/users/password.html")]
struct PasswordPage {
    page: Page,
    id: UserId,
    email: String,
    temporary: String,
}

fn password_shown(cx: &Cx, id: UserId, email: &str, temporary: String) -> Outcome {
    let page = admin_page(cx, cx.l.t("仮パスワード", "Temporary password"))
        .crumb(cx.l.t("利用者", "Accounts"), "/admin/users");
    render(&PasswordPage { page, id, email: email.to_owned(), temporary })
}

#[derive(Template)]
#[template(path = "accounts/users/show.html")]
struct ShowPage {
    page: Page,
    user: User,
    input: UserForm,
    errors: FieldErrors,
    roles: Vec<RoleRow>,
    role_form: RoleForm,
    role_errors: FieldErrors,
    role_choices: Vec<Choice>,
    scope_choices: Vec<Choice>,
}

impl ShowPage {
    fn role_name(&self, code: &str) -> &'static str {
        Role::from_code(code).map_or("", |r| r.name(self.page.l))
    }

    fn scope_name<'a>(&self, row: &'a RoleRow) -> &'a str {
        match &row.scope_ja {
            Some(ja) => self.page.l.name(ja, row.scope_en.as_deref()),
            None => "",
        }
    }

    fn is_over(&self, row: &RoleRow) -> bool {
        row.valid_until.is_some_and(|end| end < crate::kernel::clock::today_in_japan(self.page.now))
    }
}

/// What of the account's page was just submitted and needs work.
#[derive(Default)]
struct Typed {
    user: Option<(UserForm, FieldErrors)>,
    role: Option<(RoleForm, FieldErrors)>,
}

pub async fn show(cx: Cx, AtPath(id): AtPath<UserId>) -> Outcome {
    render(&show_page(&cx, id, Typed::default()).await?)
}

async fn show_page(cx: &Cx, id: UserId, typed: Typed) -> Result<ShowPage, PageError> {
    let user = queries::user(cx.pool(), id).await?.ok_or(PageError::NotFound)?;
    let roles = queries::roles(cx.pool(), id).await?;
    let scopes = queries::scopes(cx.pool(), i16::try_from(cx.fiscal_year().year())?).await?;
    let (input, errors) = typed.user.unwrap_or_else(|| (form_of(&user), FieldErrors::new()));
    let fresh = RoleForm { valid_from: cx.today().to_string(), ..RoleForm::default() };
    let (role_form, role_errors) = typed.role.unwrap_or_else(|| (fresh, FieldErrors::new()));
    let scope_choices = scopes
        .into_iter()
        .map(|s| {
            let label = cx.l.name(&s.name_ja, s.name_en.as_deref()).to_owned();
            let chosen = s.value == role_form.scope;
            Choice::new(s.value, label, chosen)
        })
        .collect();
    let page = admin_page(cx, cx.l.name(&user.name_ja, user.name_en.as_deref()))
        .crumb(cx.l.t("利用者", "Accounts"), "/admin/users");
    let role_choices = role_choices(cx.l, Role::from_code(&role_form.role));
    Ok(ShowPage { page, user, input, errors, roles, role_form, role_errors, role_choices, scope_choices })
}

pub async fn update(cx: Cx, AtPath(id): AtPath<UserId>, Submitted(input): Submitted<UserForm>) -> Outcome {
    let user = queries::user(cx.pool(), id).await?.ok_or(PageError::NotFound)?;
    let fields = match input.parse(cx.l) {
        Ok(fields) => fields,
        Err(errors) => {
            return render_invalid(
                &show_page(&cx, id, Typed { user: Some((input, errors)), role: None }).await?,
            );
        }
    };
    let version = input.version.parse().unwrap_or(0);
    match actions::update(cx.pool(), &cx.actor(), id, version, &fields, (cx.now, cx.today())).await? {
        Ok(()) => {
            Ok(Redirected::to(routes::user(id)).saying(cx.l.t("保存しました。", "Saved.")).into_response())
        }
        Err(Refusal::Stale) => Err(PageError::Conflict(Box::new(conflict(&cx, &user, &input)))),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            let field = if matches!(refusal, Refusal::LastAdministrator) { "active" } else { "email" };
            errors.add(field, cx.l.t("利用者", "Account"), refusal.said());
            render_invalid(&show_page(&cx, id, Typed { user: Some((input, errors)), role: None }).await?)
        }
    }
}

pub async fn reset_password(cx: Cx, AtPath(id): AtPath<UserId>) -> Outcome {
    let user = queries::user(cx.pool(), id).await?.ok_or(PageError::NotFound)?;
    let temporary = actions::reset_password(cx.pool(), &cx.actor(), id, cx.now).await?;
    password_shown(&cx, id, &user.email, temporary)
}

pub async fn give_role(cx: Cx, AtPath(id): AtPath<UserId>, Submitted(form): Submitted<RoleForm>) -> Outcome {
    queries::user(cx.pool(), id).await?.ok_or(PageError::NotFound)?;
    let role = match form.parse(cx.l, cx.today()) {
        Ok(role) => role,
        Err(errors) => {
            return render_invalid(
                &show_page(&cx, id, Typed { user: None, role: Some((form, errors)) }).await?,
            );
        }
    };
    match actions::give_role(cx.pool(), &cx.actor(), id, &role, &form.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(routes::user(id))
            .saying(cx.l.t("役割を追加しました。", "Role given."))
            .into_response()),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("role", cx.l.t("役割", "Role"), refusal.said());
            render_invalid(&show_page(&cx, id, Typed { user: None, role: Some((form, errors)) }).await?)
        }
    }
}

pub async fn end_role(cx: Cx, AtPath((id, role)): AtPath<(UserId, Uuid)>) -> Outcome {
    match actions::end_role(cx.pool(), &cx.actor(), id, role, (cx.now, cx.today())).await? {
        Ok(()) => Ok(Redirected::to(routes::user(id))
            .saying(cx.l.t("役割を終了しました。", "Role ended."))
            .into_response()),
        Err(Refusal::NotFound) => Err(PageError::NotFound),
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}

fn admin_page(cx: &Cx, title: &str) -> Page {
    cx.page(Section::Administration, title).crumb(cx.l.t("管理", "Administration"), "/admin")
}

fn new_page(cx: &Cx) -> Page {
    admin_page(cx, cx.l.t("利用者を追加", "Add an account"))
        .crumb(cx.l.t("利用者", "Accounts"), "/admin/users")
}

fn role_choices(l: crate::web::Language, chosen: Option<Role>) -> Vec<Choice> {
    Role::ALL.into_iter().map(|r| Choice::new(r.code(), r.name(l), chosen == Some(r))).collect()
}

fn form_of(user: &User) -> UserForm {
    UserForm {
        key: String::new(),
        version: user.version.to_string(),
        email: user.email.clone(),
        name_ja: user.name_ja.clone(),
        name_en: user.name_en.clone().unwrap_or_default(),
        active: user.active.to_string(),
    }
}

fn conflict(cx: &Cx, user: &User, mine: &UserForm) -> Conflict {
    let theirs = form_of(user);
    let field = |label: &str, yours: &str, theirs: &str| ConflictField {
        label: label.to_owned(),
        yours: yours.to_owned(),
        theirs: theirs.to_owned(),
    };
    Conflict {
        fields: vec![
            field(cx.l.t("メールアドレス", "E-mail"), &mine.email, &theirs.email),
            field(cx.l.t("氏名", "Name"), &mine.name_ja, &theirs.name_ja),
            field(cx.l.t("氏名（英語）", "Name in English"), &mine.name_en, &theirs.name_en),
            field(cx.l.t("利用可", "Active"), &mine.active, &theirs.active),
        ],
        reload_href: routes::user(user.id),
        action: routes::user(user.id),
        pairs: vec![
            ("version".to_owned(), theirs.version),
            ("email".to_owned(), mine.email.clone()),
            ("name_ja".to_owned(), mine.name_ja.clone()),
            ("name_en".to_owned(), mine.name_en.clone()),
            ("active".to_owned(), mine.active.clone()),
        ],
    }
}
