//! The record of a meeting as minutes: what is in it, what the public version leaves out, and its hash. Pure.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::gates::model::ReviewState;
use crate::gates::templates::EvidenceKind;
use crate::kernel::Language;
use crate::kernel::words::coded;

coded!(
    /// For whom a version of the minutes is.
    Audience {
        /// The committee and those who run it.
        Full = "full", "委員会用（非公開部分を含む）", "For the committee (with non-public parts)";
        /// Everybody: without the non-public parts.
        Public = "public", "公開版", "Public version";
    }
);

/// A text in both languages; the English one may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub ja: String,
    pub en: Option<String>,
}

impl Named {
    pub fn new(ja: impl Into<String>, en: Option<String>) -> Self {
        Self { ja: ja.into(), en }
    }

    pub fn name(&self, l: Language) -> &str {
        l.name(&self.ja, self.en.as_deref())
    }
}

/// The minutes of a meeting. The order of fields is the order in the hashed text: add new ones at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Of this shape; a reader of an older record knows by it what to expect.
    pub shape: u8,
    pub audience: Audience,
    pub meeting: Meeting,
    pub committee: Vec<Seat>,
    pub items: Vec<Item>,
}

/// The meeting as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub id: Uuid,
    pub name: Named,
    pub program: Option<Named>,
    pub held_at: DateTime<Utc>,
    pub place: Option<String>,
    pub state: String,
    pub closed_at: Option<DateTime<Utc>>,
}

/// A person of the committee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    pub user: Uuid,
    pub name: Named,
    /// `chair`, `member` or `adviser`.
    pub role: String,
    /// `expected`, `present` or `absent`.
    pub attendance: String,
}

impl Seat {
    pub fn is_adviser(&self) -> bool {
        self.role == "adviser"
    }

    pub fn is_present(&self) -> bool {
        self.attendance == "present"
    }
}

/// One item of the run list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub review: Uuid,
    pub task: Uuid,
    /// The printed number of the task in the year of the meeting.
    pub number: Option<String>,
    pub title: Named,
    pub institution: Named,
    pub lead: Named,
    pub gate: Named,
    pub timing: Named,
    pub template_version: i16,
    /// `listed`, `waiting`, `decided` or `withdrawn`.
    pub state: String,
    pub waiting_for: Option<String>,
    pub waiting_until: Option<NaiveDate>,
    /// Who was out of the room, and why; the public version keeps the number alone.
    pub recused: Vec<Recusal>,
    pub recused_count: usize,
    /// Means over the sheets that count; empty before the reveal.
    pub scores: Vec<Score>,
    pub votes: Vec<Votes>,
    pub advice: Vec<Advice>,
    pub comments: Vec<Comment>,
    pub decision: Option<Decision>,
    /// Members who voted or abstained: they were there for the item. The public version names nobody.
    pub present: Vec<Uuid>,
    /// What the template asked for, as it lay before the committee. Not in the public version. From shape 2 on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Why it left the run list; the public version says only that it did. From shape 3 on, like the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_reason: Option<String>,
    /// Who stayed in the room although a conflict was known, and why the chair let them. Not in the public version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Recusal>,
}

/// Evidence that the template asked for, as it stood when the item was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub name: Named,
    pub kind: EvidenceKind,
    pub mandatory: bool,
    pub is_there: bool,
    pub note: Option<String>,
    pub url: Option<String>,
    pub file: Option<AttachedFile>,
}

/// A file by its name and the hash of its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedFile {
    pub name: String,
    pub sha256: String,
}

/// Somebody who was out of the room for an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recusal {
    pub user: Uuid,
    /// Kinds of the conflicts found, as recorded.
    pub kinds: Vec<String>,
    /// What the chair said, where the chair resolved it.
    pub reason: Option<String>,
}

