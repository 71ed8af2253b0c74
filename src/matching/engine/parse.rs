//! Reading an instance from JSON (format: `docs/matching-formats.md`).

use super::instance::{Draft, DraftGroup, Instance};
use super::json::{BadInput, Reader};
use super::number::{self, COUNT_LIMIT, NumberFault, VALUE_LIMIT, YEN_LIMIT};
use std::io::Read;

impl Instance {
    /// Reads one instance and nothing else from `source`.
    pub fn from_json(source: impl Read) -> Result<Instance, BadInput> {
        Instance::from_json_into(Draft::new(), source)
    }

    /// The same, into a draft that may allow fewer pairs.
    pub(super) fn from_json_into(draft: Draft, source: impl Read) -> Result<Instance, BadInput> {
        let mut reader = Reader::new(source);
        reader.start()?;
        let instance = read_instance(&mut reader, draft)?;
        reader.finish()?;
        Ok(instance)
    }
}

/// Reads the instance at which `reader` stands.
fn read_instance<R: Read>(reader: &mut Reader<R>, mut draft: Draft) -> Result<Instance, BadInput> {
    let (mut left, mut right, mut pairs) = (false, false, false);
    reader.object(|reader, field| match field {
        "left" => {
            left = true;
            read_left(reader, &mut draft)
        }
        "right" => {
            right = true;
            read_right(reader, &mut draft)
        }
        "pairs" => {
            pairs = true;
            read_pairs(reader, &mut draft)
        }
        "groups" => read_groups(reader, &mut draft),
        "locks" => read_links(reader, |l, r| draft.lock(l, r)),
        "forbids" => read_links(reader, |l, r| draft.forbid(l, r)),
        "previous" => read_links(reader, |l, r| draft.previous(l, r)),
        "change_penalty" => {
            let penalty = value(reader)?;
            draft.change_penalty(penalty)
        }
        "left_prefs" => read_preferences(reader, |id, list| draft.left_preference(id, list)),
        "right_prefs" => read_preferences(reader, |id, list| draft.right_preference(id, list)),
        "seed" | "version" | "year" => reader.skip(),
        other => extra(reader, other, TOP),
    })?;
    for (name, present) in [("left", left), ("right", right), ("pairs", pairs)] {
        if !present {
            return reader
                .refuse(format!("項目「{name}」がありません"), format!("field \"{name}\" is missing"));
        }
    }
    draft.build()
}

fn read_left<R: Read>(reader: &mut Reader<R>, draft: &mut Draft) -> Result<(), BadInput> {
    reader.array(|reader, _| {
        let (mut id, mut min, mut max) = (None, 0, None);
        reader.object(|reader, field| {
            match field {
                "id" => id = Some(reader.id()?),
                "min" => min = count(reader)?.unwrap_or(0),
                "max" => max = count(reader)?,
                other => extra(reader, other, "id, min, max")?,
            }
            Ok(())
        })?;
        let id = required(reader, id, "id")?;
        draft.left(&id, min, max.unwrap_or(1))
    })
}

fn read_right<R: Read>(reader: &mut Reader<R>, draft: &mut Draft) -> Result<(), BadInput> {
    reader.array(|reader, _| {
        let (mut id, mut min, mut max, mut budget) = (None, 0, None, None);
        reader.object(|reader, field| {
            match field {
                "id" => id = Some(reader.id()?),
                "min" => min = count(reader)?.unwrap_or(0),
                "max" => max = count(reader)?,
                "budget" => budget = yen(reader)?,
                other => extra(reader, other, "id, min, max, budget")?,
            }
            Ok(())
        })?;
        let id = required(reader, id, "id")?;
        draft.right(&id, min, max, budget)
    })
}

fn read_pairs<R: Read>(reader: &mut Reader<R>, draft: &mut Draft) -> Result<(), BadInput> {
    reader.array(|reader, _| {
        let (mut left, mut right, mut worth, mut cost) = (None, None, None, 0);
        reader.object(|reader, field| {
            match field {
                "left" => left = Some(reader.id()?),
                "right" => right = Some(reader.id()?),
                "value" => worth = Some(value(reader)?),
                "cost" => cost = yen(reader)?.unwrap_or(0),
                other => extra(reader, other, "left, right, value, cost")?,
            }
            Ok(())
        })?;
        let left = required(reader, left, "left")?;
        let right = required(reader, right, "right")?;
        let worth = required(reader, worth, "value")?;
        draft.pair(&left, &right, worth, cost)
    })
}

fn read_groups<R: Read>(reader: &mut Reader<R>, draft: &mut Draft) -> Result<(), BadInput> {
    reader.array(|reader, _| {
        let (mut id, mut members, mut max, mut budget) = (None, Vec::new(), None, None);
        reader.object(|reader, field| {
            match field {
                "id" => id = Some(reader.id()?),
                "members" => reader.array(|reader, _| {
                    members.push(reader.id()?);
                    Ok(())
                })?,
                "max" => max = count(reader)?,
                "budget" => budget = yen(reader)?,
                other => extra(reader, other, "id, members, max, budget")?,
            }
            Ok(())
        })?;
        let id = required(reader, id, "id")?;
        draft.group(DraftGroup { id, members, max, budget })
    })
}

