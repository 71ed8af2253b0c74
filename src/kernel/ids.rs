//! One type per kind of id, each a UUIDv7 inside, so that a program can never be passed for a task.

use uuid::Uuid;

/// Defines an id type: transparent in JSON and SQL, parsed from and printed as the hyphenated UUID.
#[macro_export]
macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// A fresh id, ordered by time of creation.
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    )+};
}

typed_id!(
    /// 利用者: a person with an account.
    UserId,
    /// 予算版: one version of a budget.
    BudgetVersionId,
    /// One reading of a budget workbook.
    BudgetImportId,
    /// A signed-in browser.
    SessionId,
    /// 期: a five-year plan term of the agency.
    TermId,
    /// 統合プロジェクト of one term.
    ProjectId,
    /// 疾患領域 of one term.
    DiseaseAreaId,
    /// 事業.
    ProgramId,
    /// 公募.
    CallId,
    /// 公募枠: one slot type of a call.
    SlotTypeId,
    /// 課題.
    TaskId,
    /// 機関.
    InstitutionId,
    /// 研究者.
    PersonId,
    /// 承継リンク: task to task, or task to company.
    SuccessorLinkId,
    /// 利益相反の申告.
    ConflictDeclarationId,
    /// 意見 on a task.
    OpinionId,
    /// 取込: one file applied (or waiting to be).
    ImportBatchId,
    /// A stored query of the task list.
    SavedViewId,
    /// A value of a dated vocabulary (phase, modality, approval class, nature).
    VocabularyValueId,
    /// A background job.
    JobId,
    /// マッチング・セッション.
    MatchingSessionId,
    /// 受入枠: a slot type as one matching session sees it.
    SessionSlotId,
    /// 合意: a pair of the adopted solution on its way to consent and transfer.
    AgreementId,
);

/// A deterministic id from a namespace and a name, for reference data that must be the same on every machine.
pub fn named_uuid(namespace: &str, name: &str) -> Uuid {
    let space = Uuid::new_v5(&Uuid::NAMESPACE_OID, namespace.as_bytes());
    Uuid::new_v5(&space, name.as_bytes())
}
