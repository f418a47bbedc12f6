//! One fault.

use afterhours_ports::PortError;

use super::{Passed, Point};
use crate::error::{check_call, denied, throttled, unavailable};

/// Makes matching calls fail.
#[derive(Debug, Clone)]
pub struct Fault {
    action: String,
    resource: Option<String>,
    skip: u32,
    times: Option<u32>,
    point: Point,
    error: PortError,
}

impl Fault {
    /// Calls of `action` fail with `error` before they are made, every time unless it is limited.
    pub fn new(action: &str, error: PortError) -> Self {
        check_call(action);
        Self {
            action: action.to_owned(),
            resource: None,
            skip: 0,
            times: None,
            point: Point::Before,
            error,
        }
    }

    /// Calls of `action` are throttled.
    pub fn throttle(action: &str) -> Self {
        Self::new(action, throttled(action))
    }

    /// Calls of `action` are denied.
    pub fn deny(action: &str) -> Self {
        Self::new(action, denied(action, "*"))
    }

    /// Calls of `action` take effect, and the answer is lost.
    pub fn lose_answer(action: &str) -> Self {
        Self {
            point: Point::After,
            ..Self::new(action, unavailable(action))
        }
    }

    /// Only calls about this name, ARN, resource id or key.
    #[must_use]
    pub fn on(self, resource: &str) -> Self {
        Self {
            resource: Some(resource.to_owned()),
            ..self
        }
    }

    /// Lets the first `n` matching calls pass.
    #[must_use]
    pub const fn after(mut self, n: u32) -> Self {
        self.skip = n;
        self
    }

    /// Strikes only `n` times.
    #[must_use]
    pub const fn times(mut self, n: u32) -> Self {
        self.times = Some(n);
        self
    }

    /// Fails the call after it was made instead of before: it took effect.
    #[must_use]
    pub const fn after_effect(mut self) -> Self {
        self.point = Point::After;
        self
    }

    pub(super) fn strike(&mut self, passed: &Passed) -> Option<PortError> {
        let matches = self.action == passed.action
            && self.point == passed.point
            && self
                .resource
                .as_ref()
                .is_none_or(|resource| *resource == passed.resource);
        if !matches || self.times == Some(0) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.times = self.times.map(|left| left - 1);
        Some(self.error.clone())
    }
}
