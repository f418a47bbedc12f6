//! Instances, volumes, launch templates and key pairs.
