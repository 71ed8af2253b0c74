//! Text to typed values: the mapping form and the upload.

use std::collections::BTreeMap;

use axum::extract::Multipart;
use uuid::Uuid;

use crate::kernel::Said;

use super::model::{Field, Mapping};
use super::programs;

/// The mapping as submitted: pairs `column-N` → field code, and `program-NAME` → program id.
pub fn parse_mapping(pairs: &[(String, String)], columns: usize) -> Result<Mapping, Said> {
    let mut mapping = Mapping { fields: vec![None; columns], programs: BTreeMap::new(), confirmed: true };
    for (name, value) in pairs {
        if let Some(column) = name.strip_prefix("column-").and_then(|n| n.parse::<usize>().ok()) {
            let field = Field::from_code(value);
            if field.is_some() && mapping.fields.contains(&field) {
                return Err(Said::new(
                    "同じ項目が二つの列に割り当てられています。一方を「使わない」にしてください。",
                    "One field is given to two columns; set one of them to “leave out”.",
                ));
            }
            if let Some(place) = mapping.fields.get_mut(column) {
                *place = field;
            }
        }
        if let Some(program) = name.strip_prefix("program-")
            && let Ok(id) = value.parse::<Uuid>()
        {
            mapping.programs.insert(programs::key(program), id);
        }
    }
    missing(&mapping).map_or(Ok(mapping), Err)
}

fn missing(mapping: &Mapping) -> Option<Said> {
    if mapping.is_payments() {
        let complete = mapping.has(Field::FiscalYear) && mapping.has(Field::AmountYen);
        return (!complete).then(|| {
            Said::new(
                "支払行には年度と契約額（円）の列が必要です。",
                "Payment lines need a fiscal year and an amount in yen.",
            )
        });
    }
    if !mapping.has(Field::TitleJa) {
        return Some(Said::new("課題名の列を選んでください。", "Choose the column of the title."));
    }
    if !mapping.has(Field::Program) {
        return Some(Said::new("事業名の列を選んでください。", "Choose the column of the program."));
    }
    let years = [Field::FiscalYear, Field::FiscalYears, Field::AmountByYear].iter().any(|f| mapping.has(*f));
    (!years).then(|| {
        Said::new(
            "年度の列、または年度別の額の列を選んでください。",
            "Choose the column of the fiscal year, or of amounts by year.",
        )
    })
}

/// The file of an upload form: its name and bytes.
pub async fn uploaded(
    mut form: Multipart,
) -> Result<Option<(String, Vec<u8>)>, axum::extract::multipart::MultipartError> {
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("file") {
            let name =
                field.file_name().unwrap_or("file").chars().filter(|c| !c.is_control()).take(200).collect();
            let bytes = field.bytes().await?.to_vec();
            return Ok((!bytes.is_empty()).then_some((name, bytes)));
        }
    }
    Ok(None)
}
