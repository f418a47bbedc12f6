//! Leases, holds, the kill switch: S60 to S66.
