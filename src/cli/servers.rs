//! The servers that a project's configuration names, as the runner starts them.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::run::{Server, Start};
use crate::spec::Text;
use crate::template::{Engine, FileScope, Scope, Variables};

use super::configuration::{Builtin, Configuration, ServerKind, ServerSpec};

/// The variable that holds a free port, in the description of a server.
const PORT: &str = "port";

/// The servers that are to be started: all but those whose base URL was given on the
/// command line.
///
/// # Errors
/// What in the description of a server cannot be rendered, or is no URL.
pub(super) fn needed(
    configuration: &Configuration,
    engine: &Engine,
    variables: &Variables,
) -> Result<Vec<Server>, Vec<Diagnostic>> {
    let given = |server: &&ServerSpec| variables.overrides.iter().any(|(name, _)| *name == server.name.value);
    let servers = configuration.servers.iter().filter(|server| !given(server));
    servers.map(|server| describe(server, engine, variables).map_err(|problem| vec![problem])).collect()
}

fn describe(server: &ServerSpec, engine: &Engine, variables: &Variables) -> Result<Server, Diagnostic> {
    let name = server.name.value.clone();
    let (command, ready, timeout, url, directory, environment) = match &server.kind {
        ServerKind::Builtin(Builtin::Practice) => return Ok(Server { name, start: Start::Practice }),
        ServerKind::Command { command, ready, timeout, url, directory, environment } => {
            (command, ready, timeout, url, directory, environment)
        }
    };
    let mut variables = variables.clone();
    let port =
        free_port().map_err(|error| Diagnostic::error(format!("no port is free: {error}")).at(&server.span, ""))?;
    variables.overrides.push((PORT.to_owned(), port.into()));
    let file = FileScope::of_project(variables.into(), engine);
    let render = |text: &Text| engine.compile(text)?.render(&Scope::new(&file, 0, &[]));
    let rendered_ready = render(ready)?;
    let start = Start::Command {
        command: command.iter().map(render).collect::<Result<_, _>>()?,
        ready: rendered_ready.parse().map_err(|error| Diagnostic::error(format!("{error}")).at(&ready.span, ""))?,
        timeout: *timeout,
        url: url.as_ref().map(render).transpose()?,
        directory: folder_of(server).join(directory.as_ref().map(render).transpose()?.unwrap_or_default()),
        // What the author sets comes last, and so wins.
        environment: std::iter::once(Ok((PORT.to_ascii_uppercase(), port.to_string())))
            .chain(environment.iter().map(|(name, value)| Ok((render(name)?, render(value)?))))
            .collect::<Result<_, Diagnostic>>()?,
    };
    Ok(Server { name, start })
}

/// The folder of the configuration.
fn folder_of(server: &ServerSpec) -> PathBuf {
    let folder = server.span.source().path().parent().unwrap_or(Path::new(""));
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
}

/// A port that nothing listens on now.
#[expect(clippy::disallowed_methods, reason = "the system is asked for a port, and nothing is listened for")]
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
