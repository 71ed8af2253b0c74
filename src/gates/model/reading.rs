//! Who reads what of an item: sheets stay sealed until the reveal, and a recused person reads nothing at all.

use super::words::MeetingState;

/// Somebody who looks at an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Wrote the sheet in question.
    pub is_author: bool,
    /// Recused from the item, or in conflict with its task.
    pub is_out: bool,
    /// Seated, or entitled by role and scope.
    pub is_entitled: bool,
}

impl Reader {
    /// May know that the item exists.
    pub fn sees_item(self) -> bool {
        self.is_entitled && !self.is_out
    }

    /// May read a sheet with its scores and comments. Nobody's role opens a sealed one.
    pub fn reads_sheet(self, meeting: MeetingState) -> bool {
        let revealed = matches!(meeting, MeetingState::Revealed | MeetingState::Closed);
        self.sees_item() && (self.is_author || revealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_the_reveal_only_the_author_reads_and_a_recused_one_never_does() {
        for meeting in MeetingState::ALL.iter().copied() {
            for bits in 0..8_u8 {
                let reader =
                    Reader { is_author: bits & 1 > 0, is_out: bits & 2 > 0, is_entitled: bits & 4 > 0 };
                let reads = reader.reads_sheet(meeting);
                if matches!(meeting, MeetingState::Planned | MeetingState::Scoring | MeetingState::Cancelled)
                {
                    assert!(!reads || reader.is_author, "{meeting:?} {reader:?}");
                }
                assert!(!(reads && reader.is_out), "{meeting:?} {reader:?}");
            }
        }
    }
}
