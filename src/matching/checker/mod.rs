//! The independent checker: is an answer to a matching instance what it claims to be?
//!
//! It works from the two files alone and shares no code with the engine: its own reading, its own arithmetic, its own
//! definition of every limit. The idea is weak duality: for *any* prices, no assignment can be worth more than what
//! the lefts could gain at these prices plus what the limits are worth; if the printed prices give exactly the printed
//! objective, the answer is best, however it was found.

mod bound;
mod feasible;
mod number;
mod question;
mod reply;
mod stability;
mod whole;

use question::Question;
use reply::{Certificate, Reply};
use std::io::Read;

/// What the checker found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Every claim of the answer holds; what was proven, in Japanese and English.
    Proven(String, String),
    /// Some claim does not hold, or is not proven by the certificate.
    Refuted(String, String),
}

/// A file that cannot be read: where and why, in Japanese and English.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable(pub String, pub String);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} / {}", self.1, self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Checks an answer against its instance, both as JSON.
pub fn verify(mut instance: impl Read, mut solution: impl Read) -> Result<Verdict, Unreadable> {
    let question = Question::read(&text(&mut instance, "instance")?)?;
    let reply = Reply::read(&text(&mut solution, "solution")?)?;
    Ok(match judge(&question, &reply) {
        Ok((ja, en)) => Verdict::Proven(ja, en),
        Err(Fault(ja, en)) => Verdict::Refuted(ja, en),
    })
}

fn text(source: &mut impl Read, what: &str) -> Result<String, Unreadable> {
    let mut text = String::new();
    match source.read_to_string(&mut text) {
        Ok(_) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => Err(Unreadable(
            format!("{what}: 読み取れません（{error}）"),
            format!("{what}: cannot be read ({error})"),
        )),
    }
}

/// Why an answer does not stand.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Fault(String, String);

impl Fault {
    fn new(ja: impl Into<String>, en: impl Into<String>) -> Fault {
        Fault(ja.into(), en.into())
    }
}

/// What is wrong in the matter comes first; a digest that does not fit is the last thing said.
fn judge(question: &Question, reply: &Reply) -> Result<(String, String), Fault> {
    let proven = judge_content(question, reply)?;
    if reply.digest_holds {
        return Ok(proven);
    }
    Err(Fault::new(
        "検査値が内容と合いません（書き換えられています）",
        "the digest does not match the content; it was changed",
    ))
}

fn judge_content(question: &Question, reply: &Reply) -> Result<(String, String), Fault> {
    match (reply.status.as_str(), &reply.certificate) {
        ("infeasible", certificate) => infeasible(question, reply, certificate),
        ("optimal" | "feasible", Certificate::Open(proof)) => {
            if !reply.assignment.is_empty() || reply.objective.is_some() {
                return Err(Fault::new("割当があるのに証明がありません", "an assignment without its proof"));
            }
            open(question, reply, proof)
        }
        ("optimal" | "feasible", certificate) => {
            let chosen = feasible::check(question, &reply.assignment)?;
            match certificate {
                Certificate::MaxSum(proof) => max_sum(question, reply, &chosen, proof),
                Certificate::Bottleneck(proof) => bottleneck(question, reply, &chosen, proof),
                Certificate::Stable { sum, blocking, .. } => stable(question, reply, &chosen, *sum, blocking),
                Certificate::Missing => Err(Fault::new(
                    format!("証明（certificate）がありません（割当 {} 件は条件を満たします）", chosen.len()),
                    format!("there is no certificate (the {} assigned pairs keep every limit)", chosen.len()),
                )),
                _ => Err(Fault::new(
                    "証明の種類が状態と合いません",
                    "the kind of certificate does not fit the status",
                )),
            }
        }
        _ => Err(Fault::new("知らない状態です", "unknown status")),
    }
}

