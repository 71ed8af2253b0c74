//! The typed fields of a value.

use crate::kernel::Text;

/// The fields of a value.
#[derive(Clone, Debug)]
pub struct ValueFields {
    pub code: String,
    pub name_ja: Text<80>,
    pub name_en: Text<80>,
    pub position: i16,
    pub first_fy: i16,
    pub last_fy: Option<i16>,
    pub remark: Option<Text<500>>,
}
