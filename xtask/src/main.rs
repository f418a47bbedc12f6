//! What developers and CI run: `cargo xtask demo`, `cargo xtask test`.
fn main() {}
