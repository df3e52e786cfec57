//! The README: every example in it is run, every flag and directive that it names is
//! known, and every flag that there is, is in it.

use std::collections::BTreeSet;
use std::error::Error;

use regex::Regex;
use rqtest::serve::PracticeServer;
use serde_json::{Value, json};

use crate::support::Project;

const README: &str = include_str!("../../README.md");

/// What stands between two fences.
struct Block {
    /// The line of its first fence.
    line: usize,
    /// The first word after the fence.
    language: &'static str,
    /// The second word: the name of a file of the README's project, or what kind of example it is.
    role: &'static str,
    text: String,
    /// What follows it, up to the next heading or fence.
    below: Vec<&'static str>,
}

fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut is_open, mut is_below) = (false, false);
    for (index, line) in README.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if is_open => (is_open, is_below) = (false, true),
            Some(info) => {
                let (language, role) = info.split_once(' ').unwrap_or((info, ""));
                is_open = true;
                blocks.push(Block { line: index + 1, language, role, text: String::new(), below: Vec::new() });
            }
            None if line.starts_with('#') && !is_open => is_below = false,
            None => {
                let Some(block) = blocks.last_mut() else { continue };
                if is_open {
                    block.text += &format!("{line}\n");
                } else if is_below {
                    block.below.push(line);
                }
            }
        }
    }
    blocks
}

fn block(language: &str, role: &str) -> Block {
    let is_it = |block: &Block| block.language == language && block.role == role;
    blocks().into_iter().find(is_it).unwrap_or_else(|| panic!("there is no block `{language} {role}`"))
}

/// The files that the README gives names to.
fn project() -> Project {
    let named = blocks().into_iter().filter(|block| block.role.contains('.'));
    named.fold(Project::new().file(".env", "TOKEN=t\n"), |project, block| project.file(block.role, block.text))
}

/// Runs spec files of a project, all of which must pass.
fn pass(project: &Project, files: &[String]) {
    let arguments: Vec<&str> = std::iter::once("run").chain(files.iter().map(String::as_str)).collect();
    let ran = project.run(&arguments);
    assert!(!files.is_empty());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
}

/// The cells of a row of a table.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim().trim_start_matches('|').trim_end_matches('|');
    line.replace(r"\|", "\0").split('|').map(|cell| cell.trim().replace('\0', "|")).collect()
}

