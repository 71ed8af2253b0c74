//! Text to typed values: the tables of items, evidence and labels as sent by the page of a draft, the rule, a template.

use crate::kernel::text::nfkc;
use crate::kernel::{Language, Said, Text};
use crate::web::FieldErrors;
use serde::Deserialize;

use super::super::model::{
    Basis, Content, Evidence, EvidenceKind, Item, Kind, Label, Responsible, Rule, Share, View, Wording,
    points,
};
use super::model::{EvidenceFields, ItemFields, LabelFields, TemplateFields};

/// The id of the blank row at the end of a table.
pub const NEW: &str = "new";

/// The table of items as sent: one value per row in every column.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ItemsForm {
    pub version: String,
    pub id: Vec<String>,
    pub position: Vec<String>,
    pub view: Vec<String>,
    pub name_ja: Vec<String>,
    pub name_en: Vec<String>,
    pub question_ja: Vec<String>,
    pub question_en: Vec<String>,
    pub weight: Vec<String>,
    pub scale: Vec<String>,
    /// Id of the item that is the overall assessment.
    pub overall: String,
    /// Ids of the rows to take out.
    pub retired: Vec<String>,
}

/// A row of the table of items as text.
#[derive(Clone, Debug, Default)]
pub struct ItemRow {
    pub id: String,
    pub position: String,
    pub view: String,
    pub name_ja: String,
    pub name_en: String,
    pub question_ja: String,
    pub question_en: String,
    pub weight: String,
    pub scale: String,
    pub overall: bool,
    pub retired: bool,
    pub official: bool,
}

impl ItemRow {
    pub fn of(item: &Item) -> Self {
        Self {
            id: item.id.to_string(),
            position: item.position.to_string(),
            view: item.view.code().to_owned(),
            name_ja: item.name_ja.clone(),
            name_en: item.name_en.clone(),
            question_ja: item.question_ja.clone(),
            question_en: item.question_en.clone(),
            weight: item.weight.to_string(),
            scale: item.scale_points.to_string(),
            overall: item.is_overall,
            retired: false,
            official: item.wording == Wording::Official,
        }
    }

    /// The row in which an item is added.
    pub fn blank(position: usize) -> Self {
        Self {
            id: NEW.to_owned(),
            position: position.to_string(),
            view: View::General.code().to_owned(),
            weight: "1".to_owned(),
            scale: "10".to_owned(),
            ..Self::default()
        }
    }
}

/// The items of a version as rows, with the blank one last.
pub fn item_rows(content: &Content) -> Vec<ItemRow> {
    content.items.iter().map(ItemRow::of).chain([ItemRow::blank(content.items.len() + 1)]).collect()
}

impl ItemsForm {
    /// The rows as typed, marked official where the stored item is.
    pub fn rows(&self, content: &Content) -> Vec<ItemRow> {
        let at = |column: &[String], n: usize| column.get(n).cloned().unwrap_or_default();
        (0..self.id.len().min(200))
            .map(|n| {
                let id = at(&self.id, n);
                ItemRow {
                    position: at(&self.position, n),
                    view: at(&self.view, n),
                    name_ja: at(&self.name_ja, n),
                    name_en: at(&self.name_en, n),
                    question_ja: at(&self.question_ja, n),
                    question_en: at(&self.question_en, n),
                    weight: at(&self.weight, n),
                    scale: at(&self.scale, n),
                    overall: self.overall == id,
                    retired: self.retired.contains(&id),
                    official: content
                        .items
                        .iter()
                        .any(|i| i.id.to_string() == id && i.wording == Wording::Official),
                    id,
                }
            })
            .collect()
    }

    /// The items in their new order, without those taken out and the blank row.
    pub fn parse(&self, l: Language, content: &Content) -> Result<Vec<ItemFields>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut items = Vec::new();
        for row in self.rows(content) {
            let untouched = row.id == NEW && row.name_ja.trim().is_empty() && row.name_en.trim().is_empty();
            if !row.retired && !untouched {
                items.extend(parse_item(l, &row, &mut errors));
            }
        }
        if errors.is_empty() && items.is_empty() {
            let said = Said::new("評価項目を一つ以上残してください。", "Keep at least one item.");
            errors.add("items", l.t("評価項目", "Items"), said);
        }
        items.sort_by_key(|item| item.position);
        errors.finish(Some(items))
    }
}

