//! A record in the words of a language, for the page and the PDF alike.

use chrono::{DateTime, Utc};

use crate::gates::model::{Choice, Disposition, Outcome, ReviewState, SeatRole};
use crate::gates::templates::model::points;
use crate::gates::templates::{EvidenceKind, View};
use crate::kernel::Language;
use crate::kernel::clock::JST;
use crate::portfolio::conflicts;

use super::model::{Audience, Decision, Item, Named, Record, Score};

/// The minutes as they are read.
pub struct Sheet {
    pub title: String,
    pub lead: String,
    pub facts: Vec<(String, String)>,
    pub items: Vec<ItemSheet>,
}

/// One item as it is read.
pub struct ItemSheet {
    pub heading: String,
    pub facts: Vec<(String, String)>,
    pub scores: Vec<ScoreRow>,
    pub votes: String,
    pub decision: Option<DecisionSheet>,
    /// Lists under a heading: evidence, comments, advice.
    pub notes: Vec<(String, Vec<String>)>,
}

/// One question with the committee's mean.
pub struct ScoreRow {
    /// The view, at its first question.
    pub section: Option<&'static str>,
    pub name: String,
    pub scale: String,
    pub mean: String,
    pub range: String,
    pub count: i64,
    pub is_overall: bool,
}

/// The decision as it is read.
pub struct DecisionSheet {
    pub headline: String,
    pub statement: String,
    pub nonpublic: String,
    pub superseded: bool,
    /// Text, needed evidence, due date, closer.
    pub conditions: Vec<[String; 4]>,
    pub dispositions: Vec<String>,
}

/// A record in words.
pub fn sheet(l: Language, record: &Record) -> Sheet {
    let name = record.meeting.name.name(l);
    let title = format!("{name}{}", l.t(" 議事録", ": minutes"));
    let held = moment(&record.meeting.held_at);
    let lead = [
        Some(held),
        record.meeting.place.clone(),
        record.meeting.program.as_ref().map(|p| p.name(l).to_owned()),
    ];
    Sheet {
        title,
        lead: lead.into_iter().flatten().collect::<Vec<_>>().join(l.t("　", ", ")),
        facts: committee(l, record),
        items: (1..).zip(&record.items).map(|(n, item)| item_sheet(l, record, n, item)).collect(),
    }
}

/// 2026-10-07 14:00, in Japan.
pub fn moment(at: &DateTime<Utc>) -> String {
    at.with_timezone(&JST).format("%Y-%m-%d %H:%M").to_string()
}

fn names<'n>(l: Language, all: impl Iterator<Item = &'n Named>) -> String {
    all.map(|n| n.name(l)).collect::<Vec<_>>().join(l.t("、", ", "))
}

fn committee(l: Language, record: &Record) -> Vec<(String, String)> {
    let of = |role: SeatRole| {
        let seats = record.committee.iter().filter(move |s| s.role == role.code());
        names(l, seats.map(|s| &s.name))
    };
    let absent = names(l, record.committee.iter().filter(|s| s.attendance == "absent").map(|s| &s.name));
    let items = record.items.iter().filter(|i| i.state != ReviewState::Withdrawn.code()).count();
    let facts = [
        (l.t("委員長", "Chair"), of(SeatRole::Chair)),
        (l.t("委員", "Members"), of(SeatRole::Member)),
        (l.t("助言者（議決権なし）", "Advisers (no vote)"), of(SeatRole::Adviser)),
        (l.t("欠席", "Absent"), absent),
        (l.t("議題", "Items"), if l.is_ja() { format!("{items}件") } else { items.to_string() }),
    ];
    facts.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k.to_owned(), v)).collect()
}

fn item_sheet(l: Language, record: &Record, n: usize, item: &Item) -> ItemSheet {
    let number = item.number.as_ref().map(|x| in_brackets(l, x)).unwrap_or_default();
    ItemSheet {
        heading: format!("{n}. {}{number}", item.title.name(l)),
        facts: item_facts(l, record, item),
        scores: score_rows(l, record.audience, &item.scores),
        votes: votes(l, item),
        decision: item.decision.as_ref().map(|d| decision(l, d)),
        notes: notes(l, record, item),
    }
}