/// The status must say "optimal" exactly when objective and bound agree.
fn check_status(reply: &Reply, exact: bool) -> Result<(), Fault> {
    if (reply.status == "optimal") == exact {
        return Ok(());
    }
    Err(Fault::new("状態が目的値と上界に合いません", "the status does not fit objective and bound"))
}

fn no_conflict(reply: &Reply) -> Result<(), Fault> {
    if reply.conflicts == 0 {
        Ok(())
    } else {
        Err(Fault::new("割当があるのに矛盾が示されています", "a conflict is given beside an assignment"))
    }
}

fn max_sum(
    question: &Question,
    reply: &Reply,
    chosen: &[usize],
    proof: &reply::Proof,
) -> Result<(String, String), Fault> {
    no_conflict(reply)?;
    let sum = question.sum(chosen);
    if !number::says(reply.objective, sum) {
        return Err(Fault::new(
            format!("目的値が合いません：割当の値は {} です", number::show(sum)),
            format!("the objective is wrong: the assignment is worth {}", number::show(sum)),
        ));
    }
    let Some(stated) = reply.bound else {
        return Err(Fault::new("上界がありません", "the bound is missing"));
    };
    let exact = number::says(Some(stated), sum);
    check_status(reply, exact)?;
    if stated < sum && !exact {
        return Err(Fault::new("上界が目的値を下回っています", "the bound is below the objective"));
    }
    let weight = |pair: usize| Some(question.weight(pair));
    let constant = question.constant();
    bound::prove(question, &weight, proof, stated + number::slack(stated) - constant, sum - constant)?;
    let value = number::show(sum);
    if exact {
        return Ok((
            format!("最適であることを証明しました（目的値 {value}）"),
            format!("proven optimal: objective {value}"),
        ));
    }
    let (bound, gap) = (number::show(stated), number::show(stated - sum));
    Ok((
        format!("すべての条件を満たし、上界 {bound} を証明しました（目的値 {value}、差 {gap}）"),
        format!("proven feasible with bound {bound}: objective {value}, gap {gap}"),
    ))
}

fn open(question: &Question, reply: &Reply, proof: &reply::Proof) -> Result<(String, String), Fault> {
    check_status(reply, false)?;
    let Some(stated) = reply.bound else {
        return Ok((
            "割当も上界も主張されていません".into(),
            "nothing is claimed: no assignment, no bound".into(),
        ));
    };
    let weight = |pair: usize| Some(question.weight(pair));
    let target = stated + number::slack(stated) - question.constant();
    bound::prove(question, &weight, proof, target, target)?;
    let bound = number::show(stated);
    Ok((
        format!("上界 {bound} を証明しました（割当は未発見）"),
        format!("proven bound {bound}; no assignment was found"),
    ))
}

