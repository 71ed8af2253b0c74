//! Pieces of evidence.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::kernel::Text;
use crate::kernel::words::coded;
use crate::portfolio::files::File;

coded!(
    /// What a piece of evidence is.
    Kind {
        Text = "text", "文章", "Text";
        Link = "link", "リンク", "Link";
        File = "file", "ファイル", "File";
    }
);

/// A piece of evidence as it is listed.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub id: Uuid,
    pub kind: Kind,
    pub body: String,
    pub url: Option<String>,
    pub file_name: Option<String>,
    pub file_size: Option<i32>,
    pub added_by: Option<Uuid>,
    pub added_ja: Option<String>,
    pub added_en: Option<String>,
    pub added_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Evidence to be written.
#[derive(Clone, Debug)]
pub struct NewEvidence {
    pub body: Text<4000>,
    pub attached: Attached,
}

/// What comes with the words.
#[derive(Clone, Debug)]
pub enum Attached {
    Nothing,
    Link(String),
    File(File),
}

impl NewEvidence {
    pub fn kind(&self) -> Kind {
        match self.attached {
            Attached::Nothing => Kind::Text,
            Attached::Link(_) => Kind::Link,
            Attached::File(_) => Kind::File,
        }
    }
}
