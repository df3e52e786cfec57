//! The servers of a project: started before a run, waited for until they are ready,
//! and stopped after it, whatever happened.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::client::{Options, Request, Session};
use crate::http::{Method, Url};
use crate::serve::PracticeServer;

use super::Interrupt;

/// How long a server may take to end once it is asked to.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// The time between two looks at a server that is starting or stopping.
const PAUSE: Duration = Duration::from_millis(25);

/// The most bytes that are kept of what a server prints.
const MOST_OUTPUT: usize = 16 * 1024;

/// A server that a run needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The variable that its base URL is kept in.
    pub name: String,
    /// How it is started.
    pub start: Start,
}

/// How a server is started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a project has a handful of servers")]
pub enum Start {
    /// The built-in practice server, on a free port.
    Practice,
    /// A command of one's own.
    Command {
        /// The program and its arguments.
        command: Vec<String>,
        /// Asked until there is an answer below 500.
        ready: Url,
        /// How long that may take.
        timeout: Duration,
        /// The base URL; the origin of `ready` where it is not given.
        url: Option<String>,
        /// Where it runs.
        directory: PathBuf,
        /// Added to its environment.
        environment: Vec<(String, String)>,
    },
}

/// Servers that are running. They are stopped when this is dropped.
#[derive(Debug, Default)]
pub struct Servers {
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    name: String,
    base_url: String,
    /// Held for the sake of its end.
    _process: Process,
}

#[derive(Debug)]
#[expect(dead_code, reason = "a practice server is held for the sake of its end")]
enum Process {
    Practice(PracticeServer),
    Command(Daemon),
}

impl Servers {
    /// Starts servers one after the other, each once the one before it is ready.
    ///
    /// # Errors
    /// If one cannot be started, ends by itself, or is not ready in time; those that
    /// were started are stopped.
    pub fn start(servers: &[Server], interrupt: &Interrupt) -> Result<Self, ServerError> {
        let mut running = Self::default();
        for Server { name, start } in servers {
            let failed = |reason| ServerError { name: name.clone(), reason };
            let (process, base_url) = start.run(interrupt).map_err(failed)?;
            running.running.push(Running { name: name.clone(), base_url, _process: process });
        }
        Ok(running)
    }

    /// Each server's name and base URL, without a slash at its end.
    pub fn base_urls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.running.iter().map(|server| (&*server.name, &*server.base_url))
    }
}

impl Start {
    fn run(&self, interrupt: &Interrupt) -> Result<(Process, String), Reason> {
        match self {
            Self::Practice => {
                let server =
                    PracticeServer::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).map_err(Reason::Start)?;
                let base_url = server.base_url();
                Ok((Process::Practice(server), base_url))
            }
            Self::Command { command, ready, timeout, url, directory, environment } => {
                let mut daemon = Daemon::spawn(command, directory, environment).map_err(Reason::Start)?;
                daemon.wait_until_ready(ready, *timeout, interrupt)?;
                let base_url = url.clone().unwrap_or_else(|| origin(ready));
                Ok((Process::Command(daemon), base_url.trim_end_matches('/').to_owned()))
            }
        }
    }
}

fn origin(url: &Url) -> String {
    format!("{}://{}", url.scheme().as_str(), url.host_header())
}

/// A child process with all that it starts, and the end of what it printed.
#[derive(Debug)]
struct Daemon {
    child: Child,
    output: Output,
}

impl Daemon {
    fn spawn(command: &[String], directory: &PathBuf, environment: &[(String, String)]) -> io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or_else(|| io::Error::other("its command is empty"))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(directory).envs(environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let output = Output::default();
        output.collect(child.stdout.take());
        output.collect(child.stderr.take());
        Ok(Self { child, output })
    }

