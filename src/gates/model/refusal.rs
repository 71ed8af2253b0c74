//! Why a step is refused, in words, and which refusal a constraint of the database means.

use crate::kernel::Said;

/// A refused step of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The meeting is not in the state for this.
    NotNow,
    /// Committee, agenda, items and weights are fixed.
    Frozen,
    NeedsChair,
    NeedsItems,
    /// Only the chair of the item (or of the meeting) does this.
    NotTheChair,
    /// Not seated, an adviser, or recused.
    MayNotJudge,
    /// Open conditions of the gate before.
    ConditionsOpen,
    /// A conflict that no chair can waive.
    BarStands,
    OwnConflict,
    Incomplete,
    OffScale,
    /// Submitted sheets are taken back before they change.
    AlreadySubmitted,
    /// No quorum of unconflicted votes carries the outcome.
    NoQuorum,
    AlreadyDecided,
    MissingConditions,
    MissingDisposition,
    MissingProgram,
    MissingEvidence,
    ItemsOpen,
    /// The gate is decided; it can only be reopened.
    GateDecided,
    /// Another review of the task is still open.
    ReviewOpen,
    NotTheCloser,
    ConditionClosed,
    AlreadyReopened,
    OwnRequest,
}

impl Refusal {
    /// What a constraint or trigger of the database refuses with this name.
    pub fn of_constraint(name: &str) -> Option<Self> {
        Some(match name {
            "gate_meetings_move_on"
            | "gate_reviews_move_on"
            | "gate_reviews_wait_after_reveal"
            | "gate_score_sheets_while_open"
            | "gate_scores_while_draft"
            | "gate_votes_while_open"
            | "gate_resolutions_before_decision" => Self::NotNow,
            "gate_seats_frozen" | "gate_reviews_agenda_fixed" | "gate_reviews_weights_frozen" => Self::Frozen,
            "gate_meetings_need_chair" => Self::NeedsChair,
            "gate_meetings_need_items" => Self::NeedsItems,
            "gate_meetings_chair_reveals" | "gate_resolutions_by_chair" | "gate_decisions_by_chair" => {
                Self::NotTheChair
            }
            "gate_score_sheets_by_members" | "gate_votes_by_members" => Self::MayNotJudge,
            "gate_reviews_conditions_open" => Self::ConditionsOpen,
            "gate_resolutions_bar_stands" => Self::BarStands,
            "gate_resolutions_by_another" => Self::OwnConflict,
            "gate_score_sheets_complete" => Self::Incomplete,
            "gate_scores_on_scale" | "gate_scores_of_template" => Self::OffScale,
            "gate_score_sheets_submitted_stay" => Self::AlreadySubmitted,
            "gate_decisions_need_quorum" => Self::NoQuorum,
            "gate_decisions_one_per_review" | "gate_decisions_immutable" => Self::AlreadyDecided,
            "gate_decisions_have_conditions" => Self::MissingConditions,
            "gate_decisions_have_disposition" => Self::MissingDisposition,
            "gate_decisions_early_names_program" => Self::MissingProgram,
            "gate_decisions_chair_has_evidence" | "gate_conditions_closed_with_evidence" => {
                Self::MissingEvidence
            }
            "gate_meetings_close_when_done" => Self::ItemsOpen,
            "gate_reviews_gate_decided" => Self::GateDecided,
            "gate_reviews_one_open_per_task" | "gate_reviews_one_per_reopening" => Self::ReviewOpen,
            "gate_conditions_closed_by_closer" => Self::NotTheCloser,
            "gate_reopenings_one_open" => Self::AlreadyReopened,
            "gate_reopenings_answered_by_another" => Self::OwnRequest,
            _ => return None,
        })
    }

