//! Query → canonical text.

use std::borrow::Cow;
use std::fmt::Write;

use super::compare::{Point, print_yen};
use super::parse::{is_bar, is_colon, is_minus, is_quote};
use super::{Flag, TaskQuery, Term, What, YearChoice};

impl YearChoice {
    /// As it stands in an address; empty for the running year.
    pub fn print(self) -> String {
        match self {
            Self::Running => String::new(),
            Self::All => "all".to_owned(),
            Self::In(year) => year.short(),
        }
    }
}

impl TaskQuery {
    /// The canonical text, the year included.
    pub fn print(&self) -> String {
        let terms = self.print_terms();
        match self.year {
            YearChoice::Running => terms,
            year if terms.is_empty() => format!("year:{}", year.print()),
            year => format!("year:{} {terms}", year.print()),
        }
    }

    /// The canonical text without the year, which pages pick separately.
    pub fn print_terms(&self) -> String {
        self.terms.iter().map(Term::print).collect::<Vec<_>>().join(" ")
    }
}

impl Term {
    pub fn print(&self) -> String {
        let minus = if self.negated { "-" } else { "" };
        match &self.what {
            What::Words(words) => format!("{minus}{}", word(words)),
            What::Named(key, values) => {
                format!("{minus}{}:{}", key.spellings()[0], joined(values.iter().map(|v| value(v))))
            }
            What::Amount(all) => {
                format!("{minus}amount:{}", joined(all.iter().map(|c| c.print(print_yen).into())))
            }
            What::Starts(all) => {
                format!("{minus}starts:{}", joined(all.iter().map(|c| c.print(Point::print).into())))
            }
            What::Ends(all) => {
                format!("{minus}ends:{}", joined(all.iter().map(|c| c.print(Point::print).into())))
            }
            What::Is(flags) => {
                format!("{minus}is:{}", joined(flags.iter().map(|f: &Flag| f.spellings()[0].into())))
            }
            What::Empty(fields) => {
                format!("{minus}empty:{}", joined(fields.iter().map(|f| f.spellings()[0].into())))
            }
        }
    }
}

fn joined<'a>(values: impl Iterator<Item = Cow<'a, str>>) -> String {
    let mut out = String::new();
    for (i, value) in values.enumerate() {
        let bar = if i > 0 { "|" } else { "" };
        write!(out, "{bar}{value}").expect("writing to a String cannot fail");
    }
    out
}

fn word(text: &str) -> Cow<'_, str> {
    let starts_as_term = text.chars().next().is_some_and(is_minus);
    if starts_as_term || text.contains(is_colon) { quote(text).into() } else { value(text) }
}

fn value(text: &str) -> Cow<'_, str> {
    let plain = |c: char| !c.is_whitespace() && !is_quote(c) && !is_bar(c) && c != '\\';
    if !text.is_empty() && text.chars().all(plain) { text.into() } else { quote(text).into() }
}

fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        if is_quote(c) || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}