/// What stands between backticks.
fn code(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_spec_passes() {
    let mut project = project();
    let mut files = vec!["users.http".to_owned()];
    for block in blocks().into_iter().filter(|block| block.role.is_empty()) {
        if matches!(block.language, "http" | "yaml") {
            let name = format!("README.md-{}.{}", block.line, block.language);
            project = project.file(&name, block.text);
            files.push(name);
        }
    }
    pass(&project, &files);
}

/// Snapshots are there once they were asked for.
#[test]
fn every_snapshot_is_written_and_then_holds() {
    let mut project = project();
    let mut files = Vec::new();
    for block in blocks().into_iter().filter(|block| block.role == "snapshot") {
        files.push(format!("README.md-{}.{}", block.line, block.language));
        project = project.file(files.last().unwrap(), block.text);
    }
    let arguments = ["run", "--update-snapshots"].into_iter().chain(files.iter().map(String::as_str));
    assert_eq!(project.run(&arguments.collect::<Vec<_>>()).code, 0);
    pass(&project, &files);
}

#[test]
fn every_assertion_of_a_table_holds() {
    let mut project = project();
    let mut files = Vec::new();
    for block in blocks().into_iter().filter(|block| block.role == "example") {
        let rows = block.below.iter().filter(|line| line.starts_with('|')).map(|line| cells(line));
        let examples: Vec<String> =
            rows.flat_map(|row| row.last().map(|cell| code(cell)).unwrap_or_default()).collect();
        assert!(examples.len() > 5, "the tables below line {} have few examples", block.line);
        let assertions: String = examples.iter().map(|example| format!("\n?? {example}")).collect();
        files.push(format!("README.md-{}.http", block.line));
        project = project.file(files.last().unwrap(), block.text + &assertions);
    }
    pass(&project, &files);
}

#[test]
fn every_script_of_the_table_holds() {
    let block = block("http", "after");
    let rows = block.below.iter().filter(|line| line.starts_with('|')).map(|line| cells(line));
    let examples: Vec<String> = rows.flat_map(|row| row.last().map(|cell| code(cell)).unwrap_or_default()).collect();
    assert!(examples.len() > 30);
    let test = |example: &String| format!("client.test({}, () => client.assert({example}));\n", json!(example));
    let tests: String = examples.iter().map(test).collect();
    let project = project().file("a.http", format!("{}\n> {{%\n{tests}%}}\n", block.text));
    pass(&project, &["a.http".to_owned()]);
}

#[test]
fn every_directive_of_the_table_is_known() {
    let rows = README.lines().filter(|line| line.starts_with("| `# @")).map(cells);
    let directives: Vec<String> = rows.flat_map(|row| code(&row[0])).collect();
    assert!(directives.len() > 15);
    for directive in directives {
        let message = if directive == "# @raw" { "\nGET / HTTP/1.1\n" } else { "" };
        let login = "###\n# @name login\nGET https://example.org/\n";
        let project = project()
            .file("session.http", login)
            .file("a.http", format!("{directive}\nGET https://example.org/\n{message}\n{login}"));
        let checked = project.run(&["check", "a.http"]);
        assert_eq!((checked.code, checked.stderr.as_str()), (0, ""), "{directive}");
    }
}

#[test]
fn every_template_of_the_table_renders() {
    let rows = README.lines().filter(|line| line.starts_with("| `{{")).map(cells);
    let fakes = README.lines().filter(|line| line.starts_with("| `$random.")).map(cells);
    let fakes = fakes.flat_map(|row| {
        let group = row[0].trim_matches('`').to_owned();
        code(&row[1]).into_iter().map(move |name| format!("{{{{{group}.{name}}}}}"))
    });
    // The opening braces of scripts stand in a table of their own.
    let written = rows.flat_map(|row| code(&row[0])).filter(|template| template.ends_with("}}"));
    let templates: Vec<String> = written.chain(fakes).collect();
    assert!(templates.len() > 30);
    let login = json!({"name": "login", "post": "{{ api }}/login", "json": {"user": "ada", "password": "lovelace"}});
    let request = |template: &String| {
        // What counts turns is known in a loop alone.
        let times = if template.contains("$index") { 2 } else { 1 };
        json!({"name": template, "repeat": times, "post": "{{ api }}/anything", "text": template})
    };
    let slides = json!({"name": "slides", "get": "{{ api }}/xml"});
    let requests: Vec<Value> = [login, slides].into_iter().chain(templates.iter().map(request)).collect();
    let spec = json!({"variables": {"page": 1, "base": "b", "users": [{"id": 1}, {"id": 2}]}, "requests": requests});
    let project = project().file("a.yaml", spec.to_string());
    // What a person is asked for, in the examples of it.
    let ran = project.run(&["run", "a.yaml", "--var", "code=1234"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
}

#[test]
fn the_configuration_is_read() {
    let configurations: Vec<Block> = blocks().into_iter().filter(|block| block.role == "configuration").collect();
    assert!(configurations.len() > 2);
    for block in configurations {
        let project = project().file("configuration.yaml", block.text);
        let listed = project.run(&["list", "users.http", "--config", "configuration.yaml"]);
        assert_eq!((listed.code, listed.stderr.as_str()), (0, ""), "line {}", block.line);
    }
}

#[test]
fn every_link_leads_to_a_heading() {
    let is_of_an_anchor = |letter: &char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    let anchor = |heading: &str| -> String {
        heading.to_lowercase().replace(' ', "-").chars().filter(is_of_an_anchor).collect()
    };
    let headings = README.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
    let anchors: BTreeSet<String> = headings.map(anchor).collect();
    let link = Regex::new(r"\]\(#([^)]*)\)").unwrap();
    for found in link.captures_iter(README) {
        assert!(anchors.contains(&found[1]), "nothing is called #{}", &found[1]);
    }
}

#[test]
fn the_failure_looks_as_it_is_shown() {
    let ran = project().run(&["run", "failing.http"]);
    assert_eq!(ran.code, 1);
    let without_numbers = |text: &str| {
        let text = Regex::new(r"[0-9.]+ m?s\b|\d+ requests/s").unwrap().replace_all(text, "TIME").into_owned();
        Regex::new(r"127\.0\.0\.1:\d+").unwrap().replace_all(&text, "HOST").trim().to_owned()
    };
    assert_eq!(without_numbers(&ran.stdout), without_numbers(&block("text", "").text));
}

#[test]
fn the_members_of_the_json_report_are_there() {
    let project = project()
        .file("_shared.http", "###\n# @name shared\nGET {{api}}/get\n")
        .file("importing.http", "import _shared.http\n\n###\nrun #shared\n");
    project.run(&["run", "failing.http", "importing.http", "--json", "report.json"]);
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let mut members = BTreeSet::new();
    collect_members(&report, &mut members);
    let (_, item) = README.split_once("- **JSON**").unwrap();
    let (item, _) = item.split_once("\n\n").unwrap();
    let named: BTreeSet<String> = code(item).into_iter().filter(|word| !word.starts_with("--")).collect();
    assert!(named.len() > 20);
    assert_eq!(named.difference(&members).collect::<Vec<_>>(), Vec::<&String>::new());
}

fn collect_members(value: &Value, members: &mut BTreeSet<String>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| collect_members(element, members)),
        Value::Object(entries) => entries.iter().for_each(|(name, value)| {
            members.insert(name.clone());
            collect_members(value, members);
        }),
        _ => {}
    }
}

#[test]
fn the_flags_are_those_of_the_help() {
    let flags = |text: &str| -> BTreeSet<String> {
        let flag = Regex::new("--[a-z][a-z-]*").unwrap();
        flag.find_iter(text).map(|found| found.as_str().to_owned()).collect()
    };
    let fenced = Regex::new("(?ms)^```.*?^```|(?-s:^.*cargo .*$)").unwrap();
    let project = Project::new();
    let help = |command: &[&str]| project.run(&[command, &["--help"]].concat()).stdout;
    let commands: &[&[&str]] = &[&[], &["run"], &["list"], &["check"], &["serve"]];
    let known: BTreeSet<String> = commands.iter().flat_map(|command| flags(&help(command))).collect();
    assert_eq!(flags(&fenced.replace_all(README, "")), known);
}

#[test]
fn the_client_does_what_is_shown() {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    use_client(&server.base_url()).unwrap();
    let lines = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let shown = lines(&block("rust", "").text);
    assert!(lines(include_str!("readme.rs")).contains(&shown), "`use_client` is something else");
}

#[rustfmt::skip]
fn use_client(api: &str) -> Result<(), Box<dyn Error>> {
    use std::time::Duration;

    use rqtest::client::Session;
    use serde_json::json;

    let session = Session::new(); // keeps connections and cookies
    let created = session
        .post(&format!("{api}/users"))
        .param("notify", true)
        .header("X-Source", "rqtest")
        .json(&json!({"name": "Barbara", "email": "barbara@example.org"}))
        .timeout(Duration::from_secs(5))
        .send()?;
    created.raise_for_status()?;
    assert_eq!(created.json_value()?["name"], "Barbara");
    Ok(())
}
