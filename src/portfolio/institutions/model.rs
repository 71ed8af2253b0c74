//! An institution as a viewer may know it.

use uuid::Uuid;

use crate::kernel::{InstitutionId, Language};
use crate::web::Cx;
use crate::web::scoped::Scoped;

use super::queries;

/// What kind of body an institution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    NationalUniversity,
    PublicUniversity,
    PrivateUniversity,
    ResearchInstitute,
    Hospital,
    Company,
    Other,
}

impl Kind {
    /// Reads the word in the database.
    pub fn from_code(code: &str) -> Self {
        match code {
            "national_university" => Self::NationalUniversity,
            "public_university" => Self::PublicUniversity,
            "private_university" => Self::PrivateUniversity,
            "research_institute" => Self::ResearchInstitute,
            "hospital" => Self::Hospital,
            "company" => Self::Company,
            _ => Self::Other,
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::NationalUniversity => l.t("国立大学", "National university"),
            Self::PublicUniversity => l.t("公立大学", "Public university"),
            Self::PrivateUniversity => l.t("私立大学", "Private university"),
            Self::ResearchInstitute => l.t("研究機関", "Research institute"),
            Self::Hospital => l.t("病院", "Hospital"),
            Self::Company => l.t("企業", "Company"),
            Self::Other => l.t("その他", "Other"),
        }
    }
}

/// 機関. Staff know all; others those of a task that they see.
#[derive(Clone, Debug)]
pub struct Institution {
    pub id: Uuid,
    pub corporate_number: Option<String>,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub kind: String,
}

impl Institution {
    pub fn name(&self, l: Language) -> &str {
        l.name(&self.name_ja, self.name_en.as_deref())
    }
}

impl Scoped for Institution {
    type Id = InstitutionId;

    async fn find(cx: &Cx, id: InstitutionId) -> anyhow::Result<Option<Self>> {
        Ok(queries::institution(cx.pool(), id, &cx.viewer.rights).await?)
    }
}
