//! Passwords: argon2id at rest, a strength check when set.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use crate::kernel::Said;

/// Shortest password accepted.
pub const MIN_CHARS: usize = 12;

/// Hashes with argon2id and the crate's recommended cost (about 24 ms); runs on a blocking thread.
pub async fn hash(password: String) -> anyhow::Result<String> {
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|h| h.to_string())
            .map_err(|e| anyhow::anyhow!("hashing a password: {e}"))
    })
    .await?
}

/// True if `password` gives `stored`. Without a stored hash the same work is done, so that time tells nothing.
pub async fn verify(password: String, stored: Option<String>) -> anyhow::Result<bool> {
    tokio::task::spawn_blocking(move || {
        let Some(stored) = stored else {
            let _same_work = Argon2::default().hash_password(password.as_bytes());
            return false;
        };
        PasswordHash::new(&stored)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
    .map_err(Into::into)
}

/// The shortest part of an address that counts as a word of its owner; shorter ones stand in many words.
const OWN_WORD_CHARS: usize = 4;

/// Refuses what is short, common, repetitive, or made of the account's own address.
pub fn check_strength(password: &str, email: &str) -> Result<(), Said> {
    let lower = password.to_lowercase();
    let distinct = lower.chars().collect::<std::collections::BTreeSet<_>>().len();
    if password.chars().count() < MIN_CHARS {
        return Err(Said::new(
            format!("パスワードは{MIN_CHARS}文字以上にしてください。"),
            format!("Use at least {MIN_CHARS} characters."),
        ));
    }
    if password.chars().count() > 200 {
        return Err(Said::new("パスワードは200文字以内にしてください。", "Use at most 200 characters."));
    }
    if distinct < 6 {
        return Err(Said::new(
            "同じ文字の繰り返しが多すぎます。別の文字を混ぜてください。",
            "Too few different characters; mix in others.",
        ));
    }
    if own_words(email).iter().any(|word| lower.contains(word)) {
        return Err(Said::new(
            "メールアドレスの一部を含めないでください。",
            "Leave out the parts of your e-mail address.",
        ));
    }
    if COMMON.iter().any(|common| lower.contains(common)) {
        return Err(Said::new(
            "よく使われる言葉や並びを含んでいます。別のものにしてください。",
            "It contains a common word or sequence; choose another.",
        ));
    }
    Ok(())
}

/// The address itself, its local part, and the labels of its domain.
fn own_words(email: &str) -> Vec<String> {
    let email = email.to_lowercase();
    let (name, domain) = email.split_once('@').unwrap_or((&email, ""));
    let parts = [email.as_str(), name].into_iter().chain(domain.split('.'));
    parts.filter(|part| part.chars().count() >= OWN_WORD_CHARS).map(str::to_owned).collect()
}

const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "12345678",
    "qwertyui",
    "asdfghjk",
    "letmein",
    "iloveyou",
    "administrator",
    "nakadachi",
    "abcdefgh",
    "98765432",
    "welcome1",
    "11111111",
    "pa55word",
    "p@ssword",
    "p@ssw0rd",
    "amedamed",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        for weak in ["short", "aaaaaaaaaaaaaa", "password-is-this", "tanaka-jiro-2026", "x12345678yzuv"] {
            assert!(check_strength(weak, "tanaka@example.jp").is_err(), "{weak}");
        }
        assert_eq!(check_strength("correct horse staple", "tanaka@example.jp"), Ok(()));
    }

    #[test]
    fn the_own_address_and_its_parts_are_refused() {
        for weak in ["new@example.jp12", "EXAMPLE-of-2026-x", "jp-example-tokyo", "hanako.k-2026!!"] {
            let email = if weak.starts_with("hanako") { "Hanako.K@amed.go.jp" } else { "new@example.jp" };
            assert!(check_strength(weak, email).is_err(), "{weak}");
        }
        assert_eq!(
            check_strength("renewed horse staple", "new@example.jp"),
            Ok(()),
            "three letters are no word"
        );
    }
}