fn parse_item(l: Language, row: &ItemRow, errors: &mut FieldErrors) -> Option<ItemFields> {
    let field = |name: &str| format!("{name}-{}", row.id);
    let named = |label: &str| {
        if row.name_ja.trim().is_empty() {
            label.to_owned()
        } else {
            format!("{}：{label}", row.name_ja.trim())
        }
    };
    let name_ja = errors.check(
        &field("name_ja"),
        &named(l.t("項目名（日本語）", "Name in Japanese")),
        Text::parse(&row.name_ja),
    );
    let name_en = errors.check(
        &field("name_en"),
        &named(l.t("項目名（英語）", "Name in English")),
        Text::parse(&row.name_en),
    );
    let question_ja = errors.check(
        &field("question_ja"),
        &named(l.t("問い（日本語）", "Question in Japanese")),
        Text::optional(&row.question_ja),
    );
    let question_en = errors.check(
        &field("question_en"),
        &named(l.t("問い（英語）", "Question in English")),
        Text::optional(&row.question_en),
    );
    let position = errors.check(&field("position"), &named(l.t("順", "Order")), whole(&row.position, 0, 999));
    let weight = errors.check(&field("weight"), &named(l.t("重み", "Weight")), whole(&row.weight, 0, 100));
    let scale = errors.check(&field("scale"), &named(l.t("尺度", "Scale")), whole(&row.scale, 2, 10));
    let view = errors.check(
        &field("view"),
        &named(l.t("観点", "View")),
        View::from_code(&row.view).ok_or_else(choose),
    );
    Some(ItemFields {
        id: row.id.parse().ok(),
        position: position?,
        view: view?,
        name_ja: name_ja?,
        name_en: name_en?,
        question_ja: question_ja?,
        question_en: question_en?,
        weight: weight?,
        scale_points: scale?,
        is_overall: row.overall,
    })
}

/// The table of required evidence as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EvidenceForm {
    pub version: String,
    pub id: Vec<String>,
    pub position: Vec<String>,
    pub kind: Vec<String>,
    pub milestone: Vec<String>,
    pub name_ja: Vec<String>,
    pub name_en: Vec<String>,
    pub responsible: Vec<String>,
    /// Ids of the rows without which a review cannot begin.
    pub mandatory: Vec<String>,
    pub retired: Vec<String>,
}

/// A row of the table of evidence as text.
#[derive(Clone, Debug, Default)]
pub struct EvidenceRow {
    pub id: String,
    pub position: String,
    pub kind: String,
    pub milestone: String,
    pub name_ja: String,
    pub name_en: String,
    pub responsible: String,
    pub mandatory: bool,
    pub retired: bool,
}

impl EvidenceRow {
    pub fn of(e: &Evidence) -> Self {
        Self {
            id: e.id.to_string(),
            position: e.position.to_string(),
            kind: e.kind.code().to_owned(),
            milestone: e.milestone_code.clone().unwrap_or_default(),
            name_ja: e.name_ja.clone(),
            name_en: e.name_en.clone(),
            responsible: e.responsible.code().to_owned(),
            mandatory: e.mandatory,
            retired: false,
        }
    }
}

/// The evidence of a version as rows, with a blank one last.
pub fn evidence_rows(content: &Content) -> Vec<EvidenceRow> {
    let blank = EvidenceRow {
        id: NEW.to_owned(),
        position: (content.evidence.len() + 1).to_string(),
        kind: EvidenceKind::Document.code().to_owned(),
        responsible: Responsible::Investigator.code().to_owned(),
        ..EvidenceRow::default()
    };
    content.evidence.iter().map(EvidenceRow::of).chain([blank]).collect()
}

