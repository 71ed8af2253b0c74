//! The typed values of an account and of a role to be given.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::accounts::Role;
use crate::kernel::Text;

/// The fields of an account.
#[derive(Clone, Debug)]
pub struct UserFields {
    pub email: String,
    pub name_ja: Text<100>,
    pub name_en: Option<Text<100>>,
    pub active: bool,
}

/// What a role is held over; at most one is filled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub project: Option<Uuid>,
    pub program: Option<Uuid>,
    pub disease_area: Option<i16>,
    pub ministry: Option<String>,
}

/// A role to be given.
#[derive(Clone, Debug)]
pub struct NewRole {
    pub role: Role,
    pub scope: Scope,
    pub valid_from: NaiveDate,
    pub valid_until: Option<NaiveDate>,
}
