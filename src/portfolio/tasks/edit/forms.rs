//! The form of a task: text → typed values, and the names of its fields.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::kernel::{Language, Said, Text};
use crate::portfolio::catalogue::{Catalogue, Vocabulary};
use crate::portfolio::tasks::record::TaskRecord;
use crate::web::FieldErrors;

/// A task as typed. Tags come as a main one and boxes of further ones.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TaskForm {
    pub key: String,
    pub version: String,
    pub title_ja: String,
    pub title_en: String,
    pub summary_ja: String,
    pub summary_en: String,
    pub summary_nonpublic: String,
    pub keywords: String,
    pub starts_on: String,
    pub ends_on: String,
    pub restricted: String,
    pub main_disease_area: String,
    pub disease_area: Vec<String>,
    pub main_phase: String,
    pub phase: Vec<String>,
    pub main_modality: String,
    pub modality: Vec<String>,
    pub main_approval_class: String,
    pub approval_class: Vec<String>,
    pub main_nature: String,
    pub nature: Vec<String>,
}

/// The editable part of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskEdit {
    pub title_ja: String,
    pub title_en: Option<String>,
    pub summary_ja: Option<String>,
    pub summary_en: Option<String>,
    pub summary_nonpublic: Option<String>,
    pub keywords: Vec<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub restricted: bool,
    pub disease_ids: Vec<i16>,
    pub phase_ids: Vec<i16>,
    pub modality_ids: Vec<i16>,
    pub approval_ids: Vec<i16>,
    pub nature_ids: Vec<i16>,
}

/// The label of a field, by its name in the form and in the audit.
pub fn label(field: &str, l: Language) -> &'static str {
    match field {
        "title_ja" => l.t("課題名（日本語）", "Title (Japanese)"),
        "title_en" => l.t("課題名（英語）", "Title (English)"),
        "summary_ja" => l.t("概要（日本語）", "Summary (Japanese)"),
        "summary_en" => l.t("概要（英語）", "Summary (English)"),
        "summary_nonpublic" => l.t("非公開の概要", "Non-public summary"),
        "keywords" => l.t("キーワード", "Keywords"),
        "starts_on" => l.t("開始日", "Start"),
        "ends_on" => l.t("終了日", "End"),
        "restricted" => l.t("公表前", "Not yet public"),
        "disease_area" => Vocabulary::DiseaseArea.name(l),
        "phase" => Vocabulary::Phase.name(l),
        "modality" => Vocabulary::Modality.name(l),
        "approval_class" => Vocabulary::ApprovalClass.name(l),
        "nature" => Vocabulary::Nature.name(l),
        _ => l.t("その他", "Other"),
    }
}

impl TaskEdit {
    /// The editable part as it stands.
    pub fn of(task: &TaskRecord) -> Self {
        Self {
            title_ja: task.title_ja.clone(),
            title_en: task.title_en.clone(),
            summary_ja: task.summary_ja.clone(),
            summary_en: task.summary_en.clone(),
            summary_nonpublic: task.summary_nonpublic.clone(),
            keywords: task.keywords.clone(),
            starts_on: task.starts_on,
            ends_on: task.ends_on,
            restricted: task.restricted,
            disease_ids: task.disease_ids.clone(),
            phase_ids: task.phase_ids.clone(),
            modality_ids: task.modality_ids.clone(),
            approval_ids: task.approval_ids.clone(),
            nature_ids: task.nature_ids.clone(),
        }
    }

    pub fn tags(&self, vocabulary: Vocabulary) -> &[i16] {
        match vocabulary {
            Vocabulary::Phase => &self.phase_ids,
            Vocabulary::Modality => &self.modality_ids,
            Vocabulary::ApprovalClass => &self.approval_ids,
            Vocabulary::Nature => &self.nature_ids,
            Vocabulary::DiseaseArea => &self.disease_ids,
        }
    }

    /// Every field with its text, in the order of the form, for the audit and for comparing two versions.
    pub fn texts(&self, c: &Catalogue) -> Vec<(&'static str, String)> {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let names = |ids: &[i16]| {
            let names: Vec<&str> =
                ids.iter().filter_map(|id| c.value(*id)).map(|v| v.name_ja.as_str()).collect();
            names.join("、")
        };
        let mut texts = vec![
            ("title_ja", self.title_ja.clone()),
            ("title_en", optional(&self.title_en)),
            ("summary_ja", optional(&self.summary_ja)),
            ("summary_en", optional(&self.summary_en)),
            ("summary_nonpublic", optional(&self.summary_nonpublic)),
            ("keywords", self.keywords.join("、")),
            ("starts_on", self.starts_on.to_string()),
            ("ends_on", self.ends_on.to_string()),
            ("restricted", self.restricted.to_string()),
        ];
        texts.extend(Vocabulary::ALL.map(|v| (v.code(), names(self.tags(v)))));
        texts
    }
}