impl EvidenceForm {
    pub fn rows(&self) -> Vec<EvidenceRow> {
        let at = |column: &[String], n: usize| column.get(n).cloned().unwrap_or_default();
        (0..self.id.len().min(200))
            .map(|n| {
                let id = at(&self.id, n);
                EvidenceRow {
                    position: at(&self.position, n),
                    kind: at(&self.kind, n),
                    milestone: at(&self.milestone, n),
                    name_ja: at(&self.name_ja, n),
                    name_en: at(&self.name_en, n),
                    responsible: at(&self.responsible, n),
                    mandatory: self.mandatory.contains(&id),
                    retired: self.retired.contains(&id),
                    id,
                }
            })
            .collect()
    }

    pub fn parse(&self, l: Language) -> Result<Vec<EvidenceFields>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut all = Vec::new();
        for row in self.rows() {
            let untouched = row.id == NEW && row.name_ja.trim().is_empty() && row.name_en.trim().is_empty();
            if !row.retired && !untouched {
                all.extend(parse_evidence(l, &row, &mut errors));
            }
        }
        all.sort_by_key(|e| e.position);
        errors.finish(Some(all))
    }
}

fn parse_evidence(l: Language, row: &EvidenceRow, errors: &mut FieldErrors) -> Option<EvidenceFields> {
    let field = |name: &str| format!("evidence-{name}-{}", row.id);
    let name_ja =
        errors.check(&field("name_ja"), l.t("名称（日本語）", "Name in Japanese"), Text::parse(&row.name_ja));
    let name_en =
        errors.check(&field("name_en"), l.t("名称（英語）", "Name in English"), Text::parse(&row.name_en));
    let position = errors.check(&field("position"), l.t("順", "Order"), whole(&row.position, 0, 999));
    let kind = EvidenceKind::from_code(&row.kind).ok_or_else(choose);
    let kind = errors.check(&field("kind"), l.t("種類", "Kind"), kind);
    let responsible = Responsible::from_code(&row.responsible).ok_or_else(choose);
    let responsible = errors.check(&field("responsible"), l.t("担当", "Who acts"), responsible);
    let milestone = if kind == Some(EvidenceKind::Milestone) {
        let label = l.t("マイルストーン", "Milestone");
        errors.check(&field("milestone"), label, Text::parse(&row.milestone)).map(Some)
    } else {
        Some(None)
    };
    Some(EvidenceFields {
        id: row.id.parse().ok(),
        position: position?,
        kind: kind?,
        milestone_code: milestone?,
        name_ja: name_ja?,
        name_en: name_en?,
        mandatory: row.mandatory,
        responsible: responsible?,
    })
}

/// The table of labels as sent; `point` names scale and value: `10-6`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LabelsForm {
    pub version: String,
    pub point: Vec<String>,
    pub label_ja: Vec<String>,
    pub label_en: Vec<String>,
}

/// A row of the table of labels as text.
#[derive(Clone, Debug, Default)]
pub struct LabelRow {
    pub point: String,
    pub label_ja: String,
    pub label_en: String,
}

impl LabelRow {
    /// The point in words: 6（10段階）.
    pub fn words(&self, l: &Language) -> String {
        let (scale, value) = self.point.split_once('-').unwrap_or(("", &self.point));
        if l.is_ja() { format!("{value}（{scale}段階）") } else { format!("{value} of {scale}") }
    }
}

/// The labels of a version as rows.
pub fn label_rows(labels: &[Label]) -> Vec<LabelRow> {
    let row = |x: &Label| LabelRow {
        point: format!("{}-{}", x.scale_points, x.value),
        label_ja: x.label_ja.clone(),
        label_en: x.label_en.clone(),
    };
    labels.iter().map(row).collect()
}

impl LabelsForm {
    pub fn rows(&self) -> Vec<LabelRow> {
        let at = |column: &[String], n: usize| column.get(n).cloned().unwrap_or_default();
        let row = |(n, point): (usize, &String)| LabelRow {
            point: point.clone(),
            label_ja: at(&self.label_ja, n),
            label_en: at(&self.label_en, n),
        };
        self.point.iter().take(200).enumerate().map(row).collect()
    }

