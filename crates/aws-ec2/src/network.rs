//! Networks, security groups, endpoints and flow logs.