/// `[[left, right], …]`; `{"left", "right"}` is understood as well, so that an assignment can be pasted.
fn read_links<R: Read>(reader: &mut Reader<R>, mut add: impl FnMut(&str, &str)) -> Result<(), BadInput> {
    reader.array(|reader, _| {
        let (left, right) = read_link(reader)?;
        add(&left, &right);
        Ok(())
    })
}

/// One `[left, right]` or `{"left", "right"}`.
fn read_link<R: Read>(reader: &mut Reader<R>) -> Result<(String, String), BadInput> {
    let (mut left, mut right) = (None, None);
    if reader.starts_object()? {
        reader.object(|reader, field| {
            match field {
                "left" => left = Some(reader.id()?),
                "right" => right = Some(reader.id()?),
                other => extra(reader, other, "left, right")?,
            }
            Ok(())
        })?;
    } else {
        let mut length = 0;
        reader.array(|reader, index| {
            length = index + 1;
            match index {
                0 => left = Some(reader.id()?),
                1 => right = Some(reader.id()?),
                _ => {
                    return reader
                        .refuse("組は [left, right] の二つです", "a pair is [left, right], two ids");
                }
            }
            Ok(())
        })?;
        if length != 2 {
            return reader.refuse("組は [left, right] の二つです", "a pair is [left, right], two ids");
        }
    }
    Ok((required(reader, left, "left")?, required(reader, right, "right")?))
}

fn read_preferences<R: Read>(
    reader: &mut Reader<R>,
    mut add: impl FnMut(&str, &[String]),
) -> Result<(), BadInput> {
    reader.object(|reader, owner| {
        let mut list = Vec::new();
        reader.array(|reader, _| {
            list.push(reader.id()?);
            Ok(())
        })?;
        add(owner, &list);
        Ok(())
    })
}

const TOP: &str =
    "left, right, pairs, groups, locks, forbids, previous, change_penalty, left_prefs, right_prefs";

/// Remarks are passed over, whatever they are called if they are text; any other unknown field is refused, since a
/// misspelt ceiling would be no ceiling.
fn extra<R: Read>(reader: &mut Reader<R>, field: &str, known: &str) -> Result<(), BadInput> {
    match field {
        "name" | "title" | "note" | "comment" | "description" | "meta" | "metadata" | "info" | "tags" => {
            reader.skip()
        }
        _ if field.starts_with(['_', '$']) || reader.starts_remark()? => reader.skip(),
        _ => reader.refuse(
            format!("知らない項目です（使える項目：{known}）"),
            format!("unknown field (known here: {known})"),
        ),
    }
}

fn required<R: Read, T>(reader: &Reader<R>, found: Option<T>, name: &str) -> Result<T, BadInput> {
    match found {
        Some(found) => Ok(found),
        None => reader.refuse(format!("項目「{name}」がありません"), format!("field \"{name}\" is missing")),
    }
}

fn value<R: Read>(reader: &mut Reader<R>) -> Result<i64, BadInput> {
    let text = reader.number()?;
    number::value(&text).or_else(|fault| refuse_number(reader, &text, fault, VALUE_LIMIT))
}

/// A count, or `null` for none.
fn count<R: Read>(reader: &mut Reader<R>) -> Result<Option<u32>, BadInput> {
    if reader.null()? {
        return Ok(None);
    }
    let text = reader.number()?;
    let count = number::whole(&text, COUNT_LIMIT)
        .or_else(|fault| refuse_number(reader, &text, fault, COUNT_LIMIT))?;
    match u32::try_from(count) {
        Ok(count) => Ok(Some(count)),
        Err(_) => reader.refuse("負の数は使えません", "must not be negative"),
    }
}

/// An amount in whole yen, or `null` for none.
fn yen<R: Read>(reader: &mut Reader<R>) -> Result<Option<i64>, BadInput> {
    if reader.null()? {
        return Ok(None);
    }
    let text = reader.number()?;
    let yen =
        number::whole(&text, YEN_LIMIT).or_else(|fault| refuse_number(reader, &text, fault, YEN_LIMIT))?;
    if yen < 0 {
        return reader.refuse("負の金額は使えません", "an amount must not be negative");
    }
    Ok(Some(yen))
}

fn refuse_number<R: Read, T>(
    reader: &Reader<R>,
    text: &str,
    fault: NumberFault,
    limit: i64,
) -> Result<T, BadInput> {
    match fault {
        NumberFault::NotANumber => {
            reader.refuse(format!("「{text}」は数ではありません"), format!("{text} is not a number"))
        }
        NumberFault::TooLarge => reader.refuse(
            format!("{text} は上限の {limit} を超えています"),
            format!("{text} exceeds the limit of {limit}"),
        ),
        NumberFault::NotWhole => {
            reader.refuse(format!("{text} は整数ではありません"), format!("{text} is not a whole number"))
        }
    }
}