    /// What happened and what to do next.
    pub fn said(self) -> Said {
        let (ja, en) = match self {
            Self::NotNow => (
                "会議の状態が変わったため、この操作はできません。画面を開き直してください。",
                "The meeting has moved on, so this can no longer be done. Reopen the page.",
            ),
            Self::Frozen => (
                "採点開始後は、委員・議題・評価項目・重みを変更できません。",
                "Committee, agenda, items and weights are fixed once scoring is open.",
            ),
            Self::NeedsChair => ("先に委員長を選んでください。", "Choose a chair first."),
            Self::NeedsItems => ("先に議題を加えてください。", "Add an item first."),
            Self::NotTheChair => (
                "この操作は委員長（除斥の場合は次順位の委員）が行います。",
                "The chair does this (or, where the chair is recused, the next member in order).",
            ),
            Self::MayNotJudge => (
                "この議題を評価・投票できるのは、利益相反のない委員だけです。",
                "Only members without a conflict may score and vote on this item.",
            ),
            Self::ConditionsOpen => (
                "前のゲートの条件が未了です。条件を完了させてから審議してください。",
                "Conditions of the gate before are still open. Close them first.",
            ),
            Self::BarStands => (
                "この利益相反は免除できません。除斥としてください。",
                "This conflict cannot be waived. The member stays recused.",
            ),
            Self::OwnConflict => (
                "自分の利益相反を自分で処理することはできません。",
                "Nobody resolves a conflict of their own.",
            ),
            Self::Incomplete => (
                "点数のない項目があります。すべての項目に点数を付けてから提出してください。",
                "An item has no score. Score every item, then submit.",
            ),
            Self::OffScale => (
                "点数が尺度の範囲外です。表示された範囲の整数を入力してください。",
                "The score is off the scale. Enter a whole number of the range shown.",
            ),
            Self::AlreadySubmitted => (
                "提出済みです。修正するには、先に提出を取り消してください。",
                "It is submitted. Take it back before you change it.",
            ),
            Self::NoQuorum => (
                "利益相反のない委員の定足数を満たす投票で、この結論に必要な賛成が得られていません。",
                "No quorum of unconflicted votes carries this outcome.",
            ),
            Self::AlreadyDecided => (
                "ほかの人が先に決定を記録しました。決定は変更できません（再審議の申請はできます）。",
                "Somebody else recorded the decision first. A decision cannot be edited; it can be reopened.",
            ),
            Self::MissingConditions => (
                "条件付きGOには、条件・期限・必要な証拠・確認者を1件以上記入してください。",
                "A conditional GO needs at least one condition with due date, evidence and a named closer.",
            ),
            Self::MissingDisposition => {
                ("成果の取扱いを記入してください。", "Record what becomes of the results.")
            }
            Self::MissingProgram => ("移行先の事業を選んでください。", "Choose the receiving program."),
            Self::MissingEvidence => ("根拠となる資料を記入してください。", "Name the evidence."),
            Self::ItemsOpen => (
                "決定していない議題があります。決定・委任・取下げのいずれかを行ってから終了してください。",
                "An item is still open. Decide, delegate or withdraw it, then close the meeting.",
            ),
            Self::GateDecided => (
                "このゲートは決定済みです。改めて審議するには、再審議の申請とPDの承認が必要です。",
                "This gate is decided. To judge it again, ask for a reopening and the PD's approval.",
            ),
            Self::ReviewOpen => (
                "この課題は、ほかの会議の議題になっています。",
                "This task is on the agenda of another meeting.",
            ),
            Self::NotTheCloser => (
                "条件を完了にできるのは、指名された確認者だけです。",
                "Only the named closer closes a condition.",
            ),
            Self::ConditionClosed => ("この条件は完了しています。", "This condition is closed."),
            Self::AlreadyReopened => (
                "この決定には既に再審議の申請があります。",
                "A reopening of this decision has been asked for already.",
            ),
            Self::OwnRequest => {
                ("自分の申請を自分で承認することはできません。", "Nobody approves a request of their own.")
            }
        };
        Said::new(ja, en)
    }
}
