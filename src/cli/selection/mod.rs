//! What was asked for, as a plan: which requests of which files run, and in which order.

mod git;
mod machine;

use std::path::Path;
use std::time::SystemTime;

use crate::diagnostic::Diagnostic;
use crate::history::{Archive, History};
use crate::report::history::Times;
use crate::run::{Changes, Environments, Plan, Planner, Selection, Shard};
use crate::source::Root;

use super::arguments::{FileOrder, SelectionArguments, ShardArgument, VariableArguments};
use super::project::{Project, Stop};
use super::terminal::{self, Terminal};

/// What is asked for.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) arguments: &'a SelectionArguments,
    /// The variables that are given, and the environment that was named.
    pub(super) variables: &'a VariableArguments,
    /// How many times each file is run.
    pub(super) repeat: usize,
}

/// What was chosen.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) plan: Plan,
    /// What its requests find there.
    pub(super) environments: Environments,
    /// What makes random values, and a random order, the same again.
    pub(super) seed: Option<u64>,
    /// Whether the times of the run say something of other runs.
    pub(super) times: Times,
}

/// Finds and reads the specs that were named, and chooses from them.
pub(super) fn choose(project: &Project, wanted: &Wanted<'_>, terminal: &Terminal) -> Result<Chosen, Stop> {
    let arguments = wanted.arguments;
    let shard = arguments.shard.map(of_machine).transpose()?;
    let is_random = arguments.order == FileOrder::Random;
    // Short enough to be typed again.
    let seed = arguments.seed.or_else(|| is_random.then(|| fastrand::u64(..1_000_000)));
    let mut planner = Planner {
        selection: Selection::new(&arguments.tags, arguments.name.as_deref()).map_err(|problem| vec![problem])?,
        changes: arguments.changed.as_ref().map(|since| changes(project, since)).transpose()?,
        setup: project.files(&project.configuration.setup)?,
        teardown: project.files(&project.configuration.teardown)?,
        shard,
        order: seed.filter(|_| is_random),
        history: known(project, arguments.last_failed, shard.is_some())?,
        defaults: project.defaults(wanted.variables.environment.as_deref()),
        environments: Environments::default(),
        dialect: project.dialect(arguments),
        root: project.root.clone(),
        output: project.output.clone(),
        repeat: wanted.repeat,
        now: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(),
    };
    let failed = if arguments.last_failed { last_failed(&mut planner, arguments, terminal) } else { None };
    let mut plan = failed.unwrap_or_else(|| planner.plan(&arguments.paths));
    if plan.is_empty() && !plan.is_elsewhere() {
        return Err(Stop::nothing(arguments));
    }
    let mut environments = project.environments(wanted.variables, arguments, &plan, &terminal.redactor)?;
    // Only now it is known which environments concern the specs, and these may take something from requests.
    if plan.brought() > 0 || (environments.derive() && plan.is_cut()) {
        planner.environments = environments;
        plan = planner.plan(&arguments.paths);
        environments = project.environments(wanted.variables, arguments, &plan, &terminal.redactor)?;
    }
    tell(&plan, seed.filter(|_| is_random), shard, arguments, terminal);
    Ok(Chosen { plan, environments, seed, times: if shard.is_some() { Times::Left } else { Times::Kept } })
}

/// The archive of a project's history, if it keeps one. Without a project nothing is written
/// into a folder that only holds specs.
pub(super) fn archive(project: &Project) -> Option<Archive> {
    let root = project.root.as_ref()?.folder();
    match &project.configuration.history {
        None => Some(Archive::in_project(root)),
        Some(path) => path.as_ref().map(|path| Archive::at(root, path)),
    }
}

/// What is known of earlier runs, as far as it is asked for: a share of the files goes without.
fn known(project: &Project, must_be: bool, can_be: bool) -> Result<History, Stop> {
    let reason = match project.root {
        Some(_) => "the project has `history: false`",
        None => "it is kept for a project, a folder with `rqtest.yaml`, which may be empty",
    };
    match archive(project) {
        Some(archive) if must_be || can_be => archive.read().map_err(|error| {
            Stop::from(vec![Diagnostic::error(error).help(
                "remove it, and the next run writes it again, or name another file with `history:` in rqtest.yaml",
            )])
        }),
        None if must_be => Err(Stop::usage(format!("nothing is known of earlier runs: {reason}"))),
        _ => Ok(History::default()),
    }
}

fn of_machine(argument: ShardArgument) -> Result<Shard, Stop> {
    match argument {
        ShardArgument::Given(shard) => Ok(shard),
        ShardArgument::Auto => machine::shard(terminal::variable).map_err(Stop::usage),
    }
}

fn changes(project: &Project, since: &str) -> Result<Changes, Stop> {
    let folder = project.root.as_ref().map_or(Path::new("."), Root::folder);
    git::changes(folder, since).map_err(Stop::usage)
}

/// The plan of what did not pass when it ran last; none, if there is no such thing.
fn last_failed(planner: &mut Planner, arguments: &SelectionArguments, terminal: &Terminal) -> Option<Plan> {
    let all = planner.selection.clone();
    planner.selection = all.clone().only_failed();
    let plan = planner.plan(&arguments.paths);
    if !plan.is_empty() || plan.is_elsewhere() {
        return Some(plan);
    }
    planner.selection = all;
    terminal
        .diagnostic(&Diagnostic::info("nothing of this is known to have failed in the last run: all of it is chosen"));
    None
}

/// Says what cannot be seen from what runs.
fn tell(plan: &Plan, drawn: Option<u64>, shard: Option<Shard>, arguments: &SelectionArguments, terminal: &Terminal) {
    match plan.brought() {
        0 => {}
        1 => terminal.diagnostic(&Diagnostic::info("1 request runs along: what was chosen takes something from it")),
        count => {
            let message = format!("{count} requests run along: what was chosen takes something from them");
            terminal.diagnostic(&Diagnostic::info(message));
        }
    }
    if let Some(seed) = drawn {
        terminal.diagnostic(&Diagnostic::info(format!("the files are in random order: `--seed {seed}` repeats it")));
    }
    if let Some(shard) = shard {
        let all = plan.chosen() + plan.left();
        terminal.diagnostic(&Diagnostic::info(format!("shard {shard}: {} of {all} files", plan.chosen())));
    }
    if let Some(since) = &arguments.changed
        && plan.is_empty()
        && plan.left() == 0
    {
        terminal.diagnostic(&Diagnostic::info(format!("nothing here has changed since {since}")));
    }
}
