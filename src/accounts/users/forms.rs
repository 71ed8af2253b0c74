//! Text to typed values: accounts and roles.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::accounts::Role;
use crate::accounts::model::ScopeKind;
use crate::kernel::{Language, Said, Text};
use crate::web::FieldErrors;

use super::model::{NewRole, Scope, UserFields};

/// The form of an account as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct UserForm {
    pub key: String,
    pub version: String,
    pub email: String,
    pub name_ja: String,
    pub name_en: String,
    pub active: String,
}

impl UserForm {
    pub fn parse(&self, l: Language) -> Result<UserFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let email = errors.check("email", l.t("メールアドレス", "E-mail"), parse_email(&self.email));
        let name_ja = errors.check("name_ja", l.t("氏名", "Name"), Text::parse(&self.name_ja));
        let name_en =
            errors.check("name_en", l.t("氏名（英語）", "Name in English"), Text::optional(&self.name_en));
        let fields = email.zip(name_ja).zip(name_en).map(|((email, name_ja), name_en)| UserFields {
            email,
            name_ja,
            name_en,
            active: self.active == "true",
        });
        errors.finish(fields)
    }
}

fn parse_email(raw: &str) -> Result<String, Said> {
    let email = raw.trim().to_lowercase();
    let shaped = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    });
    let clean =
        email.chars().all(|c| !c.is_whitespace() && !c.is_control()) && email.matches('@').count() == 1;
    if shaped && clean && email.len() <= 200 {
        Ok(email)
    } else {
        Err(Said::new(
            "name@example.go.jp の形で入力してください。",
            "Write it in the form name@example.go.jp.",
        ))
    }
}

/// The form of a new role as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    pub key: String,
    pub role: String,
    pub scope: String,
    pub valid_from: String,
    pub valid_until: String,
}

impl RoleForm {
    pub fn parse(&self, l: Language, today: NaiveDate) -> Result<NewRole, FieldErrors> {
        let mut errors = FieldErrors::new();
        let unknown = Said::new("一覧から選んでください。", "Choose one of the list.");
        let role = errors.check("role", l.t("役割", "Role"), Role::from_code(&self.role).ok_or(unknown));
        let scope =
            role.and_then(|r| errors.check("scope", l.t("範囲", "Scope"), parse_scope(r, &self.scope)));
        let from = errors.check("valid_from", l.t("開始日", "From"), parse_day(&self.valid_from));
        let until = errors.check("valid_until", l.t("終了日", "Until"), parse_day(&self.valid_until));
        let valid_from = from.flatten().unwrap_or(today);
        let valid_until = until.flatten();
        if valid_until.is_some_and(|end| end < valid_from) {
            let said =
                Said::new("終了日は開始日以後にしてください。", "The end must not lie before the beginning.");
            errors.add("valid_until", l.t("終了日", "Until"), said);
        }
        errors.finish(role.zip(scope).map(|(role, scope)| NewRole { role, scope, valid_from, valid_until }))
    }
}

fn parse_scope(role: Role, raw: &str) -> Result<Scope, Said> {
    let (kind, id) = raw.split_once(':').unwrap_or_default();
    let mut scope = Scope::default();
    let found = match (role.scope_kind(), kind) {
        (ScopeKind::Agency, _) => true,
        (ScopeKind::Project, "project") => fill(&mut scope.project, id.parse().ok()),
        (ScopeKind::Program, "program") => fill(&mut scope.program, id.parse().ok()),
        (ScopeKind::DiseaseArea, "disease_area") => fill(&mut scope.disease_area, id.parse().ok()),
        (ScopeKind::Ministry, "ministry") => fill(&mut scope.ministry, Some(id.to_owned())),
        _ => false,
    };
    if found { Ok(scope) } else { Err(wanted_scope(role.scope_kind())) }
}

fn fill<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    *place = value;
    place.is_some()
}

fn wanted_scope(kind: ScopeKind) -> Said {
    match kind {
        ScopeKind::Project => Said::new(
            "この役割には統合プロジェクトを選んでください。",
            "This role is held over an integrated project: choose one.",
        ),
        ScopeKind::Program => {
            Said::new("この役割には事業を選んでください。", "This role is held over a program: choose one.")
        }
        ScopeKind::DiseaseArea => Said::new(
            "この役割には疾患領域を選んでください。",
            "This role is held over a disease area: choose one.",
        ),
        ScopeKind::Ministry => {
            Said::new("この役割には府省を選んでください。", "This role is held over a ministry: choose one.")
        }
        ScopeKind::Agency => Said::new("範囲は不要です。", "This role needs no scope."),
    }
}

/// A day as a date input sends it; nothing for an empty field.
pub fn parse_day(raw: &str) -> Result<Option<NaiveDate>, Said> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Ok(None);
    }
    NaiveDate::parse_from_str(raw, "%Y-%m-%d")
        .map(Some)
        .map_err(|_| Said::new("2026-04-01 の形で入力してください。", "Write the day as 2026-04-01."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_needs_the_scope_of_its_kind() {
        let program = "program:00000000-0000-7000-8000-000000000201";
        for (role, scope, fits) in [
            (Role::ProgramSupervisor, program, true),
            (Role::ProgramSupervisor, "", false),
            (Role::ProgramDirector, program, false),
            (Role::MinistryObserver, "ministry:mhlw", true),
            (Role::DiseaseCoordinator, "disease_area:41", true),
            (Role::Auditor, "", true),
        ] {
            assert_eq!(parse_scope(role, scope).is_ok(), fits, "{role:?} over {scope:?}");
        }
    }

    #[test]
    fn addresses_are_checked_and_folded() {
        assert_eq!(parse_email(" A.B@Example.go.jp "), Ok("a.b@example.go.jp".to_owned()));
        for bad in ["", "a", "a@b", "a b@example.jp", "a@@example.jp", "@example.jp", "a@.jp"] {
            assert!(parse_email(bad).is_err(), "{bad}");
        }
    }
}
