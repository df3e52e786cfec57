//! The command line: flags, configuration, one file a command, exit codes. The only
//! part that prints, reads the environment and ends the process.

mod arguments;
mod check;
mod configuration;
mod environment;
mod exit;
mod list;
mod project;
mod proxies;
mod questioner;
mod review;
mod run;
mod selection;
mod serve;
mod servers;
mod signals;
mod terminal;
mod variables;

use std::process::ExitCode;

use clap::Parser as _;

use crate::source::remove_drafts;

use arguments::{Arguments, Command};
use exit::Exit;
use terminal::Terminal;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let terminal = Terminal::new(arguments.color);
    let exit = match arguments.command {
        Command::Run(arguments) => run::run(&arguments, &terminal),
        Command::List(arguments) => list::list(&arguments, &terminal),
        Command::Check(arguments) => check::check(&arguments, &terminal),
        Command::Serve(arguments) => serve::serve(&arguments, &terminal),
    };
    // An interrupted run does not wait for what is still being saved.
    remove_drafts();
    exit.into()
}

/// Prints help, the version, or what is wrong with the command line.
fn usage(error: &clap::Error) -> ExitCode {
    // Where even that cannot be printed, the exit code is all that is left.
    drop(error.print());
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Passed.into() }
}
