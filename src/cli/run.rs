//! `rqtest run`.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Style};
use crate::report::console::{self, Console, Progress, Verbosity};
use crate::report::history::Historian;
use crate::report::json::Json;
use crate::report::junit::{self, Junit};
use crate::report::{Reporters, Target};
use crate::run::{Browser, Detail, Environments, Executor, Interrupt, Options, Servers, SnapshotMode};
use crate::secret::Redactor;
use crate::source::{Spanned, is_same_file};
use crate::spec::Retry;
use crate::template::Engine;

use super::arguments::RunArguments;
use super::exit::Exit;
use super::project::{Project, Stop};
use super::questioner::Questioner;
use super::review::{self, Review};
use super::selection::{self, Wanted};
use super::signals::Signals;
use super::terminal::{self, Terminal};
use super::{proxies, servers};

/// Requests in flight where nothing is said of it: they wait for a network, not for cores.
const JOBS: NonZeroUsize = NonZeroUsize::new(8).expect("eight is not zero");

/// The most bytes of a body that are shown with what happens on the wire.
const TRACED_BODY: usize = 16 * 1024;

/// Runs what was named, and reports.
pub(super) fn run(arguments: &RunArguments, terminal: &Terminal) -> Exit {
    run_project(arguments, terminal).unwrap_or_else(|stop| stop.report(terminal))
}

fn run_project(arguments: &RunArguments, terminal: &Terminal) -> Result<Exit, Stop> {
    let mut project = Project::open(&arguments.selection)?;
    if arguments.cookie_jar.is_some() {
        // What is said on the command line counts more than what the configuration says.
        project.configuration.all_defaults().for_each(|defaults| defaults.settings.cookie_jar = None);
    }
    project.output.clone_from(&arguments.output_root);
    let redactor = Arc::clone(&terminal.redactor);
    if let Some(proxy) = &arguments.proxy {
        project.take_proxy(proxy, &redactor)?;
    }
    let wanted =
        Wanted { arguments: &arguments.selection, variables: &arguments.variables, repeat: arguments.repeat as usize };
    let chosen = selection::choose(&project, &wanted, terminal)?;
    let (plan, mut environments) = (chosen.plan, chosen.environments);
    plan.teach(&redactor);
    let interrupt = Interrupt::default();
    let person = Questioner::at(terminal, &interrupt);
    let mut review = arguments.review.then(|| Review::by(person.clone())).transpose()?;
    let options =
        Options { proxies: proxies::of_environment(&redactor)?, person, ..options(arguments, &project, terminal)? };
    let engine = Engine::new(chosen.seed).reading(project.dialect(&arguments.selection));
    let signals =
        Signals::raise(interrupt.clone()).map_err(|error| Stop::usage(format!("signals cannot be caught: {error}")))?;
    // Held to the end of the run: the servers end with it.
    let running = start_servers(&project, &engine, &mut environments, &interrupt);
    let _running = match running {
        Ok(running) => running,
        Err(stop) => return signals.received().map_or(Err(stop), |signal| Ok(Exit::Signal(signal))),
    };
    let mut reporters = reporters(arguments, &project, terminal, &redactor)?;
    let archive = selection::archive(&project);
    let mut historian = archive.map(|archive| Historian::new(archive, Arc::clone(&redactor), chosen.times));
    let executor = Executor::new(options, engine, environments, redactor, interrupt)
        .map_err(|error| Stop::usage(format!("the threads of --jobs cannot be started: {error}")))?;
    executor.run(plan, |event| {
        historian.iter_mut().for_each(|historian| historian.event(&event));
        review.iter_mut().for_each(|review| review.event(&event));
        reporters.event(&event);
    });
    let snapshots = executor.snapshots();
    // Closes the connections: where descriptors are few, the reports need them.
    drop(executor);
    let (statistics, errors) = reporters.finish();
    if let Some(Err(error)) = historian.map(Historian::finish) {
        let warning = Diagnostic::warning(format!("what passed and what did not is not kept: {error}"));
        terminal.diagnostic(&warning.help("`history: false` in rqtest.yaml has nothing kept"));
    }
    let mut unwritten = false;
    for error in errors.iter().filter(|error| error.kind() != io::ErrorKind::BrokenPipe) {
        terminal.error(error);
        unwritten = true;
    }
    review::tell(&snapshots, &arguments.selection, terminal);
    if let Some(review) = review {
        review.go_through(terminal);
    }
    Ok(match signals.received() {
        Some(signal) => Exit::Signal(signal),
        None if unwritten => Exit::Report,
        None if statistics.total().is_success() => Exit::Passed,
        None => Exit::Failed,
    })
}

/// Starts the project's servers, but those whose base URL is given; each base URL becomes a variable.
fn start_servers(
    project: &Project,
    engine: &Engine,
    environments: &mut Environments,
    interrupt: &Interrupt,
) -> Result<Servers, Stop> {
    let needed = servers::needed(&project.configuration, engine, &environments.home().variables)?;
    let running = Servers::start(&needed, interrupt).map_err(|error| Stop::usage(error.to_string()))?;
    for environment in environments.iter_mut() {
        let variables = Arc::make_mut(&mut environment.variables);
        variables.project = running.base_urls().map(|(name, base_url)| (name.to_owned(), base_url.into())).collect();
        project.define_variables(engine, variables)?;
    }
    Ok(running)
}