/// The committee's view of one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub name: Named,
    /// `technology`, `business` or `general`.
    pub view: String,
    pub is_overall: bool,
    pub scale_points: i16,
    pub count: i64,
    /// Sum of the scores: the mean is `sum / count`, exact.
    pub sum: i64,
    pub least: i16,
    pub most: i16,
}

impl Score {
    /// The mean with one decimal, halves up.
    pub fn mean(&self) -> String {
        if self.count == 0 {
            return String::new();
        }
        let tenths = (self.sum * 20 + self.count) / (self.count * 2);
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// How many voted for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Votes {
    pub choice: String,
    pub count: i64,
}

/// What an adviser said; never a vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    pub user: Uuid,
    pub body: String,
}

/// A comment of a reviewer, without the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub public: String,
    pub nonpublic: String,
}

/// The decision of an item, as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub id: Uuid,
    /// `go`, `go_early`, `conditional_go`, `redirect`, `hold` or `no_go`.
    pub outcome: String,
    /// `vote` or `chair`.
    pub how: String,
    pub proposed: Option<String>,
    pub score_tenths: Option<i16>,
    pub statement: String,
    pub nonpublic_statement: String,
    pub outside_evidence: Option<String>,
    pub receiving_program: Option<Named>,
    pub eligible: i16,
    pub present: i16,
    pub in_favour: i16,
    pub decided_by: Named,
    pub decided_at: DateTime<Utc>,
    /// A later decision took its place.
    pub superseded: bool,
    pub conditions: Vec<Condition>,
    pub dispositions: Vec<Disposition>,
}

/// A condition of a conditional GO.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub text: String,
    pub needed: String,
    pub due_on: NaiveDate,
    pub closer: Option<Named>,
}

/// What becomes of the results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposition {
    pub kind: String,
    pub text: String,
}

impl Record {
    /// The text that is hashed and stored: JSON in the order of the fields.
    ///
    /// # Errors
    /// Never for a record that was read from the database.
    pub fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// The record without the non-public parts: no reasons of recusals nor names of the recused, no single lowest and
    /// highest scores, no waivers, no evidence, no advice, no non-public comments or statements, no names of closers.
    pub fn public(&self) -> Self {
        let mut record = self.clone();
        record.audience = Audience::Public;
        for item in &mut record.items {
            item.recused.clear();
            item.present.clear();
            item.evidence.clear();
            item.waived.clear();
            item.withdrawn_reason = None;
            item.advice.clear();
            for score in &mut item.scores {
                (score.least, score.most) = (0, 0);
            }
            for comment in &mut item.comments {
                comment.nonpublic.clear();
            }
            item.comments.retain(|c| !c.public.is_empty());
            if let Some(decision) = &mut item.decision {
                decision.nonpublic_statement.clear();
                decision.conditions.iter_mut().for_each(|c| c.closer = None);
            }
        }
        record
    }

    /// The record as somebody may know it who may know of these reviews: as if no other had been on the list.
    pub fn only(mut self, visible: &[Uuid]) -> Self {
        self.items.retain(|item| visible.contains(&item.review));
        self
    }

    /// The record as a program of an older shape would have written it: what was issued then is compared with this.
    pub fn in_shape(mut self, shape: u8) -> Self {
        if shape < 2 {
            self.items.iter_mut().for_each(|item| item.evidence.clear());
        }
        if shape < 3 {
            self.items.retain(|item| item.state != ReviewState::Withdrawn.code());
            self.items.iter_mut().for_each(|item| item.waived.clear());
        }
        self.shape = shape;
        self
    }

    pub fn seat(&self, user: Uuid) -> Option<&Seat> {
        self.committee.iter().find(|seat| seat.user == user)
    }

    /// Members and chair who were there for an item: seen to vote, or present at the meeting and not recused.
    pub fn judging<'r>(&'r self, item: &'r Item) -> impl Iterator<Item = &'r Seat> {
        self.committee.iter().filter(|s| {
            let recused = item.recused.iter().any(|r| r.user == s.user);
            !s.is_adviser() && !recused && (item.present.contains(&s.user) || s.is_present())
        })
    }
}

