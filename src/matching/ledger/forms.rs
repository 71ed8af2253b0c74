//! Text to typed values: the reason of an ending.

use serde::Deserialize;

use crate::kernel::{Language, Said, Text};

use super::model::Reason;

/// The form as sent; where to go back to is made of the list's query.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReasonForm {
    pub version: String,
    pub reason: String,
    pub remark: String,
    pub year: String,
    pub by: String,
    pub value: String,
    pub outcome: String,
    pub page: String,
}

impl ReasonForm {
    /// The reason and its remark; "other" needs one.
    pub fn parse(&self, _: Language) -> Result<(Reason, Option<Text<300>>), Said> {
        let reason = Reason::from_code(&self.reason)
            .ok_or_else(|| Said::new("理由を一覧から選んでください。", "Choose a reason of the list."))?;
        let remark = Text::<300>::optional(&self.remark).map_err(Said::from)?;
        if reason == Reason::Other && remark.is_none() {
            return Err(Said::new("「その他」は内容を入力してください。", "Enter what the other reason is."));
        }
        Ok((reason, remark))
    }
}
