//! Plan, executor, step, retry.
