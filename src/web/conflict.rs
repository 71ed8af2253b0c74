//! The slower of two writers gets 409 with both texts side by side, and loses nothing.

/// A field of which two versions exist.
#[derive(Clone, Debug)]
pub struct ConflictField {
    pub label: String,
    pub yours: String,
    pub theirs: String,
}

impl ConflictField {
    pub fn differs(&self) -> bool {
        self.yours != self.theirs
    }
}

/// What the conflict page shows and offers.
#[derive(Clone, Debug, Default)]
pub struct Conflict {
    pub fields: Vec<ConflictField>,
    /// Where the present version is seen.
    pub reload_href: String,
    /// The form's address, to send "mine" again over the present version.
    pub action: String,
    /// The form as typed, with the present version number in place of the stale one.
    pub pairs: Vec<(String, String)>,
}
