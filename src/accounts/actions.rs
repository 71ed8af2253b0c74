//! Signing in and out.

use chrono::{DateTime, Duration, Utc};
use rand::TryRng;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use crate::audit::{self, Actor, Event};
use crate::kernel::{Said, SessionId};

use super::model::Viewer;
use super::{password, queries};

/// A session ends this long after its beginning.
pub const SESSION_HOURS: i64 = 12;
const FAILURES_WINDOW_MINUTES: i64 = 15;
const FAILURES_OF_ACCOUNT: i64 = 8;
const FAILURES_OF_ADDRESS: i64 = 40;

/// Where a sign-in comes from.
pub struct Origin<'a> {
    pub address: &'a str,
    pub user_agent: &'a str,
    pub request_id: Option<String>,
}

/// Why nobody was signed in.
#[derive(Debug)]
pub enum SignInRefusal {
    /// Unknown address, wrong password or closed account: told apart to nobody.
    Wrong,
    /// Too many failures by this account or address; try again after the minutes.
    SlowDown { minutes: i64 },
}

impl SignInRefusal {
    pub fn said(&self) -> Said {
        match self {
            Self::Wrong => Said::new(
                "メールアドレスまたはパスワードが違います。もう一度入力してください。",
                "The e-mail address or the password is wrong. Enter them again.",
            ),
            Self::SlowDown { minutes } => Said::new(
                format!(
                    "失敗が続いたため受け付けを止めています。{minutes}分後にやり直すか、管理者に連絡してください。"
                ),
                format!("Too many failures. Try again in {minutes} minutes, or ask an administrator."),
            ),
        }
    }
}

/// Checks the password and opens a session; the token is for the cookie, only its hash is kept.
pub async fn sign_in(
    pool: &PgPool,
    email: &str,
    typed: String,
    origin: Origin<'_>,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<String, SignInRefusal>> {
    let email = email.trim().to_lowercase();
    let since = now - Duration::minutes(FAILURES_WINDOW_MINUTES);
    let (of_account, of_address) = queries::recent_failures(pool, &email, origin.address, since).await?;
    if of_account >= FAILURES_OF_ACCOUNT || of_address >= FAILURES_OF_ADDRESS {
        return Ok(Err(SignInRefusal::SlowDown { minutes: FAILURES_WINDOW_MINUTES }));
    }
    let found = queries::credentials(pool, &email).await?.filter(|c| c.active);
    let matches = password::verify(typed, found.as_ref().and_then(|c| c.password_hash.clone())).await?;
    let mut tx = pool.begin().await?;
    let Some(account) = found.filter(|_| matches) else {
        queries::insert_attempt(
            &mut tx,
            &email.chars().take(200).collect::<String>(),
            origin.address,
            now,
            false,
        )
        .await?;
        tx.commit().await?;
        return Ok(Err(SignInRefusal::Wrong));
    };
    queries::insert_attempt(&mut tx, &email, origin.address, now, true).await?;
    let token = random_token()?;
    let session = queries::NewSession {
        id: SessionId::new(),
        token_hash: &token_hash(&token),
        user: account.id,
        user_agent: &origin.user_agent.chars().take(300).collect::<String>(),
        address: origin.address,
        now,
        expires_at: now + Duration::hours(SESSION_HOURS),
    };
    queries::insert_session(&mut tx, &session).await?;
    let actor = Actor { id: Some(account.id.0), label: account.email, request_id: origin.request_id };
    let event = Event::new("session.open", "user", account.id, json!({ "address": origin.address }));
    audit::record(&mut tx, &actor, now, event).await?;
    tx.commit().await?;
    Ok(Ok(token))
}

/// Closes the viewer's session.
pub async fn sign_out(
    pool: &PgPool,
    viewer: &Viewer,
    request_id: Option<String>,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    queries::delete_session(&mut tx, viewer.id, viewer.session).await?;
    let event = Event::new("session.close", "user", viewer.id, json!({}));
    audit::record(&mut tx, &viewer.actor(request_id), now, event).await?;
    tx.commit().await?;
    Ok(())
}

/// The form in which a token is stored.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// 256 random bits from the operating system, as hex.
pub fn random_token() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 32];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes)?;
    Ok(hex::encode(bytes))
}
