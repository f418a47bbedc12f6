//! EC2 behind the port of readers.
//!
//! Networks and compute are read by readers of their own: each asks only for the types that are wanted of it.

pub mod compute;
pub mod network;
mod origin;
mod pages;

pub use compute::ComputeReader;
pub use network::NetworkReader;
