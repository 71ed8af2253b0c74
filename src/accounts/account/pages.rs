//! The page of one's own account.

use askama::Template;
use axum::response::IntoResponse;

use crate::accounts::RoleAssignment;
use crate::kernel::SessionId;
use crate::kernel::yen::YenUnit;
use crate::web::identify::LANGUAGE_COOKIE;
use crate::web::view::Choice;
use crate::web::{
    AtPath, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Said, Section, Submitted,
    render, render_invalid,
};

use super::actions;
use super::forms::{PasswordForm, PreferencesForm};
use super::queries::{self, SessionRow};

#[derive(Template)]
#[template(path = "accounts/account/show.html")]
struct ShowPage {
    page: Page,
    email: String,
    must_change_password: bool,
    here: SessionId,
    sessions: Vec<SessionRow>,
    languages: Vec<Choice>,
    units: Vec<Choice>,
    errors: FieldErrors,
    password_errors: FieldErrors,
    roles: Vec<RoleAssignment>,
}

pub async fn show(cx: Cx) -> Outcome {
    render(&show_page(&cx, FieldErrors::new(), FieldErrors::new()).await?)
}

async fn show_page(
    cx: &Cx,
    errors: FieldErrors,
    password_errors: FieldErrors,
) -> Result<ShowPage, PageError> {
    let viewer = &cx.viewer;
    let language = viewer.language.unwrap_or(cx.l);
    let units = [YenUnit::Yen, YenUnit::Thousand, YenUnit::Million, YenUnit::Oku];
    Ok(ShowPage {
        page: cx.page(Section::Account, cx.l.t("自分の設定", "My account")),
        email: viewer.email.clone(),
        must_change_password: viewer.must_change_password,
        here: viewer.session,
        sessions: queries::sessions(cx.pool(), viewer.id, cx.now).await?,
        languages: [(Language::Ja, "日本語"), (Language::En, "English")]
            .map(|(value, label)| Choice::new(value.code(), label, value == language))
            .into(),
        units: units
            .map(|u| Choice::new(u.code(), cx.l.t(u.japanese(), u.english()), u == viewer.yen_unit))
            .into(),
        errors,
        password_errors,
        roles: viewer.rights.roles.clone(),
    })
}

pub async fn set_preferences(cx: Cx, Submitted(form): Submitted<PreferencesForm>) -> Outcome {
    let chosen = match form.parse(cx.l) {
        Ok(chosen) => chosen,
        Err(errors) => return render_invalid(&show_page(&cx, errors, FieldErrors::new()).await?),
    };
    actions::set_preferences(cx.pool(), &cx.actor(), &cx.viewer, chosen, cx.now).await?;
    let cookie = format!("{LANGUAGE_COOKIE}={}; Path=/; SameSite=Lax; Max-Age=31536000", chosen.0.code());
    let saved = Redirected::to("/account").saying(chosen.0.t("保存しました。", "Saved."));
    Ok(([(axum::http::header::SET_COOKIE, cookie)], saved).into_response())
}

pub async fn change_password(cx: Cx, Submitted(form): Submitted<PasswordForm>) -> Outcome {
    let mut errors = form.check(cx.l, &cx.viewer.email);
    if errors.is_empty() {
        let pair = (form.current, form.password);
        if actions::change_password(cx.pool(), &cx.actor(), &cx.viewer, pair, cx.now).await? {
            let said = cx.l.t(
                "パスワードを変更しました。ほかのセッションは終了しました。",
                "Password changed. Your other sessions have ended.",
            );
            return Ok(Redirected::to("/account").saying(said).into_response());
        }
        let wrong = Said::new("今のパスワードが違います。", "The present password is wrong.");
        errors.add("current", cx.l.t("今のパスワード", "Present password"), wrong);
    }
    render_invalid(&show_page(&cx, FieldErrors::new(), errors).await?)
}

pub async fn end_session(cx: Cx, AtPath(id): AtPath<SessionId>) -> Outcome {
    if !actions::end_session(cx.pool(), &cx.actor(), &cx.viewer, id, cx.now).await? {
        return Err(PageError::NotFound);
    }
    Ok(Redirected::to("/account")
        .saying(cx.l.t("セッションを終了しました。", "Session ended."))
        .into_response())
}
