use std::process::ExitCode;

fn main() -> ExitCode {
    ijkpunt::cli::run()
}