impl TaskForm {
    /// The form filled with a task as it stands.
    pub fn of(task: &TaskRecord) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let mut form = Self {
            version: task.version.to_string(),
            title_ja: task.title_ja.clone(),
            title_en: text(&task.title_en),
            summary_ja: text(&task.summary_ja),
            summary_en: text(&task.summary_en),
            summary_nonpublic: text(&task.summary_nonpublic),
            keywords: task.keywords.join("、"),
            starts_on: task.starts_on.to_string(),
            ends_on: task.ends_on.to_string(),
            restricted: if task.restricted { "true".to_owned() } else { String::new() },
            ..Self::default()
        };
        for vocabulary in Vocabulary::ALL {
            let (main, others) = form.tags_mut(vocabulary);
            let mut ids = task.tags(vocabulary).iter().map(ToString::to_string);
            *main = ids.next().unwrap_or_default();
            *others = ids.collect();
        }
        form
    }

    /// What was chosen in a vocabulary: the main value and the boxes.
    pub fn tags(&self, vocabulary: Vocabulary) -> (&String, &Vec<String>) {
        match vocabulary {
            Vocabulary::Phase => (&self.main_phase, &self.phase),
            Vocabulary::Modality => (&self.main_modality, &self.modality),
            Vocabulary::ApprovalClass => (&self.main_approval_class, &self.approval_class),
            Vocabulary::Nature => (&self.main_nature, &self.nature),
            Vocabulary::DiseaseArea => (&self.main_disease_area, &self.disease_area),
        }
    }

    fn tags_mut(&mut self, vocabulary: Vocabulary) -> (&mut String, &mut Vec<String>) {
        match vocabulary {
            Vocabulary::Phase => (&mut self.main_phase, &mut self.phase),
            Vocabulary::Modality => (&mut self.main_modality, &mut self.modality),
            Vocabulary::ApprovalClass => (&mut self.main_approval_class, &mut self.approval_class),
            Vocabulary::Nature => (&mut self.main_nature, &mut self.nature),
            Vocabulary::DiseaseArea => (&mut self.main_disease_area, &mut self.disease_area),
        }
    }

    /// Typed values, or errors per field.
    pub fn parse(&self, c: &Catalogue, l: Language) -> Result<TaskEdit, FieldErrors> {
        let mut errors = FieldErrors::new();
        let title_ja = errors.check("title_ja", label("title_ja", l), Text::<1000>::parse(&self.title_ja));
        let mut optional = |field: &str, parsed: Result<Option<String>, crate::kernel::text::TextError>| {
            errors.check(field, label(field, l), parsed).flatten()
        };
        let title_en = optional("title_en", Text::<1000>::optional(&self.title_en).map(string));
        let summary_ja = optional("summary_ja", Text::<10_000>::optional(&self.summary_ja).map(string));
        let summary_en = optional("summary_en", Text::<20_000>::optional(&self.summary_en).map(string));
        let summary_nonpublic =
            optional("summary_nonpublic", Text::<10_000>::optional(&self.summary_nonpublic).map(string));
        let words = optional("keywords", Text::<2_000>::optional(&self.keywords).map(string));
        let starts_on = errors.check("starts_on", label("starts_on", l), day(&self.starts_on));
        let ends_on = errors.check("ends_on", label("ends_on", l), day(&self.ends_on));
        if let (Some(from), Some(to)) = (starts_on, ends_on)
            && from > to
        {
            let said = Said::new("開始日より後の日付にしてください。", "Enter a day after the start.");
            errors.add("ends_on", label("ends_on", l), said);
        }
        let mut tags = |vocabulary: Vocabulary| {
            errors
                .check(vocabulary.code(), vocabulary.name(l), self.tag_ids(vocabulary, c))
                .unwrap_or_default()
        };
        let [disease_ids, phase_ids, modality_ids, approval_ids, nature_ids] = Vocabulary::ALL.map(&mut tags);
        let edit = title_ja.zip(starts_on).zip(ends_on).map(|((title_ja, starts_on), ends_on)| TaskEdit {
            title_ja: title_ja.into_string(),
            title_en,
            summary_ja,
            summary_en,
            summary_nonpublic,
            keywords: keywords(words.as_deref().unwrap_or_default()),
            starts_on,
            ends_on,
            restricted: self.restricted == "true",
            disease_ids,
            phase_ids,
            modality_ids,
            approval_ids,
            nature_ids,
        });
        errors.finish(edit)
    }

    fn tag_ids(&self, vocabulary: Vocabulary, c: &Catalogue) -> Result<Vec<i16>, Said> {
        let (main, others) = self.tags(vocabulary);
        let mut ids = Vec::new();
        for text in std::iter::once(main).chain(others).filter(|text| !text.is_empty()) {
            let known =
                text.parse().ok().filter(|id| c.value(*id).is_some_and(|v| v.vocabulary == vocabulary));
            let id = known.ok_or_else(|| {
                Said::new(
                    "一覧にない値です。選び直してください。",
                    "This is not one of the choices; choose again.",
                )
            })?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

fn string<const N: usize>(text: Option<Text<N>>) -> Option<String> {
    text.map(Text::into_string)
}

fn day(text: &str) -> Result<NaiveDate, Said> {
    NaiveDate::parse_from_str(&crate::kernel::text::nfkc(text.trim()).replace('/', "-"), "%Y-%m-%d")
        .ok()
        .filter(|d| (1990..=2150).contains(&chrono::Datelike::year(d)))
        .ok_or_else(|| Said::new("2026-04-01 のように入力してください。", "Write a day as 2026-04-01."))
}

/// Keywords divided by 、 comma, semicolon or line.
fn keywords(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split(['、', '，', ',', ';', '；', '\n']).map(str::trim).filter(|w| !w.is_empty()) {
        if !out.iter().any(|w| w == word) {
            out.push(word.to_owned());
        }
    }
    out
}
