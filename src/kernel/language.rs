//! Japanese and English. A visible text is always written as a pair at the place where it is used, so that a text
//! in one language only cannot exist; the compiler is the catalogue's check.

use std::fmt;

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    Ja,
    En,
}

impl Language {
    /// The text in this language.
    pub fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    /// A name that exists in Japanese and perhaps in English: the English one where there is one and it is wanted.
    pub fn name<'a>(&self, ja: &'a str, en: Option<&'a str>) -> &'a str {
        match (self, en) {
            (Self::En, Some(en)) if !en.is_empty() => en,
            _ => ja,
        }
    }

    /// `ja` or `en`: the value of the `lang` attribute, of the cookie and of the database column.
    pub fn code(&self) -> &'static str {
        self.t("ja", "en")
    }

    /// Reads [`Language::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    pub fn is_ja(&self) -> bool {
        *self == Self::Ja
    }

    /// The other language, for the switch.
    pub fn other(&self) -> Self {
        match self {
            Self::Ja => Self::En,
            Self::En => Self::Ja,
        }
    }
}

/// A sentence in both languages, made where the fact is known and read where the reader's language is known.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Said {
    pub ja: String,
    pub en: String,
}

impl Said {
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }

    pub fn in_language(&self, language: Language) -> &str {
        language.t(&self.ja, &self.en)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.ja, self.en)
    }
}

impl From<super::text::TextError> for Said {
    fn from(error: super::text::TextError) -> Self {
        use super::text::TextError::*;
        match error {
            Empty => Self::new("入力してください。", "Enter a value."),
            TooLong { length, max } => Self::new(
                format!("{length}文字あります。{max}文字以内にしてください。"),
                format!("It has {length} characters; shorten it to {max} or fewer."),
            ),
            Forbidden { position, .. } => Self::new(
                format!("{position}文字目に保存できない文字（制御文字など）があります。取り除いてください。"),
                format!("Character {position} cannot be stored (a control character); remove it."),
            ),
        }
    }
}

impl From<super::fiscal_year::FiscalYearError> for Said {
    fn from(error: super::fiscal_year::FiscalYearError) -> Self {
        use super::fiscal_year::FiscalYearError::*;
        match &error {
            Unreadable(text) => Self::new(
                format!(
                    "「{text}」は年度として読めません。R7、令和7年度、FY2025、2025 のように入力してください。"
                ),
                error.to_string(),
            ),
            OutOfRange(year) => Self::new(format!("{year}は1990～2100年度の範囲外です。"), error.to_string()),
        }
    }
}