fn item_facts(l: Language, record: &Record, item: &Item) -> Vec<(String, String)> {
    let lead = [item.lead.name(l), item.institution.name(l)];
    let lead = lead.into_iter().filter(|x| !x.is_empty()).collect::<Vec<_>>().join(l.t("　", ", "));
    let version = edition(l, item.template_version);
    let gate = [item.gate.name(l), item.timing.name(l), &version].join(l.t("　", ", "));
    let waiting = match (&item.waiting_for, item.state == ReviewState::Waiting.code()) {
        (Some(what), true) => {
            let until = item.waiting_until.map(|d| in_brackets(l, &format!("{}{d}", l.t("期限 ", "until "))));
            let until = until.unwrap_or_default();
            format!("{what}{until}")
        }
        _ => String::new(),
    };
    let facts = [
        (l.t("研究代表者", "Lead investigator"), lead),
        (l.t("評価", "Gate"), gate),
        (l.t("出席", "Present"), attendance(l, record, item)),
        (l.t("退席（利益相反）", "Out of the room (conflict)"), recusals(l, record, item)),
        (l.t("免除（利益相反）", "Conflict waived"), people(l, record, &item.waived)),
        (l.t("取り下げ", "Withdrawn"), withdrawal(l, item)),
        (l.t("外部資料待ち", "Waiting for"), waiting),
    ];
    facts.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k.to_owned(), v)).collect()
}

fn in_brackets(l: Language, text: &str) -> String {
    if l.is_ja() { format!("（{text}）") } else { format!(" ({text})") }
}

fn edition(l: Language, number: i16) -> String {
    if l.is_ja() { format!("様式第{number}版") } else { format!("template version {number}") }
}

fn attendance(l: Language, record: &Record, item: &Item) -> String {
    let who = if record.audience == Audience::Full {
        names(l, record.judging(item).map(|s| &s.name))
    } else {
        String::new()
    };
    let counted = item.decision.as_ref().map(|d| {
        let (eligible, present) = (d.eligible, d.present);
        if l.is_ja() {
            format!("利益相反のない委員{eligible}名のうち{present}名")
        } else {
            format!("{present} of {eligible} members without a conflict")
        }
    });
    match (counted, who.is_empty()) {
        (Some(counted), true) => counted,
        (Some(counted), false) => format!("{who}{}", in_brackets(l, &counted)),
        (None, _) => who,
    }
}

fn recusals(l: Language, record: &Record, item: &Item) -> String {
    if item.recused.is_empty() {
        let n = item.recused_count;
        return match n {
            0 => String::new(),
            n if l.is_ja() => format!("{n}名"),
            n => n.to_string(),
        };
    }
    people(l, record, &item.recused)
}

/// Persons with the kinds of their conflicts and what the chair said.
fn people(l: Language, record: &Record, all: &[super::model::Recusal]) -> String {
    let one = |r: &super::model::Recusal| {
        let name = record.seat(r.user).map_or("", |s| s.name.name(l));
        let kinds: Vec<_> = r.kinds.iter().map(|k| conflicts::Kind::from_code(k).name(l)).collect();
        let mut why = kinds.join(l.t("・", ", "));
        if let Some(reason) = &r.reason {
            why = if why.is_empty() { reason.clone() } else { format!("{why}{}{reason}", l.t("、", ", ")) };
        }
        if why.is_empty() { name.to_owned() } else { format!("{name}{}", in_brackets(l, &why)) }
    };
    all.iter().map(one).collect::<Vec<_>>().join(l.t("、", ", "))
}

fn withdrawal(l: Language, item: &Item) -> String {
    if item.state != ReviewState::Withdrawn.code() {
        return String::new();
    }
    let said = l.t("議題から取り下げ", "taken off the run list");
    item.withdrawn_reason
        .as_ref()
        .map_or_else(|| said.to_owned(), |why| format!("{said}{}", in_brackets(l, why)))
}

fn score_rows(l: Language, audience: Audience, scores: &[Score]) -> Vec<ScoreRow> {
    let mut last = "";
    scores
        .iter()
        .map(|s| {
            let begins = s.view != last;
            last = &s.view;
            ScoreRow {
                section: View::from_code(&s.view).filter(|_| begins).map(|v| v.name(l)),
                name: s.name.name(l).to_owned(),
                scale: format!("1–{}", s.scale_points),
                mean: s.mean(),
                range: if audience == Audience::Full {
                    format!("{}–{}", s.least, s.most)
                } else {
                    String::new()
                },
                count: s.count,
                is_overall: s.is_overall,
            }
        })
        .collect()
}

fn votes(l: Language, item: &Item) -> String {
    let one = |v: &super::model::Votes| {
        let choice = Choice::from_code(&v.choice).map_or(v.choice.as_str(), |c| c.name(l));
        if l.is_ja() { format!("{choice} {}票", v.count) } else { format!("{choice}: {}", v.count) }
    };
    item.votes.iter().map(one).collect::<Vec<_>>().join(l.t("、", ", "))
}