    /// The labels of the points that the version has; others are refused as a form that does not fit.
    pub fn parse(&self, l: Language, content: &Content) -> Result<Vec<LabelFields>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut labels = Vec::new();
        for row in self.rows() {
            let known =
                content.labels.iter().find(|x| format!("{}-{}", x.scale_points, x.value) == row.point);
            let Some(known) = known else { continue };
            let ja = errors.check(&format!("label_ja-{}", row.point), &row.point, Text::parse(&row.label_ja));
            let en = errors.check(&format!("label_en-{}", row.point), &row.point, Text::parse(&row.label_en));
            if let (Some(label_ja), Some(label_en)) = (ja, en) {
                labels.push(LabelFields {
                    scale_points: known.scale_points,
                    value: known.value,
                    label_ja,
                    label_en,
                });
            }
        }
        if errors.is_empty() && labels.len() != content.labels.len() {
            let said = Said::new("画面を開き直してください。", "Reopen the page.");
            errors.add("labels", l.t("評点の意味", "Labels"), said);
        }
        errors.finish(Some(labels))
    }
}

/// The rule of decision as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    pub version: String,
    pub basis: String,
    pub go_from: String,
    pub conditional_from: String,
    pub least_item: String,
    pub quorum_share: String,
    pub quorum_least: String,
    pub vote_share: String,
}

impl RuleForm {
    pub fn of(rule: &Rule, version: i32) -> Self {
        Self {
            version: version.to_string(),
            basis: rule.basis.code().to_owned(),
            go_from: points(rule.go_from),
            conditional_from: rule.conditional_from.map(points).unwrap_or_default(),
            least_item: rule.least_item.map(points).unwrap_or_default(),
            quorum_share: rule.quorum_share.code().to_owned(),
            quorum_least: rule.quorum_least.to_string(),
            vote_share: rule.vote_share.code().to_owned(),
        }
    }

    pub fn parse(&self, l: Language) -> Result<Rule, FieldErrors> {
        let mut errors = FieldErrors::new();
        let basis =
            errors.check("basis", l.t("評点", "Score"), Basis::from_code(&self.basis).ok_or_else(choose));
        let go = errors.check("go_from", l.t("GOの基準", "GO from"), tenths(&self.go_from));
        let conditional = errors.check(
            "conditional_from",
            l.t("条件付きGOの基準", "Conditional GO from"),
            optional_tenths(&self.conditional_from),
        );
        let least = errors.check(
            "least_item",
            l.t("項目の最低点", "Least mean of an item"),
            optional_tenths(&self.least_item),
        );
        let quorum = Share::from_code(&self.quorum_share).ok_or_else(choose);
        let quorum = errors.check("quorum_share", l.t("出席の割合", "Share present"), quorum);
        let people = errors.check(
            "quorum_least",
            l.t("出席の最低人数", "Least present"),
            whole(&self.quorum_least, 1, 50),
        );
        let vote = Share::from_code(&self.vote_share).ok_or_else(choose);
        let vote = errors.check("vote_share", l.t("議決の割合", "Share of votes"), vote);
        if let (Some(go), Some(Some(conditional))) = (go, conditional)
            && conditional >= go
        {
            let said = Said::new("GOの基準より低い点にしてください。", "It must lie below the score for GO.");
            errors.add("conditional_from", l.t("条件付きGOの基準", "Conditional GO from"), said);
        }
        let rule = (|| {
            Some(Rule {
                basis: basis?,
                go_from: go?,
                conditional_from: conditional?,
                least_item: least?,
                quorum_share: quorum?,
                quorum_least: people?,
                vote_share: vote?,
            })
        })();
        errors.finish(rule)
    }
}

/// A new template as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TemplateForm {
    pub key: String,
    pub code: String,
    pub kind: String,
    pub gate_number: String,
    pub name_ja: String,
    pub name_en: String,
    pub timing_ja: String,
    pub timing_en: String,
    /// Code of the template whose version in force is copied.
    pub like: String,
}

