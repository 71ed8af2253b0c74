//! A person as a viewer may know them.

use uuid::Uuid;

use crate::kernel::{Language, PersonId};
use crate::web::Cx;
use crate::web::scoped::Scoped;

use super::queries;

/// 研究者. Staff know all; others those of a task that they see.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    pub name_ja: String,
    pub name_kana: Option<String>,
    pub name_en: Option<String>,
    pub erad_number: Option<String>,
    pub department: Option<String>,
    pub institution_id: Option<Uuid>,
    pub institution_ja: String,
    pub institution_en: String,
}

impl Person {
    pub fn name(&self, l: Language) -> &str {
        l.name(&self.name_ja, self.name_en.as_deref())
    }
}

impl Scoped for Person {
    type Id = PersonId;

    async fn find(cx: &Cx, id: PersonId) -> anyhow::Result<Option<Self>> {
        Ok(queries::person(cx.pool(), id, &cx.viewer.rights).await?)
    }
}
