//! The project's own specs: documentation that must be true.

use std::process::Command;

use crate::support::{Project, Ran};

#[test]
fn the_specs_pass_on_the_practice_server() {
    let project = Project::new();
    let ran: Ran = Command::new(env!("CARGO_BIN_EXE_rqtest"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", "specs", "--junit"])
        .arg(project.path("junit.xml"))
        .output()
        .unwrap()
        .into();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(project.read("junit.xml").contains("failures=\"0\""));
}
