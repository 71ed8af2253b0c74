//! 課題管理番号: the printed number of a task in one fiscal year, and what of it stays the same over the years.

use std::fmt;
use std::str::FromStr;

use super::FiscalYear;

/// A printed task number, 16 characters (`22ama221409h0001`), or the 13 characters cited in papers
/// (`JP21km0405215`). Shape: two digits of the year, two or three letters, six or seven digits (nine characters
/// together), then one letter and four digits for the contract. Source: domain notes 3.3; the shape is inferred.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct TaskNumber(String);

/// The text is not of the printed shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a task number: write 16 characters like 22ama221409h0001, or JP and 11 like JP21km0405215"
)]
pub struct TaskNumberError(String);

impl TaskNumber {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Characters 3 to 11: the same every year, the key by which the years of one task find each other.
    pub fn stable_part(&self) -> &str {
        &self.0[2..11]
    }

    /// The fiscal year of the first two digits: 15 to 99 as 2015 to 2099.
    pub fn fiscal_year(&self) -> Option<FiscalYear> {
        let year: i64 = self.0[..2].parse().ok()?;
        FiscalYear::new(2000 + year).ok()
    }

    /// True for a sub-contract (suffix letter `s`), which is money of the lead's task and no task itself.
    pub fn is_subcontract(&self) -> bool {
        self.0[11..].starts_with('s')
    }

    /// JP and the first eleven characters: the number for acknowledgements.
    pub fn acknowledgement(&self) -> String {
        format!("JP{}", &self.0[..11])
    }
}

impl fmt::Display for TaskNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TaskNumber {
    type Err = TaskNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let folded = super::text::nfkc(text.trim()).to_lowercase();
        let bare = folded.strip_prefix("jp").unwrap_or(&folded);
        if is_task_number(bare.as_bytes()) {
            Ok(Self(bare.to_owned()))
        } else {
            Err(TaskNumberError(text.trim().chars().take(40).collect()))
        }
    }
}

fn is_task_number(b: &[u8]) -> bool {
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let letters = |part: &[u8]| part.iter().all(u8::is_ascii_lowercase);
    if b.len() != 11 && b.len() != 16 {
        return false;
    }
    let middle = (letters(&b[2..4]) && digits(&b[4..11])) || (letters(&b[2..5]) && digits(&b[5..11]));
    let suffix = b.len() == 11 || (letters(&b[11..12]) && digits(&b[12..16]));
    digits(&b[..2]) && middle && suffix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_and_cited_numbers_are_read() {
        let lead: TaskNumber = "22ama221409h0001".parse().unwrap();
        assert_eq!(lead.stable_part(), "ama221409");
        assert_eq!(lead.fiscal_year(), FiscalYear::new(2022).ok());
        assert!(!lead.is_subcontract());
        assert!("23ama221001s0702".parse::<TaskNumber>().unwrap().is_subcontract());
        let cited: TaskNumber = "JP21km0405215".parse().unwrap();
        assert_eq!(cited.acknowledgement(), "JP21km0405215");
        assert_eq!("ＪＰ２１ｋｍ０４０５２１５".parse(), Ok(cited));
    }

    #[test]
    fn broken_numbers_are_refused() {
        for text in ["", "22ama22140", "22ama221409h001", "2xama221409h0001", "JPJP21km0405215", "22ａ"] {
            assert!(text.parse::<TaskNumber>().is_err(), "{text}");
        }
    }
}
