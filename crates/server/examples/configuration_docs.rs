//! Writes `docs/configuration.md` from the table of settings.

fn main() -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    std::fs::write(path, howdah_server::config::docs())
}
