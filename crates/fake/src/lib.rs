//! An AWS in memory, for tests of whatever speaks through the ports.
//!
//! [`FakeAws`] answers as AWS does: it has statuses that advance only on [`World::settle`], it refuses
//! what AWS refuses with the code and message of AWS, and it keeps a log of every call. [`Faults`]
//! wraps any implementation of the ports, this one or the real one, and makes calls fail, lose their
//! answer, or die with the process at a numbered boundary.
//!
//! Functions that take the name of something that does not exist panic where only a test can have
//! made that mistake; what AWS would refuse is refused with a [`afterhours_ports::PortError`].

mod build;
mod error;
mod faults;
mod log;
mod ports;
mod world;

pub use build::{ConfigBuilder, EndpointBuilder, GroupBuilder};
pub use error::{CRASHED, crashed, denied, throttled, unavailable};
pub use faults::{Fault, Faults, Passed, Point};
pub use log::{Call, CallKind};
pub use ports::FakeAws;
pub use world::{
    ConfigVariant, EndpointConfig, FakeEndpoint, MetricPoint, Platform, PlatformEndpoint,
    PlatformGroup, Reading, World,
};
