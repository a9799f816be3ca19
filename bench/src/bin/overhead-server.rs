//! The server that both sides call.

fn main() -> std::io::Result<()> {
    onboarding_bench::serve()
}
