//! Text to typed values: an exit strategy.

use serde::Deserialize;

use crate::kernel::{Language, Said, Text};
use crate::portfolio::catalogue::{Catalogue, Vocabulary};
use crate::web::FieldErrors;

use super::model::{Strategy, StrategyFields, TakerKind};

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StrategyForm {
    pub version: String,
    pub product: String,
    /// Code of the vocabulary.
    pub approval_class: String,
    pub taker_kind: String,
    pub taker: String,
    /// Code of a program.
    pub taker_program: String,
    pub data_set: String,
    pub ip: String,
    pub competitors: String,
}

pub fn label_product(l: Language) -> &'static str {
    l.t("目指す製品・用途", "Target product or use")
}
pub fn label_class(l: Language) -> &'static str {
    l.t("目指す承認区分", "Target approval class")
}
pub fn label_taker_kind(l: Language) -> &'static str {
    l.t("受け手の種類", "Kind of taker")
}
pub fn label_taker(l: Language) -> &'static str {
    l.t("想定する受け手", "Intended taker")
}
pub fn label_program(l: Language) -> &'static str {
    l.t("受け手となる事業", "Program that takes over")
}
pub fn label_data(l: Language) -> &'static str {
    l.t("引渡しに必要なデータセット", "Data set needed for the hand-over")
}
pub fn label_ip(l: Language) -> &'static str {
    l.t("引渡しに必要な知財", "Intellectual property needed for the hand-over")
}
pub fn label_competitors(l: Language) -> &'static str {
    l.t("競合・先行する製品や研究", "Competing products and research")
}

impl StrategyForm {
    pub fn of(strategy: Option<&Strategy>, catalogue: &Catalogue) -> Self {
        let Some(s) = strategy else { return Self { version: "0".to_owned(), ..Self::default() } };
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        Self {
            version: s.version.to_string(),
            product: s.product.clone(),
            approval_class: s
                .approval_class_id
                .and_then(|id| catalogue.value(id))
                .map(|v| v.code.clone())
                .unwrap_or_default(),
            taker_kind: s.taker_kind.code().to_owned(),
            taker: text(&s.taker),
            taker_program: s
                .taker_program_id
                .and_then(|id| catalogue.program(id))
                .map(|p| p.code.clone())
                .unwrap_or_default(),
            data_set: text(&s.data_set),
            ip: text(&s.ip),
            competitors: text(&s.competitors),
        }
    }

    /// Fields with their labels, as typed; the order of the form.
    pub fn labelled(&self, l: Language) -> [(&'static str, &'static str, &str); 8] {
        [
            ("product", label_product(l), &self.product),
            ("approval_class", label_class(l), &self.approval_class),
            ("taker_kind", label_taker_kind(l), &self.taker_kind),
            ("taker", label_taker(l), &self.taker),
            ("taker_program", label_program(l), &self.taker_program),
            ("data_set", label_data(l), &self.data_set),
            ("ip", label_ip(l), &self.ip),
            ("competitors", label_competitors(l), &self.competitors),
        ]
    }

    pub fn parse(&self, l: Language, c: &Catalogue) -> Result<StrategyFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let product = errors.check("product", label_product(l), Text::parse(&self.product));
        let class = errors.check("approval_class", label_class(l), self.class(c));
        let unknown = || Said::new("一覧から選んでください。", "Choose one of the list.");
        let kind = TakerKind::from_code(&self.taker_kind).ok_or_else(unknown);
        let kind = errors.check("taker_kind", label_taker_kind(l), kind);
        let taker = errors.check("taker", label_taker(l), Text::optional(&self.taker));
        let program = errors.check("taker_program", label_program(l), self.program(c, kind));
        let data_set = errors.check("data_set", label_data(l), Text::optional(&self.data_set));
        let ip = errors.check("ip", label_ip(l), Text::optional(&self.ip));
        let competitors =
            errors.check("competitors", label_competitors(l), Text::optional(&self.competitors));
        let fields = (|| {
            Some(StrategyFields {
                product: product?,
                approval_class_id: class?,
                taker_kind: kind?,
                taker: taker?,
                taker_program_id: program?,
                data_set: data_set?,
                ip: ip?,
                competitors: competitors?,
            })
        })();
        errors.finish(fields)
    }

    fn class(&self, c: &Catalogue) -> Result<Option<i16>, Said> {
        if self.approval_class.is_empty() {
            return Ok(None);
        }
        c.values_of(Vocabulary::ApprovalClass)
            .find(|v| v.code == self.approval_class)
            .map(|v| Some(v.id))
            .ok_or_else(|| Said::new("一覧から選んでください。", "Choose one of the list."))
    }

    fn program(&self, c: &Catalogue, kind: Option<TakerKind>) -> Result<Option<uuid::Uuid>, Said> {
        if self.taker_program.is_empty() {
            return Ok(None);
        }
        let found = c.programs.iter().find(|p| p.code == self.taker_program);
        let found = found
            .ok_or_else(|| Said::new("一覧から事業を選んでください。", "Choose a program of the list."))?;
        if kind.is_some_and(|k| k != TakerKind::Program) {
            return Err(Said::new(
                "事業を選ぶのは、受け手の種類が「次の事業」のときだけです。",
                "A program goes with the kind “next program” only.",
            ));
        }
        Ok(Some(found.id))
    }
}
