//! The project's own specs: documentation that must be true.

use crate::support::Project;

#[test]
fn the_specs_pass_on_the_practice_server() {
    let project = Project::with_specs();
    let ran = project.run(&["run", "specs", "--junit", "junit.xml"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(project.read("junit.xml").contains("failures=\"0\""));
}
