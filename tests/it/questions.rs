//! What only a person knows: asked on a terminal, given with `--var`, an error elsewhere.

use crate::support::Project;

fn project() -> Project {
    let server = "servers:\n  api: {builtin: practice}\n";
    let spec = "\
### One
# @prompt user Who are you?
# @secret password
POST {{api}}/login
Content-Type: application/x-www-form-urlencoded

user={{user}}&password={{password}}

?? status == 200

### Another
# @prompt user Who are you, again?
GET {{api}}/get?user={{user}}&unused=1

?? body $.args.user == ada
";
    Project::new().file("rqtest.yaml", server).file("a.http", spec)
}

#[test]
fn where_nobody_can_be_asked_the_error_says_how_to_give_the_value() {
    let ran = project().run(&["run", "a.http"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.stdout.lines().filter(|line| !line.contains("ms")).collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_command_line_answers_and_a_secret_stays_one() {
    let ran = project().run(&["run", "a.http", "--var", "user=ada", "--var", "password=lovelace", "-v"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert!(ran.stdout.contains("user=ada&password=***"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("lovelace"), "{}", ran.stdout);
}

#[cfg(unix)]
mod on_a_terminal {
    use crate::support::{Project, PseudoTerminal};

    use super::project;

    #[test]
    fn a_person_is_asked_once_and_a_secret_is_not_shown() {
        let project = project();
        let mut terminal = PseudoTerminal::start(project.command().args(["run", "a.http", "-v"]));
        terminal.wait_for("Who are you?: ");
        terminal.enter("ada\n");
        terminal.wait_for("password: ");
        terminal.enter("lovelace\n");
        let (code, printed) = terminal.finish();
        assert_eq!(code, 0, "{printed}");
        assert!(!printed.contains("lovelace") && printed.contains("***"), "{printed}");
        assert!(!printed.contains("again"), "{printed}");
    }

    #[test]
    fn questions_of_parallel_files_come_one_by_one() {
        let spec = "GET {{api}}/get?a={{$input-askonce color}}&b={{$input size $value: big}}&c={{$pick kind $value: x,y}}\n\n\
             ?? body $.args.a == red\n?? body $.args.b in [big, small]\n?? body $.args.c == y\n";
        let project = project().file("b.http", spec).file("c.http", spec);
        let mut terminal = PseudoTerminal::start(project.command().args(["run", "b.http", "c.http"]));
        let mut asked = Vec::new();
        for _ in 0..5 {
            let questions = ["color: ", "size [big]: ", "1) x\r\n  2) y\r\nkind: "];
            let question = terminal.wait_for_any(&questions);
            terminal.enter(["red\n", "\n", "2\n"][question]);
            asked.push(question);
        }
        let (code, printed) = terminal.finish();
        assert_eq!(code, 0, "{printed}");
        asked.sort_unstable();
        assert_eq!(asked, [0, 1, 1, 2, 2]);
    }

    #[test]
    fn nobody_is_asked_for_what_does_not_run_anyway() {
        let spec = "### one\nGET {{api}}/status/500\n\n?? status == 200\n\n\
                    ### two\n# @needs one\n# @prompt who Who?\n# @if who == ada\nGET {{api}}/get\n";
        let project = project().file("n.http", spec);
        let mut terminal = PseudoTerminal::start(project.command().args(["run", "n.http"]));
        terminal.wait_for("1 skipped");
        let (code, printed) = terminal.finish();
        assert_eq!(code, 1, "{printed}");
        assert!(!printed.contains("Who?"), "{printed}");
    }

    #[test]
    fn a_signal_ends_a_question_and_gives_the_terminal_back() {
        let project = project().file("s.http", "# @secret password\nGET {{api}}/get?p={{password}}\n");
        let mut terminal = PseudoTerminal::start(project.command().args(["run", "s.http"]));
        terminal.wait_for("password: ");
        terminal.terminate();
        let (code, printed) = terminal.finish();
        assert_eq!(code, 143, "{printed}");
    }

    #[test]
    fn in_ci_nobody_is_asked_though_there_is_a_terminal() {
        let project: Project = project();
        let terminal = PseudoTerminal::start(project.command().args(["run", "a.http"]).env("CI", "true"));
        let (code, printed) = terminal.finish();
        assert_eq!(code, 1, "{printed}");
        assert!(printed.contains("nobody at a terminal"), "{printed}");
    }
}
