//! Every option of the program, each also an environment variable; the doc comments are the `--help` text.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Options shared by all commands.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// PostgreSQL to use. Without it the program starts its own private cluster in the data directory.
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,

    /// A streaming replica for heavy read models (search, analytics, export). Default: the main database.
    #[arg(long, env = "DATABASE_READ_URL", global = true, hide_env_values = true)]
    pub database_read_url: Option<String>,

    /// Directory of the private cluster and of stored files.
    #[arg(long, env = "NAKADACHI_DATA_DIR", global = true, default_value_os_t = default_data_dir())]
    pub data_dir: PathBuf,

    /// Most database connections one process opens.
    #[arg(long, env = "NAKADACHI_CONNECTIONS", global = true, default_value_t = 20)]
    pub connections: u32,

    /// Font with Japanese that PDFs embed. Default: Noto Sans CJK or an IPA font where distributions install them.
    #[arg(long, env = "NAKADACHI_PDF_FONT", global = true)]
    pub pdf_font: Option<PathBuf>,

    /// What to log: a tracing filter such as `info` or `nakadachi=debug,sqlx=warn`.
    #[arg(long, env = "NAKADACHI_LOG", global = true, default_value = "info,sqlx=warn")]
    pub log: String,

    /// Log lines for people (`text`) or for machines (`json`).
    #[arg(long, env = "NAKADACHI_LOG_FORMAT", global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

/// Options of the `serve` command.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeConfig {
    /// Address and port to listen on.
    #[arg(long, env = "NAKADACHI_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Address by which browsers reach the server, e.g. https://nakadachi.example.go.jp. HTTPS makes cookies Secure.
    #[arg(long, env = "NAKADACHI_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Fill an empty database with the demo portfolio and its demo accounts.
    #[arg(long, env = "NAKADACHI_DEMO_IF_EMPTY")]
    pub demo_if_empty: bool,

    /// Serve demo accounts on an address other than this machine's own. Everybody who reaches it can sign in.
    #[arg(long, env = "NAKADACHI_SERVE_DEMO_ACCOUNTS_TO_THE_NETWORK")]
    pub serve_demo_accounts_to_the_network: bool,

    /// Largest upload, in megabytes.
    #[arg(long, env = "NAKADACHI_UPLOAD_MEGABYTES", default_value_t = 50)]
    pub upload_megabytes: usize,
}

/// Shape of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

fn default_data_dir() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| home.map(|h| h.join(".local/share")))
        .unwrap_or_else(|| PathBuf::from("."))
        .join("nakadachi")
}
