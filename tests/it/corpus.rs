//! The corpus: small `.http` files, one construct each, as people write them in the editors
//! that share the format, and what each file puts on the wire.
//!
//! A snapshot holds the requests of a file as a server receives them, without what the
//! client adds to all of them. What is named `err_…` must not pass, and its snapshot also
//! holds what is said of that. `.ci/peers` sends the same files through httpYac.

use std::path::Path;

use crate::support::{Project, Ran, Recorder};
use crate::wire::essence;

#[test]
fn jetbrains() {
    check("jetbrains", &["--dialect", "jetbrains", "--env", "dev"]);
}

#[test]
fn vscode() {
    check("vscode", &["--dialect", "vscode"]);
}

#[test]
fn httpyac() {
    check("httpyac", &["--dialect", "httpyac", "--env", "dev"]);
}

#[test]
fn kulala() {
    check("kulala", &[]);
}

#[test]
fn visual_studio() {
    check("visualstudio", &["--env", "dev"]);
}

#[test]
fn standard() {
    check("standard", &["--dialect", "standard"]);
}

/// Runs each file of a folder by itself, and holds it to its snapshot.
fn check(folder: &str, arguments: &[&str]) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/http").join(folder);
    let (project, recorder) = (Project::of(&source), Recorder::start());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../snapshots/corpus/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut wrong = Vec::new();
    for file in specs(&source) {
        let ran = run(&project, &recorder, &file, arguments);
        let must_fail = file.starts_with("err_");
        if (ran.code != 0) != must_fail {
            wrong.push(format!("{folder}/{file} ended with {}:\n{}{}", ran.code, ran.stdout, ran.stderr));
        }
        let mut shown: Vec<String> = recorder.take().iter().map(|request| essence(request, &recorder)).collect();
        if must_fail {
            shown.push(errors(&ran).replace(&recorder.authority(), "HOST"));
        }
        settings.bind(|| insta::assert_snapshot!(file.as_str(), shown.join("\n\n=====\n\n")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The names of the spec files of a folder, in order.
fn specs(folder: &Path) -> Vec<String> {
    let names = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut specs: Vec<String> = names.filter(|name| name.ends_with(".http") || name.ends_with(".rest")).collect();
    specs.sort();
    specs
}

fn run(project: &Project, recorder: &Recorder, file: &str, arguments: &[&str]) -> Ran {
    let authority = recorder.authority();
    let (host, authority) = (format!("host=http://{authority}"), format!("authority={authority}"));
    let fixed = ["run", file, "--var", &host, "--var", &authority, "--seed", "7", "--color", "never"];
    project.run(&[&fixed, arguments].concat())
}

/// What is said of what did not pass, each with its place.
fn errors(ran: &Ran) -> String {
    let lines = ran.stdout.lines().take_while(|line| !line.trim_start().starts_with("requests "));
    // How long an exchange took is another matter.
    lines.filter(|line| line.starts_with("    ") && !line.ends_with(" ms")).collect::<Vec<_>>().join("\n")
}
