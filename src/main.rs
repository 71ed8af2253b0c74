//! Parses arguments and calls the command line.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    nakadachi::cli::run().await
}