fn bottleneck(
    question: &Question,
    reply: &Reply,
    chosen: &[usize],
    proof: &reply::Bottleneck,
) -> Result<(String, String), Fault> {
    no_conflict(reply)?;
    let unit = number::UNIT;
    let worst = chosen.iter().map(|&pair| question.pairs[pair].value).min();
    let (count, sum) = (chosen.len() as i128, question.sum(chosen));
    let says = |stated: Option<i128>, exact: Option<i128>| match exact {
        Some(exact) => number::says(stated, exact),
        None => stated.is_none(),
    };
    if !says(reply.objective, worst) || i128::from(proof.cardinality) != count || proof.sum != sum {
        return Err(Fault::new(
            "目的値・件数・合計のいずれかが割当と合いません",
            "objective, cardinality or sum does not fit the assignment",
        ));
    }
    if reply.status != "optimal" {
        check_status(reply, false)?;
        let best = question.pairs.iter().map(|pair| pair.value).max();
        return if best.is_some() && says(reply.bound, best) {
            Ok((
                "すべての条件を満たしています（最適性は未証明）".into(),
                "proven feasible; optimality is not claimed".into(),
            ))
        } else {
            Err(Fault::new("上界が証明されていません", "the bound is not proven"))
        };
    }
    if !says(reply.bound, worst) {
        return Err(Fault::new("上界が目的値と合いません", "the bound does not equal the objective"));
    }
    bound::prove(question, &|_| Some(unit), &proof.most, count * unit, count * unit)?;
    let Some(worst) = worst else {
        return Ok(("選べる組がないことを証明しました".into(), "proven: no pair can be chosen".into()));
    };
    let worst_is_locked = question.locks.iter().any(|&pair| question.pairs[pair].value == worst);
    if !worst_is_locked {
        let better = |pair: usize| (question.pairs[pair].value > worst).then_some(unit);
        let target = (count - 1) * unit;
        bound::prove(
            question,
            &better,
            proof.better.as_ref().unwrap_or(&reply::Proof::default()),
            target,
            target,
        )?;
    }
    let heavy =
        |pair: usize| (question.pairs[pair].value >= worst).then(|| question.weight(pair) + proof.weight);
    let target = sum - question.constant() + proof.weight * count;
    bound::prove(question, &heavy, &proof.best, target, target)?;
    let (worst, sum) = (number::show(worst), number::show(sum));
    Ok((
        format!("最適であることを証明しました（{count} 件、最も低い組 {worst}、合計 {sum}）"),
        format!("proven optimal: {count} pairs, worst {worst}, sum {sum}"),
    ))
}

fn stable(
    question: &Question,
    reply: &Reply,
    chosen: &[usize],
    sum: i128,
    blocking: &[(String, String)],
) -> Result<(String, String), Fault> {
    no_conflict(reply)?;
    let worth = question.sum(chosen);
    if !number::says(reply.objective, worth) || !number::says(reply.bound, worth) || sum != worth {
        return Err(Fault::new("合計が割当と合いません", "the sum does not fit the assignment"));
    }
    let found = stability::blocking(question, chosen);
    check_status(reply, found.is_empty())?;
    let mut stated: Vec<usize> =
        blocking.iter().filter_map(|(left, right)| question.pair(left, right)).collect();
    stated.sort_unstable();
    if stated != found || blocking.len() != found.len() {
        let first = found
            .iter()
            .find(|pair| !stated.contains(pair))
            .map(|&pair| question.name(pair))
            .unwrap_or_default();
        return Err(Fault::new(
            format!("阻害する組が合いません {first}"),
            format!("the blocking pairs are not those stated {first}"),
        ));
    }
    match found.len() {
        0 => Ok((
            "安定であることを証明しました（阻害する組なし）".into(),
            "proven stable: no blocking pair".into(),
        )),
        n => Ok((
            format!("条件を満たし、阻害する組は {n} 件です"),
            format!("proven feasible with exactly {n} blocking pairs"),
        )),
    }
}

fn infeasible(
    question: &Question,
    reply: &Reply,
    certificate: &Certificate,
) -> Result<(String, String), Fault> {
    if reply.objective.is_some() || reply.bound.is_some() || !reply.assignment.is_empty() {
        return Err(Fault::new(
            "割当がないのに値が示されています",
            "values are given although there is no assignment",
        ));
    }
    feasible::check_conflict(question, &reply.conflict_ids)?;
    let proven =
        || Ok(("すべての条件を満たす割当がないことを証明しました".into(), "proven infeasible".into()));
    match certificate {
        Certificate::Infeasible(proof) => {
            bound::prove_impossible(question, proof)?;
            proven()
        }
        Certificate::Locks if feasible::locks_exceed(question) => proven(),
        Certificate::Stable { attempt, .. } if stability::rules_out(question, attempt)? => Ok((
            "安定な割当では下限を満たせないことを証明しました".into(),
            "proven: no stable assignment meets the minimums".into(),
        )),
        _ => Err(Fault::new("割当がないことの証明がありません", "no proof that there is no assignment")),
    }
}
