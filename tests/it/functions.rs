//! Functions in templates over the whole run: random values with a seed, and keys that nothing shows.

use std::collections::BTreeSet;

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

/// What other files import, and run with variables that make it work out its own anew.
const SHARED: &str = "\
@id = {{uuid()}}

### create
GET {{api}}/get?kind={{kind}}&id={{id}}&own={{uuid(7)[14:]}}
";

const DRAWING: &str = "\
import _shared.http

@once = {{random_int(0, 1000000000)}}

### first
GET {{api}}/get?once={{once}}&name={{fake(\"name.fullName\") | url_encode}}&id={{$uuid}}

### second
# @repeat 3
GET {{api}}/get?once={{once}}&list={{shuffle(range(20)) | join(\"-\")}}

### runs
run #create (@kind = a)

###
run #create (@kind = b)
";

fn run(project: &Project, arguments: &[&str]) -> Ran {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let fixed = [".", "--json", "report.json", "--color", "never"];
    project.run_against(&server.base_url(), &[&fixed, arguments].concat())
}

/// What each case of each file asked for, in the order of the plan.
fn targets(project: &Project, arguments: &[&str]) -> Vec<String> {
    let ran = run(project, arguments);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let cases = report["files"].as_array().unwrap().iter().flat_map(|file| file["cases"].as_array().unwrap());
    let url = |case: &Value| case["attempts"][0]["exchanges"][0]["url"].as_str().unwrap().to_owned();
    cases.map(|case| url(case).split_once("/get?").unwrap().1.to_owned()).collect()
}

fn drawing_files() -> Project {
    let files = ["a.http", "b.http", "c.http", "d.http", "e.http", "f.http"];
    files.iter().fold(Project::new().file("_shared.http", SHARED), |project, file| project.file(file, DRAWING))
}

#[test]
fn a_seed_gives_the_same_run_however_many_files_run_side_by_side() {
    let project = drawing_files();
    let alone = targets(&project, &["--seed", "7", "--jobs", "1"]);
    for jobs in ["2", "6", "6"] {
        assert_eq!(targets(&project, &["--seed", "7", "--jobs", jobs]), alone, "{jobs}");
    }
    let another = targets(&project, &["--seed", "8"]);
    assert!(alone.iter().zip(&another).all(|(one, other)| one != other));
}

#[test]
fn what_a_seed_draws_differs_by_file_by_request_and_by_run() {
    let project = drawing_files();
    let targets = targets(&project, &["--seed", "7", "--repeat", "2"]);
    let different: BTreeSet<&String> = targets.iter().collect();
    assert_eq!((targets.len(), different.len()), (6 * 2 * 6, targets.len()), "{targets:#?}");
}

#[test]
fn a_request_draws_the_same_whether_others_run_or_not() {
    let project = drawing_files();
    let all = targets(&project, &["--seed", "7"]);
    let second = targets(&project, &["--seed", "7", "--name", "second"]);
    assert!(!second.is_empty() && second.iter().all(|target| all.contains(target)), "{second:#?}");
}

#[test]
fn keys_of_functions_are_shown_nowhere() {
    let pem = include_str!("../inputs/keys/rsa.pem");
    let spec = "\
### signs
# @assert header x-text == never
GET {{api}}/headers
X-Text: {{ \"a\" | hmac_sha256(\"a-key-in-clear\") }} a-key-in-clear
X-Token: {{ jwt_sign({\"sub\": \"7\"}, \"another-key\") }} another-key
X-Signed: {{ jwt_sign({\"sub\": \"7\"}, file(\"key.pem\"), alg=\"RS256\") | jwt_verify(file(\"key.pem\")) }}

### decodes
GET {{api}}/get?x={{ hmac_md5(\"a-third-key\", \"a\") }}{{ \"*\" | base64_decode }}
";
    let project = Project::new().file("a.http", spec).file("key.pem", pem);
    let ran = run(&project, &["--verbose"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let shown = format!("{}{}{}", ran.stdout, ran.stderr, project.read("report.json"));
    assert!(shown.contains("X-Signed: true") && shown.contains("the value is not base64"), "{shown}");
    for key in ["a-key-in-clear", "another-key", "a-third-key"] {
        assert!(!shown.contains(key), "{key}:\n{shown}");
    }
}
