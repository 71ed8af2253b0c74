//! Text → query. Nothing typed makes it fail: what cannot be read becomes a finding.

use std::iter::Peekable;
use std::str::{Chars, FromStr};

use crate::kernel::text::nfkc;
use crate::kernel::{FiscalYear, Said};

use super::compare::{Compare, Point, read_yen};
use super::{Field, Finding, Flag, Key, TaskQuery, Term, What, YearChoice};

/// Most terms that are read; the rest of an absurd text is left out with a finding.
const MAX_TERMS: usize = 60;
/// Longest text that is read, in characters.
const MAX_CHARS: usize = 4_000;

/// A query and what of the text could not be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    pub query: TaskQuery,
    pub findings: Vec<Finding>,
}

/// Reads a typed query.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let text: String = text.chars().take(MAX_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    for token in tokens(&text) {
        if parsed.query.terms.len() >= MAX_TERMS {
            parsed.findings.push(Finding {
                about: token.raw.clone(),
                said: Said::new(
                    format!("条件は{MAX_TERMS}個までです。これより後は使っていません。"),
                    format!("At most {MAX_TERMS} conditions are used; the rest is left out."),
                ),
            });
            break;
        }
        if let Err(said) = token.read_into(&mut parsed) {
            parsed.findings.push(Finding { about: token.raw, said });
        }
    }
    parsed
}

/// Reads a year of the picker or the key `year:`.
pub fn read_year(text: &str) -> Option<YearChoice> {
    match nfkc(text.trim()).to_lowercase().as_str() {
        "" | "running" | "今年度" => Some(YearChoice::Running),
        "all" | "全年度" | "すべて" => Some(YearChoice::All),
        text => FiscalYear::from_str(text).ok().map(YearChoice::In),
    }
}

/// One term as typed.
struct Token {
    raw: String,
    negated: bool,
    key: Option<String>,
    values: Vec<String>,
}

impl Token {
    fn read_into(&self, parsed: &mut Parsed) -> Result<(), Said> {
        let Some(key) = &self.key else {
            let words = self.values.first().cloned().unwrap_or_default();
            if !words.is_empty() {
                parsed.query.terms.push(Term { negated: self.negated, what: What::Words(words) });
            }
            return Ok(());
        };
        let folded = nfkc(key).to_lowercase();
        let values: Vec<&str> = self.values.iter().map(String::as_str).filter(|v| !v.is_empty()).collect();
        if values.is_empty() && is_known(&folded) {
            return Err(Said::new(
                format!("「{key}:」の後に値がありません。"),
                format!("“{key}:” has no value after it."),
            ));
        }
        if ["year", "年度"].contains(&folded.as_str()) {
            parsed.query.year =
                values.first().and_then(|v| read_year(v)).ok_or_else(|| unreadable_year(values[0]))?;
            return Ok(());
        }
        let what = self.what(&folded, &values, &mut parsed.findings)?;
        parsed.query.terms.push(Term { negated: self.negated, what });
        Ok(())
    }

    fn what(&self, key: &str, values: &[&str], findings: &mut Vec<Finding>) -> Result<What, Said> {
        if let Some(named) = Key::ALL.into_iter().find(|k| k.spellings().contains(&key)) {
            return Ok(What::Named(named, values.iter().map(|v| (*v).to_owned()).collect()));
        }
        let mut keep = |read: bool, value: &str, said: fn(&str) -> Said| {
            if !read {
                findings.push(Finding { about: value.to_owned(), said: said(value) });
            }
        };
        macro_rules! each {
            ($variant:expr, $read:expr, $said:expr) => {{
                let read: Vec<_> = values
                    .iter()
                    .filter_map(|v| {
                        let value = $read(v);
                        keep(value.is_some(), v, $said);
                        value
                    })
                    .collect();
                if read.is_empty() { Err(nothing_left(key)) } else { Ok($variant(read)) }
            }};
        }
        match key {
            "amount" | "金額" | "契約額" => {
                each!(What::Amount, |v: &&str| Compare::read(v, read_yen), unreadable_amount)
            }
            "starts" | "開始" | "開始日" => {
                each!(What::Starts, |v: &&str| Compare::read(v, Point::read), unreadable_day)
            }
            "ends" | "終了" | "終了日" => {
                each!(What::Ends, |v: &&str| Compare::read(v, Point::read), unreadable_day)
            }
            "is" | "状態" | "区分" => each!(
                What::Is,
                |v: &&str| {
                    Flag::ALL.into_iter().find(|f| f.spellings().contains(&nfkc(v).to_lowercase().as_str()))
                },
                unknown_flag
            ),
            "empty" | "空" | "未設定" => each!(
                What::Empty,
                |v: &&str| {
                    Field::ALL.into_iter().find(|f| f.spellings().contains(&nfkc(v).to_lowercase().as_str()))
                },
                unknown_field
            ),
            _ => Err(Said::new(
                format!(
                    "「{key}」という項目はありません。project、program、disease、phase、ministry、amount、ends などが使えます。文字として探すときは引用符で囲んでください。"
                ),
                format!(
                    "There is no key “{key}”. Use project, program, disease, phase, ministry, amount, ends and so on, or quote it to search for the text."
                ),
            )),
        }
    }
}