/// SHA-256 of a record's text, as it is printed.
pub fn hash_of(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// A printed hash as it was typed or scanned: blanks and letter case do not matter.
pub fn tidy_hash(typed: &str) -> String {
    crate::kernel::text::nfkc(typed)
        .chars()
        .filter(char::is_ascii_hexdigit)
        .collect::<String>()
        .to_ascii_lowercase()
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::TimeZone;

    use super::*;

    /// A record with one of everything; `items` of them.
    pub fn sample(items: usize) -> Record {
        let at = Utc.with_ymd_and_hms(2026, 10, 7, 5, 0, 0).unwrap();
        let named = |ja: &str, en: &str| Named::new(ja, Some(en.to_owned()));
        let seat = |n: u128, name: &str, role: &str| Seat {
            user: Uuid::from_u128(n),
            name: named(name, "Member"),
            role: role.to_owned(),
            attendance: "present".to_owned(),
        };
        let score = |name: &str, view: &str, overall: bool| Score {
            name: named(name, "Item"),
            view: view.to_owned(),
            is_overall: overall,
            scale_points: 10,
            count: 4,
            sum: 27,
            least: 5,
            most: 8,
        };
        let item = |n: usize| Item {
            review: Uuid::from_u128(1000 + n as u128),
            task: Uuid::from_u128(2000 + n as u128),
            number: Some(format!("26ama010100{n}")),
            title: named(
                "難治性がんに対する新規抗体医薬品の非臨床開発",
                "A new antibody against refractory cancer",
            ),
            institution: named("国立大学法人東京大学", "The University of Tokyo"),
            lead: named("見本 太郎", "Taro Mihon"),
            gate: named("医薬品 SG②", "Drugs, gate 2"),
            timing: named("前臨床開発開始前", "Before pre-clinical development"),
            template_version: 1,
            state: "decided".to_owned(),
            waiting_for: None,
            waiting_until: None,
            recused: vec![Recusal {
                user: Uuid::from_u128(3),
                kinds: vec!["same_institution".to_owned()],
                reason: Some("秘密の理由".to_owned()),
            }],
            recused_count: 1,
            scores: vec![
                score("薬効の非臨床POC", "technology", false),
                score("知的財産", "business", false),
                score("総合評価", "general", true),
            ],
            votes: vec![Votes { choice: "conditional_go".to_owned(), count: 3 }],
            advice: vec![Advice { user: Uuid::from_u128(4), body: "秘密の助言".to_owned() }],
            comments: vec![Comment {
                public: "公開の所見".to_owned(), nonpublic: "秘密の所見".to_owned()
            }],
            decision: Some(Decision {
                id: Uuid::from_u128(3000 + n as u128),
                outcome: "conditional_go".to_owned(),
                how: "vote".to_owned(),
                proposed: Some("conditional_go".to_owned()),
                score_tenths: Some(58),
                statement: "次の段階へ進むことが妥当であるが、条件を付す。".to_owned(),
                nonpublic_statement: "秘密の決定理由".to_owned(),
                outside_evidence: None,
                receiving_program: None,
                eligible: 4,
                present: 4,
                in_favour: 3,
                decided_by: named("統括 一郎", "Chair"),
                decided_at: at,
                superseded: false,
                conditions: vec![Condition {
                    text: "PMDA事前面談を行う".to_owned(),
                    needed: "面談の記録".to_owned(),
                    due_on: NaiveDate::from_ymd_opt(2027, 3, 31).unwrap(),
                    closer: Some(named("確認 二郎", "Closer")),
                }],
                dispositions: vec![],
            }),
            present: vec![Uuid::from_u128(1), Uuid::from_u128(2)],
            evidence: vec![Evidence {
                name: named("PMDA面談の記録", "Record of the PMDA meeting"),
                kind: EvidenceKind::Consultation,
                mandatory: true,
                is_there: true,
                note: Some("秘密の保管場所".to_owned()),
                url: None,
                file: Some(AttachedFile { name: "面談記録.pdf".to_owned(), sha256: "ab".repeat(32) }),
            }],
            withdrawn_reason: None,
            waived: vec![Recusal {
                user: Uuid::from_u128(2),
                kinds: vec!["same_institution".to_owned()],
                reason: Some("秘密の免除の理由".to_owned()),
            }],
        };
        Record {
            shape: 3,
            audience: Audience::Full,
            meeting: Meeting {
                id: Uuid::from_u128(1),
                name: named(
                    "令和8年度 第3回 医薬品課題評価委員会",
                    "Drug review committee, 3rd meeting of FY2026",
                ),
                program: None,
                held_at: at,
                place: Some("オンライン".to_owned()),
                state: "closed".to_owned(),
                closed_at: Some(at),
            },
            committee: vec![
                seat(1, "統括 一郎", "chair"),
                seat(2, "委員 二郎", "member"),
                seat(3, "退席 三郎", "member"),
                seat(4, "疾患 四郎", "adviser"),
            ],
            items: (0..items).map(item).collect(),
        }
    }

    #[test]
    fn the_public_version_has_nothing_that_is_not_public() {
        let full = sample(2).text().unwrap();
        let public = sample(2).public();
        let text = public.text().unwrap();
        for secret in [
            "秘密の理由",
            "秘密の免除の理由",
            "秘密の助言",
            "秘密の所見",
            "秘密の決定理由",
            "秘密の保管場所",
            "面談記録",
            "確認 二郎",
            "same_institution",
        ] {
            assert!(full.contains(secret), "{secret}");
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(text.contains("公開の所見") && text.contains("PMDA事前面談を行う"));
        assert_eq!(public.items[0].recused_count, 1, "that somebody was out is public, who was is not");
        assert_eq!(public.public(), public);
    }

    #[test]
    fn a_hidden_item_leaves_no_trace() {
        let record = sample(3);
        let visible = [record.items[0].review, record.items[2].review];
        let shown = record.clone().only(&visible);
        assert_eq!(shown.items.len(), 2);
        assert!(!shown.text().unwrap().contains("26ama0101001"));
        assert_ne!(hash_of(&shown.text().unwrap()), hash_of(&record.text().unwrap()));
    }

    #[test]
    fn a_record_read_back_has_the_same_hash() {
        let text = sample(3).text().unwrap();
        let read: Record = serde_json::from_str(&text).unwrap();
        assert_eq!(hash_of(&read.text().unwrap()), hash_of(&text));
        assert_eq!(tidy_hash(" AB12 cd\n"), "ab12cd");
    }

    #[test]
    fn a_record_of_the_first_shape_keeps_its_text() {
        let old = sample(1).in_shape(1);
        let text = old.text().unwrap();
        assert!(text.starts_with("{\"shape\":1,") && !text.contains("\"evidence\":"));
        let read: Record = serde_json::from_str(&text).unwrap();
        assert_eq!(read.text().unwrap(), text);
        assert_eq!(sample(1).in_shape(read.shape), read);
    }

    #[test]
    fn a_mean_is_rounded_half_up_without_floating_error() {
        for (sum, count, mean) in
            [(27, 4, "6.8"), (13, 2, "6.5"), (61, 9, "6.8"), (20, 3, "6.7"), (5, 1, "5.0"), (0, 0, "")]
        {
            let score = Score { sum, count, ..sample(1).items[0].scores[0].clone() };
            assert_eq!(score.mean(), mean, "{sum}/{count}");
        }
    }

    #[test]
    fn the_recused_and_advisers_do_not_judge() {
        let record = sample(1);
        let names: Vec<_> = record.judging(&record.items[0]).map(|s| s.name.ja.as_str()).collect();
        assert_eq!(names, ["統括 一郎", "委員 二郎"]);
    }
}
