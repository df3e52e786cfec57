//! How a connection gets to where it leads.

use std::sync::{Arc, LazyLock};

/// The way to a host; by default straight there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Route {}

impl Route {
    /// Straight there: the one value that all who go so share.
    pub fn direct() -> Arc<Self> {
        static DIRECT: LazyLock<Arc<Route>> = LazyLock::new(Arc::default);
        Arc::clone(&DIRECT)
    }
}
