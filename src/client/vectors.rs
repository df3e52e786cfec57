//! Vectors of public suites, where they stand beside the checkout.

use std::path::Path;

/// The suite in a file of the folder, or nothing where there is no such file.
pub(super) fn read(name: &str) -> Option<serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(name);
    match crate::source::read_source(&path) {
        Ok(source) => Some(serde_json::from_str(source.text()).expect("a suite is JSON")),
        Err(error) => {
            println!("skipped: {error}");
            None
        }
    }
}
