//! Text to typed values: a disposition, an outcome.

use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::{Said, Text};
use crate::portfolio::catalogue::Catalogue;

use super::model::Verdict;

/// The form as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DispositionForm {
    pub version: String,
    pub verdict: String,
    pub program: String,
    pub other: String,
    pub remark: String,
}

/// A disposition, checked.
pub struct Disposition {
    pub verdict: Verdict,
    pub program: Option<Uuid>,
    pub other: Option<Text<300>>,
    pub remark: Text<1000>,
}

impl DispositionForm {
    pub fn parse(&self, c: &Catalogue) -> Result<Disposition, Said> {
        let verdict = Verdict::from_code(&self.verdict).ok_or_else(|| {
            Said::new("処置を一覧から選んでください。", "Choose a disposition of the list.")
        })?;
        let remark = Text::<1000>::parse(&self.remark).map_err(|_| {
            Said::new("調べた内容と理由を入力してください。", "Enter what was looked at, and why.")
        })?;
        let program = match verdict {
            Verdict::OtherProgram => {
                Some(c.programs.iter().find(|p| p.code == self.program).map(|p| p.id).ok_or_else(|| {
                    Said::new("移す先の事業を選んでください。", "Choose the program it goes to.")
                })?)
            }
            _ => None,
        };
        let other = match verdict {
            Verdict::OtherTask | Verdict::Company => Some(Text::<300>::parse(&self.other).map_err(|_| {
                Said::new(
                    "合流する課題または企業の名称を入力してください。",
                    "Enter the other task or the company.",
                )
            })?),
            _ => None,
        };
        Ok(Disposition { verdict, program, other, remark })
    }
}

/// What became of it, as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OutcomeForm {
    pub version: String,
    /// `accepted` or `declined`.
    pub outcome: String,
    pub note: String,
}
