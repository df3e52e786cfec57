//! The flags of each command.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::report::junit::Layout;
use crate::run::{Input, Shard};
use crate::spec::{Dialect, MOST_REPEATS, parse_duration};

/// Runs declarative API tests: `.http` and YAML files in, JUnit out.
#[derive(Debug, Parser)]
#[command(name = "rqtest", version, max_term_width = 100, disable_help_subcommand = true)]
pub(super) struct Arguments {
    /// When to use colours.
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    pub(super) color: Color,
    #[command(subcommand)]
    pub(super) command: Command,
}

fn jobs(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "write a whole number from 1")
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    parse_duration(text).ok_or("write a number and a unit: 500ms, 2s")
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run spec files and report.
    Run(Box<RunArguments>),
    /// List the requests that would run, without sending any.
    List(ListArguments),
    /// Tell what runs of spec files, what editors read differently, and what is wrong, without sending anything.
    Check(CheckArguments),
    /// Serve the built-in practice server, with httpbin's endpoints.
    Serve(ServeArguments),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    Always,
    Never,
}

/// What all commands that read spec files take.
#[derive(Args, Debug)]
pub(super) struct SelectionArguments {
    /// Spec files (`file`, or `file:LINE` for one request of it) and folders.
    #[arg(required = true, value_name = "PATH", value_parser = |text: &str| Ok::<_, String>(Input::parse(text)))]
    pub(super) paths: Vec<Input>,
    /// Only requests whose tags are like this: `smoke and not slow`, `a,b`; of several, any.
    #[arg(long = "tag", value_name = "TAGS")]
    pub(super) tags: Vec<String>,
    /// Only requests whose name this regular expression finds.
    #[arg(long, value_name = "REGEX")]
    pub(super) name: Option<String>,
    /// Only what did not pass when it ran last; everything, where nothing is known to fail.
    #[arg(long)]
    pub(super) last_failed: bool,
    /// Only files that have changed since a commit, as git tells it, and those that they concern [default: HEAD].
    #[arg(long, value_name = "REF", num_args = 0..=1, require_equals = true, default_missing_value = "HEAD")]
    pub(super) changed: Option<String>,
    /// Only one of N shares of the files, such as 2/5; `auto` is that of this machine, as CI tells it.
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub(super) shard: Option<ShardArgument>,
    /// The order of the files.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    pub(super) order: FileOrder,
    /// Make random values, and a random order, the same in every run.
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// The project's configuration [default: rqtest.yaml in the folder that is run, or above it].
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Whose rules `.http` files are read by, where editors differ [default: superset].
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Dialect::NAMES.iter().map(|(name, _)| name)).try_map(|name| Dialect::named(&name).ok_or("not a dialect")))]
    pub(super) dialect: Option<Dialect>,
}

/// Which share of the files is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShardArgument {
    /// That of the machine.
    Auto,
    Given(Shard),
}

fn shard(text: &str) -> Result<ShardArgument, &'static str> {
    match text {
        "auto" => Ok(ShardArgument::Auto),
        _ => Shard::parse(text).map(ShardArgument::Given).ok_or("write which of how many, from 1: 2/5; or `auto`"),
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FileOrder {
    /// As they are named, and sorted in folders.
    #[default]
    Path,
    /// Another one each time: tests that depend on one another show.
    Random,
}

impl SelectionArguments {
    /// Whether all requests of the files that are named are meant.
    pub(super) fn is_whole(&self) -> bool {
        let has_lines = self.paths.iter().any(|input| input.line.is_some());
        self.tags.is_empty() && self.name.is_none() && !self.last_failed && !has_lines
    }
}

#[derive(Args, Debug)]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
    #[command(flatten)]
    pub(super) variables: VariableArguments,
    /// Requests in flight at once [default: 8].
    #[arg(short, long, value_name = "N", value_parser = jobs)]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Stop at the first request that does not pass.
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// Run everything N times.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_REPEATS)))]
    pub(super) repeat: u32,
    /// Try a failed request up to N times again.
    #[arg(long, value_name = "N")]
    pub(super) retry: Option<u32>,
    /// Wait between the requests of a file: `500ms`, `2s`.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) delay: Option<Duration>,
    /// The proxy of requests that name none [default: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY]; `none` for none.
    #[arg(long, value_name = "URL")]
    pub(super) proxy: Option<String>,
    /// Keep cookies in a file, where a request does not say otherwise.
    #[arg(long, value_name = "FILE")]
    pub(super) cookie_jar: Option<PathBuf>,
    /// Let responses be saved in this folder too, outside of the project.
    #[arg(long, value_name = "DIR")]
    pub(super) output_root: Option<PathBuf>,
    /// Have a program go where a person would have to for a token of OAuth 2.0; `follow` has rqtest go there itself.
    #[arg(long, value_name = "PROGRAM")]
    pub(super) browser: Option<String>,
    /// Add the keys of TLS connections to a file, for a tool that decrypts captured traffic
    /// [default: the file that SSLKEYLOGFILE names].
    #[arg(long, value_name = "FILE", require_equals = true)]
    pub(super) key_log: Option<Option<PathBuf>>,
    /// Write the snapshots that are missing, or that responses are not like any more.
    #[arg(long)]
    pub(super) update_snapshots: bool,
    /// Show each of these snapshots after the run, and ask whether to write it.
    #[arg(long, conflicts_with = "update_snapshots")]
    pub(super) review: bool,
    /// Write a JUnit report; to standard output for `-`.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// What the JUnit report may hold.
    #[arg(long, value_enum, default_value_t, value_name = "LAYOUT")]
    pub(super) junit_layout: JunitLayout,
    /// Write a JSON report; to standard output for `-`.
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// Show only what failed, and the summary.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Show every exchange; twice, what happens on the wire; three times, with the bodies.
    #[arg(short, long, action = ArgAction::Count)]
    pub(super) verbose: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum JunitLayout {
    /// With the file and line of each test case, and all that dashboards read.
    #[default]
    Full,
    /// Only what the JUnit schema of Jenkins' xUnit plugin allows.
    Strict,
}

impl From<JunitLayout> for Layout {
    fn from(layout: JunitLayout) -> Self {
        match layout {
            JunitLayout::Full => Self::Full,
            JunitLayout::Strict => Self::Strict,
        }
    }
}

/// Where variables come from.
#[derive(Args, Debug)]
pub(super) struct VariableArguments {
    /// Define a variable; it wins over all others of its name.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(super) variables: Vec<String>,
    /// Define the variables of a JSON, YAML or NAME=VALUE file.
    #[arg(long = "vars-file", value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The environment, of `http-client.env.json` or `rqtest.yaml`.
    #[arg(short, long = "env", value_name = "NAME")]
    pub(super) environment: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct ListArguments {
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
    #[command(flatten)]
    pub(super) variables: VariableArguments,
    /// How to print the list.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ListFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// A line a request.
    #[default]
    Text,
    Json,
    Yaml,
}

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
    #[command(flatten)]
    pub(super) variables: VariableArguments,
    /// How to print what is found.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: CheckFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// A table a file.
    #[default]
    Text,
    Json,
}

#[derive(Args, Debug)]
pub(super) struct ServeArguments {
    /// The port to listen on; 0 takes a free one.
    #[arg(short, long, default_value_t = 8000)]
    pub(super) port: u16,
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(super) bind: IpAddr,
}
