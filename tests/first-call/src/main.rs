//! Makes a few AWS calls and ends: `first-call ENDPOINT CALLS`.
//!
//! The calls are `s3:GetObject` through the adapter, over the connection that the functions make, but with the roots of
//! the system: no test server can have a certificate of Amazon's. `cargo xtask measure` takes the difference of a
//! process with one call and a process with none.

use std::error::Error;

use afterhours_aws::{AccessKeys, Aws, Credentials, Endpoints, Roots, Settings};
use afterhours_aws_s3::S3Store;
use afterhours_ports::Store as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let endpoint = arguments.next().ok_or("the endpoint is missing")?;
    let calls: u32 = arguments
        .next()
        .ok_or("the number of calls is missing")?
        .parse()?;
    let keys = AccessKeys {
        id: "AKIDEXAMPLE".to_owned(),
        secret: "test".to_owned(),
        session_token: None,
    };
    let aws = Aws::new(Settings {
        region: "eu-central-1".to_owned(),
        credentials: Credentials::keys(keys),
        endpoints: Endpoints::everywhere("ENDPOINT", &endpoint)?,
        roots: Roots::System,
        retry: afterhours_aws::Retry::default(),
        timeouts: afterhours_aws::Timeouts::default(),
    })?;
    let store = S3Store::new(&aws, "afterhours-state");
    for _ in 0..calls {
        store
            .get("state.json")
            .await?
            .ok_or("the server has no document")?;
    }
    Ok(())
}
