//! Text to typed values: the mapping form and the upload.

use std::collections::BTreeSet;

use axum::extract::Multipart;
use uuid::Uuid;

use crate::budget::sheet::column_name;
use crate::kernel::Language;
use crate::web::{FieldErrors, Said};

use super::model::{Field, Mapping};
use super::programs;

/// The mapping as a person chose it, with what keeps it from being taken.
pub struct Typed {
    pub mapping: Mapping,
    /// Keys of names for which the form says that no program is chosen.
    pub freed: BTreeSet<String>,
    pub errors: FieldErrors,
}

/// The mapping as submitted: pairs `column-N` → field code, and `program-NAME` → program id. Nothing chosen
/// is lost.
pub fn parse_mapping(pairs: &[(String, String)], columns: usize, l: Language) -> Typed {
    let mut typed = Typed {
        mapping: Mapping { fields: vec![None; columns], confirmed: true, ..Mapping::default() },
        freed: BTreeSet::new(),
        errors: FieldErrors::new(),
    };
    for (name, value) in pairs {
        if let Some(column) = name.strip_prefix("column-").and_then(|n| n.parse::<usize>().ok())
            && let Some(place) = typed.mapping.fields.get_mut(column)
        {
            *place = Field::from_code(value);
        }
        if let Some(program) = name.strip_prefix("program-") {
            let key = programs::key(program);
            match value.parse::<Uuid>() {
                Ok(id) => {
                    typed.mapping.programs.insert(key, id);
                }
                Err(_) => {
                    typed.freed.insert(key);
                }
            }
        }
    }
    twice(&typed.mapping, &mut typed.errors, l);
    if let Some(said) = typed.mapping.lacks() {
        typed.errors.add("columns", l.t("列の対応", "Columns"), said);
    }
    typed
}

/// Of columns with one meaning each is named.
fn twice(mapping: &Mapping, errors: &mut FieldErrors, l: Language) {
    for (column, field) in mapping.fields.iter().enumerate() {
        let same = |other: &&Option<Field>| *other == field;
        let Some(field) = field.filter(|_| mapping.fields.iter().filter(same).count() > 1) else { continue };
        let label = format!("{} {}", l.t("列", "Column"), column_name(u32::try_from(column).unwrap_or(0)));
        let said = Said::new(
            format!(
                "同じ項目（{}）が二つの列に割り当てられています。一方を「使わない」にしてください。",
                field.name(Language::Ja)
            ),
            format!(
                "“{}” is given to two columns; set one of them to “leave out”.",
                field.name(Language::En)
            ),
        );
        errors.add(&format!("column-{column}"), &label, said);
    }
}

/// The file of an upload form: its name and bytes.
pub async fn uploaded(
    mut form: Multipart,
) -> Result<Option<(String, Vec<u8>)>, axum::extract::multipart::MultipartError> {
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("file") {
            // Without a choice browsers send a nameless, empty file; an empty one that was chosen has a name.
            let name = field.file_name().unwrap_or("file").to_owned();
            let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
            let bytes = field.bytes().await?.to_vec();
            return Ok((!name.is_empty() || !bytes.is_empty()).then_some((name, bytes)));
        }
    }
    Ok(None)
}
