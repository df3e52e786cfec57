//! What a misbehaving server must lead to, as one table over the real binary and real sockets:
//! an error of that request that names the fault, or a response; and never a panic, a hang or a
//! wrong body. Each case has the number of the row that it holds true, 1 to 47; `robustness` has
//! what files and the machine do wrong.
//!
//! | rows | where | what |
//! |---|---|---|
//! | 1–8, 12–16 | `framing` | where a body ends |
//! | 9–11, 21, 22 | `limits` | what takes too long, or too much room |
//! | 17–20, 23–31 | `heads` | status lines and header fields |
//! | 32–40 | `content` | codings and character sets |
//! | 41–45, 47 | `exchanges` | redirects, and connections that are lost |
//! | 46 | `tls` | who a server is |

mod content;
mod exchanges;
mod framing;
mod heads;
mod limits;
mod tls;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{FaultServer, Project, Ran};
use Ends::{Error, Fails, Warned, With};
use tls::TlsServer;

/// A misbehaviour, and how the request that meets it must end.
struct Case {
    /// The number of the row.
    row: u8,
    fault: &'static str,
    peer: Peer,
    /// The requests; what is expected of the last one is added to it.
    spec: String,
    ends: Ends,
}

/// Who misbehaves.
enum Peer {
    /// Reads the head of a request, says these bytes, and closes.
    Says(Vec<u8>),
    /// Says these bytes, and then nothing more.
    Stalls(&'static str),
    /// Says these bytes, and the others again and again.
    Repeats(&'static str, &'static str),
    /// Says these bytes, and resets the connection.
    Resets(&'static str),
    /// Answers what depends on the head of each request.
    Answers(fn(&str) -> Vec<u8>),
    /// Does what it likes with each connection.
    Server(FaultServer),
    /// Proves who it is with TLS, badly.
    Tls(Box<TlsServer>),
    /// Is not there.
    Nobody(String),
    /// Is where no network leads.
    Unreachable,
}

/// How a request must end.
enum Ends {
    /// With this status and body.
    With(u16, &'static str),
    /// The same, with a warning that holds these words.
    Warned(u16, &'static str, &'static str),
    /// With a response, in which what is asserted does not hold, in these words.
    Fails(&'static str),
    /// With an error of this kind, whose message holds these words.
    Error(&'static str, &'static str),
}

fn case(row: u8, fault: &'static str, peer: Peer, ends: Ends) -> Case {
    Case { row, fault, peer, spec: "GET {{api}}/\n".to_owned(), ends }
}

/// A case of a server that says these bytes.
fn says(row: u8, fault: &'static str, bytes: impl Into<Vec<u8>>, ends: Ends) -> Case {
    case(row, fault, Peer::Says(bytes.into()), ends)
}

impl Case {
    /// The same case, met by other requests.
    fn met_by(self, spec: impl Into<String>) -> Self {
        Self { spec: spec.into(), ..self }
    }

    /// Runs it, and says what is not as it must be.
    fn wrong(self) -> Option<String> {
        let Self { row, fault, peer, mut spec, ends } = self;
        if let With(status, body) | Warned(status, body, _) = ends {
            spec += &format!("\n?? status == {status}\n?? body == \"{body}\"\n");
        }
        let running = peer.start();
        let add = |project: Project, (name, text): &(&str, String)| project.file(name, text);
        let project = running.files().iter().fold(Project::new().file("a.http", spec), add);
        let ran = running.run(&project);
        let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
        let last = report["files"][0]["cases"].as_array().unwrap().last().unwrap();
        let attempt = &last["attempts"][0];
        let error = &attempt["error"];
        let (right, verdict) = match ends {
            With(..) => (true, "passed"),
            Warned(_, _, words) => (attempt["warnings"].to_string().contains(words), "passed"),
            Fails(words) => (attempt["assertions"].to_string().contains(words), "failed"),
            Error(kind, words) => (error["kind"] == kind && error.to_string().contains(words), "errored"),
        };
        let as_it_must = right && last["verdict"] == verdict && ran.code == i32::from(verdict != "passed");
        (!as_it_must).then(|| format!("row {row}, {fault}: exit {}, {last}\n{}{}", ran.code, ran.stdout, ran.stderr))
    }
}

/// A peer at work.
enum Running {
    Fault(FaultServer),
    Tls(Box<TlsServer>),
    Nobody(String),
    Unreachable,
}

impl Peer {
    fn start(self) -> Running {
        match self {
            Self::Says(bytes) => Running::Fault(FaultServer::says(bytes)),
            Self::Stalls(bytes) => Running::Fault(FaultServer::says_and_stalls(bytes)),
            Self::Repeats(start, piece) => Running::Fault(FaultServer::repeats(start, piece)),
            Self::Resets(bytes) => Running::Fault(FaultServer::resets(bytes)),
            Self::Answers(answer) => Running::Fault(FaultServer::answers(answer)),
            Self::Server(server) => Running::Fault(server),
            Self::Tls(server) => Running::Tls(server),
            Self::Nobody(base_url) => Running::Nobody(base_url),
            Self::Unreachable => Running::Unreachable,
        }
    }
}

impl Running {
    fn base_url(&self) -> String {
        match self {
            Self::Fault(server) => server.base_url(),
            Self::Tls(server) => server.base_url(),
            Self::Nobody(base_url) => base_url.clone(),
            Self::Unreachable => "http://127.0.0.1".to_owned(),
        }
    }

    fn run(&self, project: &Project) -> Ran {
        let mut command = match self {
            Self::Unreachable => project.command_without_network(),
            Self::Fault(_) | Self::Tls(_) | Self::Nobody(_) => project.command(),
        };
        let api = format!("api={}", self.base_url());
        command.args(["run", "--var", &api, "--json", "report.json", "a.http"]).output().unwrap().into()
    }

    /// What its client is given: who vouches for it, for `# @verify root.pem`.
    fn files(&self) -> &[(&'static str, String)] {
        match self {
            Self::Tls(server) => server.files(),
            Self::Fault(_) | Self::Nobody(_) | Self::Unreachable => &[],
        }
    }
}

fn hold(cases: Vec<Case>) {
    let count = cases.len();
    let wrong: Vec<String> = cases.into_iter().filter_map(Case::wrong).collect();
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

macro_rules! groups {
    ($($(#[$attribute:meta])* $group:ident)*) => {
        $(
            $(#[$attribute])*
            #[test]
            fn $group() {
                hold($group::cases());
            }
        )*

        #[test]
        fn every_row_is_held() {
            let cases = [$($group::cases()),*];
            let rows: BTreeSet<u8> = cases.iter().flatten().map(|case| case.row).collect();
            assert_eq!(rows, (1..=47).collect());
        }
    };
}

groups! { framing limits heads content exchanges tls }
