//! When sleepers are awake: the schedule grammar and its exact semantics.