impl TemplateForm {
    pub fn parse(&self, l: Language) -> Result<TemplateFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let code = errors.check("code", l.t("コード", "Code"), parse_code(&self.code));
        let kind = errors.check("kind", l.t("種類", "Kind"), Kind::from_code(&self.kind).ok_or_else(choose));
        let label = l.t("ゲートの番号", "Number of the gate");
        let gate = match kind {
            Some(Kind::Drug | Kind::Regenerative | Kind::Device) => {
                errors.check("gate_number", label, whole(&self.gate_number, 1, 20)).map(Some)
            }
            _ => Some(None),
        };
        let name_ja =
            errors.check("name_ja", l.t("名称（日本語）", "Name in Japanese"), Text::parse(&self.name_ja));
        let name_en =
            errors.check("name_en", l.t("名称（英語）", "Name in English"), Text::parse(&self.name_en));
        let timing_ja = errors.check(
            "timing_ja",
            l.t("時点（日本語）", "Timing in Japanese"),
            Text::parse(&self.timing_ja),
        );
        let timing_en =
            errors.check("timing_en", l.t("時点（英語）", "Timing in English"), Text::parse(&self.timing_en));
        let fields = (|| {
            Some(TemplateFields {
                code: code?,
                kind: kind?,
                gate_number: gate?,
                name_ja: name_ja?,
                name_en: name_en?,
                timing_ja: timing_ja?,
                timing_en: timing_en?,
            })
        })();
        errors.finish(fields)
    }
}

/// A form that only names the version it was made from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct VersionForm {
    pub key: String,
    pub version: String,
}

/// Putting a draft in force, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ApplicationForm {
    pub version: String,
    pub note: String,
    /// `true`: reviews whose scoring has not begun go over to the new version.
    pub migrate: String,
}

impl ApplicationForm {
    pub fn parse(&self, l: Language) -> Result<Text<1000>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let note = errors.check("note", l.t("変更の理由", "Reason"), Text::parse(&self.note));
        errors.finish(note)
    }
}

fn choose() -> Said {
    Said::new("一覧から選んでください。", "Choose one of the list.")
}

fn whole(raw: &str, least: i16, most: i16) -> Result<i16, Said> {
    nfkc(raw.trim()).parse().ok().filter(|n| (least..=most).contains(n)).ok_or_else(|| {
        Said::new(
            format!("{least}～{most}の整数を入力してください。"),
            format!("Enter a whole number from {least} to {most}."),
        )
    })
}

/// A score of one to ten with at most one decimal, as tenths.
fn tenths(raw: &str) -> Result<i16, Said> {
    let text = nfkc(raw.trim());
    let (points, rest) = text.split_once('.').unwrap_or((&text, "0"));
    let decimal = Some(rest).filter(|r| r.len() == 1).and_then(|r| r.parse::<i16>().ok());
    points
        .parse::<i16>()
        .ok()
        .filter(|p| (0..=10).contains(p))
        .zip(decimal.filter(|d| (0..=9).contains(d)))
        .map(|(p, d)| p * 10 + d)
        .filter(|t| (10..=100).contains(t))
        .ok_or_else(|| {
            Said::new(
                "1～10の点を、小数は一桁までで入力してください（例 5.5）。",
                "Enter a score from 1 to 10 with at most one decimal, such as 5.5.",
            )
        })
}

fn optional_tenths(raw: &str) -> Result<Option<i16>, Said> {
    if raw.trim().is_empty() { Ok(None) } else { tenths(raw).map(Some) }
}

fn parse_code(raw: &str) -> Result<String, Said> {
    let code = raw.trim();
    let fits = (2..=40).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if fits {
        Ok(code.to_owned())
    } else {
        Err(Said::new(
            "英小文字で始まる2～40文字の英小文字・数字・- にしてください。",
            "Use 2 to 40 of a-z, 0-9 and -, beginning with a letter.",
        ))
    }
}

/// Where the form of a version number that does not parse leads: to a conflict, because versions begin with 1.
pub fn version_of(raw: &str) -> i32 {
    raw.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_has_at_most_one_decimal_and_lies_on_ten_points() {
        for (raw, expected) in [
            ("6", Some(60)),
            ("５．５", Some(55)),
            ("10", Some(100)),
            ("10.1", None),
            ("0.9", None),
            ("5.55", None),
            ("-6", None),
            ("", None),
        ] {
            assert_eq!(tenths(raw).ok(), expected, "{raw}");
        }
    }
}
