//! Constraint names are meaningful: an action asks which one refused it and turns that into a refusal.

/// The name of the constraint that refused a statement, if that is what happened.
pub fn constraint(error: &sqlx::Error) -> Option<&str> {
    match error {
        sqlx::Error::Database(e) => e.constraint(),
        _ => None,
    }
}

/// True if `error` is a refusal by the constraint `name`.
pub fn is_constraint(error: &sqlx::Error, name: &str) -> bool {
    constraint(error) == Some(name)
}