fn options(arguments: &RunArguments, project: &Project, terminal: &Terminal) -> Result<Options, Stop> {
    let configuration = &project.configuration;
    let jobs = configuration.jobs.as_ref().map(|jobs| jobs.value);
    let fail_fast = configuration.fail_fast.as_ref().is_some_and(|wanted| wanted.value);
    let retry = configuration.retry.as_ref().map(|retry| retry.value.clone());
    let given = arguments.browser.clone().map(|program| Browser::named(vec![program]));
    let browser = given.or_else(|| configuration.browser.clone());
    Ok(Options {
        jobs: arguments.jobs.or(jobs).unwrap_or(JOBS).get(),
        fail_fast: arguments.fail_fast || fail_fast,
        retry: arguments.retry.map(Retry::times).or(retry),
        delay: arguments.delay.unwrap_or_default(),
        cookie_jar: arguments.cookie_jar.clone(),
        person: None,
        browser: browser.unwrap_or(if terminal.has_person() { Browser::Person } else { Browser::Nobody }),
        key_log: arguments.key_log.as_ref().map(key_log).transpose()?,
        snapshots: if arguments.update_snapshots { SnapshotMode::Update } else { SnapshotMode::Compare },
        detail: if arguments.verbose > 0 { Detail::Full } else { Detail::Summary },
        trace: match arguments.verbose {
            0 | 1 => None,
            2 => Some(0),
            _ => Some(TRACED_BODY),
        },
        proxies: None,
    })
}

/// The file of `--key-log`, or the one that the environment names.
fn key_log(named: &Option<PathBuf>) -> Result<PathBuf, Stop> {
    let of_environment = || terminal::variable("SSLKEYLOGFILE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let message = "--key-log needs a file: write --key-log=FILE, or set SSLKEYLOGFILE";
    named.clone().or_else(of_environment).ok_or_else(|| Stop::usage(message))
}

fn reporters(
    arguments: &RunArguments,
    project: &Project,
    terminal: &Terminal,
    redactor: &Arc<Redactor>,
) -> Result<Reporters, Stop> {
    let configuration = &project.configuration;
    let path = |given: &Option<PathBuf>, configured: &Option<Spanned<PathBuf>>| {
        given.clone().or_else(|| configured.as_ref().map(|path| path.value.clone()))
    };
    let (junit, json) = (path(&arguments.junit, &configuration.junit), path(&arguments.json, &configuration.json));
    if junit.is_some() && junit == json {
        return Err(Stop::usage("the JUnit and the JSON report cannot be the same file"));
    }
    let history = selection::archive(project);
    let is_history = |path: &PathBuf| history.as_ref().is_some_and(|history| is_one_file(path, history.path()));
    if [&junit, &json].into_iter().flatten().any(is_history) {
        return Err(Stop::usage("a report and the history of the project cannot be the same file"));
    }
    let mut reporters = Reporters::default();
    // A report that goes to standard output has it for itself.
    let (out, style): (Box<dyn Write + Send>, _) = if [&junit, &json].into_iter().flatten().any(|path| is_stdout(path))
    {
        (Box::new(io::stderr()), terminal.error)
    } else {
        (Box::new(io::stdout()), terminal.output)
    };
    let options = console_options(arguments, style, terminal.shows_progress());
    reporters.add("console", Console::new(out, Arc::clone(redactor), options));
    if let Some(path) = junit {
        let options = junit::Options { layout: arguments.junit_layout.into(), ..junit::Options::default() };
        reporters.add(path.display().to_string(), Junit::new(target(&path), Arc::clone(redactor), options));
    }
    if let Some(path) = json {
        reporters.add(path.display().to_string(), Json::new(target(&path), Arc::clone(redactor)));
    }
    Ok(reporters)
}

fn console_options(arguments: &RunArguments, style: Style, has_bar: bool) -> console::Options {
    let verbosity = match (arguments.quiet, arguments.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, 0) => Verbosity::Normal,
        (_, 1) => Verbosity::Verbose,
        (_, 2) => Verbosity::Wire,
        _ => Verbosity::WireAndBodies,
    };
    let progress = if has_bar { Progress::Bar } else { Progress::Hidden };
    console::Options { style, verbosity, progress }
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// Whether two paths are those of one file, which need not be there yet.
fn is_one_file(one: &Path, other: &Path) -> bool {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    is_same_file(one, other) || absolute(one).is_some_and(|one| absolute(other) == Some(one))
}

/// A file, or standard output for `-`.
fn target(path: &Path) -> Target {
    if is_stdout(path) { Target::Writer(Box::new(io::stdout())) } else { Target::File(path.to_owned()) }
}
