//! End to end: real binaries, real wire protocol, a local AWS.

pub mod demo;
pub mod platform;
pub mod programs;
pub mod random;
pub mod small;
pub mod stage;
mod tampering;
