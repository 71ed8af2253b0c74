//! Text to typed values: preferences and the new password.

use serde::Deserialize;

use crate::accounts::password;
use crate::kernel::yen::YenUnit;
use crate::kernel::{Language, Said};
use crate::web::FieldErrors;

/// Language and unit of money as chosen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PreferencesForm {
    pub language: String,
    pub yen_unit: String,
}

impl PreferencesForm {
    pub fn parse(&self, l: Language) -> Result<(Language, YenUnit), FieldErrors> {
        let mut errors = FieldErrors::new();
        let choose = || Said::new("一覧から選んでください。", "Choose one of the list.");
        let language = Language::from_code(&self.language).ok_or_else(choose);
        let language = errors.check("language", l.t("言語", "Language"), language);
        let unit = YenUnit::from_code(&self.yen_unit).ok_or_else(choose);
        let unit = errors.check("yen_unit", l.t("金額の単位", "Unit of money"), unit);
        errors.finish(language.zip(unit))
    }
}

/// The present password and the new one, twice.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    pub current: String,
    pub password: String,
    pub repeated: String,
}

impl PasswordForm {
    /// Checks what can be checked without the stored hash.
    pub fn check(&self, l: Language, email: &str) -> FieldErrors {
        let mut errors = FieldErrors::new();
        errors.check(
            "password",
            l.t("新しいパスワード", "New password"),
            password::check_strength(&self.password, email),
        );
        if self.password != self.repeated {
            let said = Said::new("新しいパスワードと一致しません。", "It differs from the new password.");
            errors.add("repeated", l.t("新しいパスワード（確認）", "New password again"), said);
        }
        if self.password == self.current {
            let said = Said::new(
                "今と違うパスワードにしてください。",
                "Choose one that differs from the present one.",
            );
            errors.add("password", l.t("新しいパスワード", "New password"), said);
        }
        errors
    }
}
