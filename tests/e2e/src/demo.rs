//! One night on the local AWS, for a newcomer to watch.

/// Runs the night.
pub async fn run(_seed: Option<u64>) -> anyhow::Result<()> {
    Ok(())
}
