//! Lines of the inbox that matching sessions leave: lists to answer, agreements to consent to, sessions to go on with.

use uuid::Uuid;

use crate::accounts::Role;
use crate::matching::consent;
use crate::matching::interest::{self, pages::session::side_name};
use crate::matching::sessions::{self, session_path, step_path};
use crate::portfolio::catalogue::Catalogue;
use crate::web::{Cx, Language};

use super::inbox::Item;

/// What of matching waits for the viewer; others wait for it in turn, so it stands first.
pub async fn items(cx: &Cx, catalogue: &Catalogue) -> sqlx::Result<Vec<Item>> {
    let of = |roles: &[Role]| -> Vec<Uuid> {
        let held = cx.viewer.rights.roles.iter().filter(|r| roles.contains(&r.role));
        held.filter_map(|r| r.program_id.or(r.project_id)).collect()
    };
    let answers = of(&[Role::ProgramSupervisor, Role::ProgramOfficer]);
    let (supervises, directs) = (of(&[Role::ProgramSupervisor]), of(&[Role::ProgramDirector]));
    let mut items = Vec::new();
    if !answers.is_empty() {
        let lists = interest::queries::waiting(cx.pool(), &answers, cx.now).await?;
        items.extend(lists.into_iter().map(|w| list_line(cx, catalogue, w)));
    }
    if !supervises.is_empty() || !directs.is_empty() {
        let scopes = (supervises.as_slice(), directs.as_slice());
        let waiting = consent::queries::waiting(cx.pool(), cx.viewer.id, scopes, cx.today()).await?;
        items.extend(waiting.into_iter().map(|w| consent_line(cx, &w)));
    }
    if cx.viewer.holds(&[Role::StrategyUnit]) {
        let ready = sessions::queries::ready(cx.pool(), cx.now).await?;
        items.extend(ready.into_iter().map(|r| ready_line(cx, &r)));
    }
    Ok(items)
}

fn list_line(cx: &Cx, catalogue: &Catalogue, w: interest::queries::Waiting) -> Item {
    let l = cx.l;
    let program = catalogue.program(w.program_id).map(|p| p.name(l)).unwrap_or_default();
    Item {
        kind: l.t("マッチング", "Matching"),
        tone: "warn",
        text: match l {
            Language::Ja => format!("意向の回答：{program}（{}）", side_name(&w.side, l)),
            Language::En => format!("Interest to declare: {program} ({})", side_name(&w.side, l)),
        },
        note: w.session,
        href: interest::routes::list_path(w.id),
        when: format!(
            "{}{}",
            l.t("期限 ", "until "),
            w.deadline.with_timezone(&crate::kernel::clock::JST).format("%Y-%m-%d %H:%M")
        ),
    }
}

fn consent_line(cx: &Cx, w: &consent::queries::Waiting) -> Item {
    let l = cx.l;
    Item {
        kind: l.t("マッチング", "Matching"),
        tone: "warn",
        text: match l {
            Language::Ja => format!("合意の回答：{}件", w.waiting),
            Language::En => format!("Agreements to answer: {}", w.waiting),
        },
        note: w.session.clone(),
        href: step_path(w.session_id, "consent"),
        when: format!("{}{}", l.t("期限 ", "until "), w.until),
    }
}

fn ready_line(cx: &Cx, r: &sessions::queries::Ready) -> Item {
    let l = cx.l;
    let text = match r.state.as_str() {
        "interest" => l.t("意向がそろい、回答を開けます", "Interest is in: the answers can be opened"),
        "solved" => l.t("割当ての案を採用する", "A solution is to be adopted"),
        _ => l.t("合意がそろい、移行を記録できます", "Agreed tasks are to be transferred"),
    };
    Item {
        kind: l.t("マッチング", "Matching"),
        tone: "info",
        text: text.to_owned(),
        note: r.session.clone(),
        href: session_path(r.session_id),
        when: String::new(),
    }
}