fn decision(l: Language, d: &Decision) -> DecisionSheet {
    let outcome = Outcome::from_code(&d.outcome).map_or(d.outcome.as_str(), |o| o.name(l));
    let mut headline = format!("{}{outcome}", l.t("決定：", "Decision: "));
    if let Some(program) = &d.receiving_program {
        headline.push_str(&in_brackets(l, &format!("{}{}", l.t("移行先 ", "to "), program.name(l))));
    }
    let score = d.score_tenths.map(|s| format!("{}{}{}", l.t("評点 ", "score "), points(s), l.t("点", "")));
    let how = if d.how == "vote" {
        Some(if l.is_ja() {
            format!("賛成{}、出席{}", d.in_favour, d.present)
        } else {
            format!("{} of {} in favour", d.in_favour, d.present)
        })
    } else {
        let evidence = d.outside_evidence.clone().unwrap_or_default();
        Some(if l.is_ja() {
            format!(
                "委員会の一任（賛成{}、出席{}）により委員長が決定。外部資料：{evidence}",
                d.in_favour, d.present
            )
        } else {
            format!(
                "by the chair, to whom the committee left it ({} of {} in favour), on: {evidence}",
                d.in_favour, d.present
            )
        })
    };
    let by = format!("{} {}", moment(&d.decided_at), d.decided_by.name(l));
    let details: Vec<_> = [score, how, Some(by)].into_iter().flatten().collect();
    let condition = |c: &super::model::Condition| {
        let closer = c.closer.as_ref().map(|n| n.name(l).to_owned()).unwrap_or_default();
        [c.text.clone(), c.needed.clone(), c.due_on.to_string(), closer]
    };
    let disposition = |x: &super::model::Disposition| {
        let kind = Disposition::from_code(&x.kind).map_or(x.kind.as_str(), |k| k.name(l));
        format!("{kind}{}{}", l.t("：", ": "), x.text)
    };
    DecisionSheet {
        headline: format!("{headline}{}", in_brackets(l, &details.join(l.t("、", ", ")))),
        statement: d.statement.clone(),
        nonpublic: d.nonpublic_statement.clone(),
        superseded: d.superseded,
        conditions: d.conditions.iter().map(condition).collect(),
        dispositions: d.dispositions.iter().map(disposition).collect(),
    }
}

/// What lay before the committee, and what was asked for and did not.
fn evidence(l: Language, item: &Item) -> Vec<String> {
    let one = |e: &super::model::Evidence| {
        let name = e.name.name(l);
        let mut parts: Vec<String> = [e.note.clone(), e.url.clone()].into_iter().flatten().collect();
        if let Some(file) = &e.file {
            parts.push(format!("{} SHA-256 {}", file.name, file.sha256));
        }
        let missing = match (e.is_there, e.mandatory) {
            (true, _) if e.kind == EvidenceKind::Milestone => Some(l.t("達成", "met")),
            (true, _) => None,
            (false, _) if e.kind == EvidenceKind::Milestone => Some(l.t("未達成", "not met")),
            (false, true) => Some(l.t("未提出（必須）", "missing, though required")),
            (false, false) => Some(l.t("未提出（任意）", "not given, optional")),
        };
        parts.extend(missing.map(str::to_owned));
        format!("{name}{}{}", l.t("：", ": "), parts.join(l.t("、", ", ")))
    };
    item.evidence.iter().map(one).collect()
}

fn notes(l: Language, record: &Record, item: &Item) -> Vec<(String, Vec<String>)> {
    let public = item.comments.iter().map(|c| c.public.clone()).filter(|c| !c.is_empty()).collect();
    let closed = item.comments.iter().map(|c| c.nonpublic.clone()).filter(|c| !c.is_empty()).collect();
    let advice = item.advice.iter().map(|a| {
        let name = record.seat(a.user).map_or("", |s| s.name.name(l));
        format!("{name}{}{}", l.t("：", ": "), a.body)
    });
    let all: [(&str, Vec<String>); 4] = [
        (
            l.t("審議に供された資料（非公開）", "Evidence before the committee (not public)"),
            evidence(l, item),
        ),
        (l.t("委員の所見", "Comments of the members"), public),
        (l.t("委員の所見（非公開）", "Comments of the members (not public)"), closed),
        (l.t("助言（非公開、議決権なし）", "Advice (not public, without a vote)"), advice.collect()),
    ];
    all.into_iter()
        .filter(|(_, texts)| !texts.is_empty())
        .map(|(head, texts)| (head.to_owned(), texts))
        .collect()
}