    fn wait_until_ready(&mut self, ready: &Url, timeout: Duration, interrupt: &Interrupt) -> Result<(), Reason> {
        let session = Session::new();
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().map_err(Reason::Start)? {
                interrupt.sleep(PAUSE); // Lets the last of its output arrive.
                return Err(Reason::Ended { status, output: self.output.text() });
            }
            let mut request = Request::new(Method::GET, ready.clone());
            request.options =
                Options { timeout: Some(Duration::from_secs(2)), redirects: Some(0), ..Options::default() };
            if session.send(request).is_ok_and(|response| response.status.code() < 500) {
                return Ok(());
            }
            if started.elapsed() >= timeout {
                return Err(Reason::NotReady { ready: ready.to_string(), timeout, output: self.output.text() });
            }
            if interrupt.reason().is_some() {
                return Err(Reason::Interrupted);
            }
            interrupt.sleep(PAUSE);
        }
    }

    fn ends_within(&mut self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(PAUSE);
        }
        true
    }

    /// Sends a signal to the process and all that it started. That it has ended already is as well.
    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        let group = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }
}

impl Drop for Daemon {
    #[cfg(unix)]
    fn drop(&mut self) {
        self.signal(rustix::process::Signal::TERM);
        self.ends_within(STOP_TIMEOUT);
        // What it started may have outlived it.
        self.signal(rustix::process::Signal::KILL);
        drop(self.child.wait());
    }

    #[cfg(not(unix))]
    fn drop(&mut self) {
        drop(self.child.kill());
        self.ends_within(STOP_TIMEOUT);
    }
}

/// The end of what a process printed.
#[derive(Clone, Debug, Default)]
struct Output(Arc<Mutex<VecDeque<u8>>>);

impl Output {
    fn collect(&self, stream: Option<impl Read + Send + 'static>) {
        let Some(mut stream) = stream else { return };
        let output = self.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                let mut kept = output.0.lock().expect("no holder of this lock panics");
                kept.extend(&buffer[..count]);
                let surplus = kept.len().saturating_sub(MOST_OUTPUT);
                kept.drain(..surplus);
            }
        });
    }

    fn text(&self) -> String {
        let kept = self.0.lock().expect("no holder of this lock panics");
        let bytes: Vec<u8> = kept.iter().copied().collect();
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }
}

/// Why a server is not there.
#[derive(Debug)]
pub struct ServerError {
    name: String,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    Start(io::Error),
    Ended { status: ExitStatus, output: String },
    NotReady { ready: String, timeout: Duration, output: String },
    Interrupted,
}

impl ServerError {
    /// The server's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        let output = match &self.reason {
            Reason::Start(error) => return write!(f, "the server `{name}` cannot be started: {error}"),
            Reason::Interrupted => return write!(f, "interrupted while the server `{name}` was starting"),
            Reason::Ended { status, output } => {
                write!(f, "the server `{name}` ended before it was ready ({status})")?;
                output
            }
            Reason::NotReady { ready, timeout, output } => {
                write!(f, "the server `{name}` was not ready after {timeout:?}: {ready} gave no answer below 500")?;
                output
            }
        };
        if output.is_empty() { write!(f, "; it printed nothing") } else { write!(f, "; it printed:\n{output}") }
    }
}

impl std::error::Error for ServerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.reason {
            Reason::Start(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, timeout: Duration) -> Server {
        let start = Start::Command {
            command: ["sh", "-c", script].map(str::to_owned).to_vec(),
            ready: "http://127.0.0.1:9/".parse().expect("it is a URL"),
            timeout,
            url: None,
            directory: ".".into(),
            environment: vec![("GREETING".into(), "hello".into())],
        };
        Server { name: "api".into(), start }
    }

    #[test]
    fn says_what_a_server_printed_that_ended_early() {
        let servers = [shell("echo $GREETING; exit 3", Duration::from_secs(10))];
        let error = Servers::start(&servers, &Interrupt::default()).unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.ends_with("it printed:\nhello"), "{error}");
    }

    #[test]
    fn stops_a_server_that_does_not_become_ready() {
        let servers = [shell("sleep 600 & wait", Duration::from_millis(60))];
        let error = Servers::start(&servers, &Interrupt::default()).unwrap_err().to_string();
        assert!(error.contains("was not ready after 60ms"), "{error}");
    }
}