fn is_known(key: &str) -> bool {
    const OTHERS: [&str; 15] = [
        "year",
        "年度",
        "amount",
        "金額",
        "契約額",
        "starts",
        "開始",
        "開始日",
        "ends",
        "終了",
        "終了日",
        "is",
        "状態",
        "empty",
        "未設定",
    ];
    OTHERS.contains(&key) || Key::ALL.into_iter().any(|k| k.spellings().contains(&key))
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        if chars.peek().is_none() {
            return out;
        }
        out.push(token(&mut chars));
    }
}

fn token(chars: &mut Peekable<Chars<'_>>) -> Token {
    let before: String = chars.clone().collect();
    let minus = chars.next_if(|c| is_minus(*c)).is_some();
    let negated = minus && chars.peek().is_some_and(|c| !c.is_whitespace());
    let mut key = None;
    let mut values = vec![String::new()];
    if minus && !negated {
        values = vec!["-".to_owned()];
    } else if chars.peek().copied().is_some_and(is_quote) {
        values = vec![quoted(chars)];
    } else {
        let first = bare(chars, is_colon);
        if chars.peek().copied().is_some_and(is_colon) && !first.is_empty() {
            chars.next();
            key = Some(first);
            values = alternatives(chars);
        } else {
            let rest = bare(chars, |_| false);
            values = vec![first + &rest];
        }
    }
    let after: String = chars.clone().collect();
    let raw = before[..before.len() - after.len()].trim().to_owned();
    Token { raw, negated, key, values }
}

fn alternatives(chars: &mut Peekable<Chars<'_>>) -> Vec<String> {
    let mut values = Vec::new();
    loop {
        let value =
            if chars.peek().copied().is_some_and(is_quote) { quoted(chars) } else { bare(chars, is_bar) };
        values.push(value);
        if chars.next_if(|c| is_bar(*c)).is_none() {
            // Text right behind a closing quote belongs to the value no more: it starts the next term.
            return values;
        }
    }
}

fn bare(chars: &mut Peekable<Chars<'_>>, stops: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    while let Some(c) = chars.next_if(|c| !c.is_whitespace() && !stops(*c)) {
        out.push(c);
    }
    out
}

/// Text between quotes; a backslash keeps the next character, and a missing end is the end of the text.
fn quoted(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut out = String::new();
    chars.next();
    while let Some(c) = chars.next() {
        match c {
            '"' | '“' | '”' => break,
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”')
}

pub(super) fn is_colon(c: char) -> bool {
    matches!(c, ':' | '：')
}

pub(super) fn is_bar(c: char) -> bool {
    matches!(c, '|' | '｜')
}

pub(super) fn is_minus(c: char) -> bool {
    matches!(c, '-' | '－' | '−')
}

fn unreadable_year(text: &str) -> Said {
    Said::new(
        format!("「{text}」は年度として読めません。R7、2025、all のように入力してください。"),
        format!("“{text}” is not a fiscal year: write R7, 2025 or all."),
    )
}

fn unreadable_amount(text: &str) -> Said {
    Said::new(
        format!("「{text}」は金額として読めません。>=50M、10M..100M、<1億 のように入力してください。"),
        format!("“{text}” is not an amount: write >=50M, 10M..100M or <1億."),
    )
}

fn unreadable_day(text: &str) -> Said {
    Said::new(
        format!("「{text}」は時期として読めません。R7、<12m、2026-03-31、R7..R9 のように入力してください。"),
        format!("“{text}” is not a time: write R7, <12m, 2026-03-31 or R7..R9."),
    )
}

fn unknown_flag(text: &str) -> Said {
    Said::new(
        format!("「{text}」という状態はありません。new、continuing、restricted、stopped、fund が使えます。"),
        format!("There is no state “{text}”: use new, continuing, restricted, stopped or fund."),
    )
}

fn unknown_field(text: &str) -> Said {
    Said::new(
        format!(
            "「{text}」は空かどうかを調べられる項目ではありません。disease、phase、modality、summary などが使えます。"
        ),
        format!("“{text}” cannot be asked for being empty: use disease, phase, modality, summary and so on."),
    )
}

fn nothing_left(key: &str) -> Said {
    Said::new(format!("「{key}」の条件は使っていません。"), format!("The condition “{key}” is left out."))
}
