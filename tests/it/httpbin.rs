//! The project's own specs against a real httpbin behind gunicorn: what the practice
//! server says, and how the client reads it, is held against an independent peer.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Project, free_port, skipped};

/// The versions that the test was written against.
const PACKAGES: &[&str] = &["httpbin==0.10.4", "gunicorn==27.0.1"];

#[test]
fn specs_tagged_httpbin_pass_against_the_real_one() {
    let python = match environment() {
        Ok(python) => python,
        Err(reason) if std::env::var_os("RQTEST_REQUIRE_PEERS").is_some() => panic!("{reason}"),
        Err(reason) => {
            skipped(&reason);
            return;
        }
    };
    let server = Gunicorn::start(&python);
    let base_url = format!("http://127.0.0.1:{}", server.port);
    let ran = Project::with_specs().run_against(&base_url, &["specs", "--tag", "httpbin"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

/// The Python of a virtual environment that has httpbin, made at the first need.
fn environment() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("httpbin");
    let python = folder.join("bin/python");
    let works = |python: &Path| run(Command::new(python).args(["-c", "import httpbin, gunicorn"]));
    if works(&python).is_err() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
        works(&python)?;
    }
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?} cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr)))
}

struct Gunicorn {
    process: Child,
    port: u16,
}

impl Gunicorn {
    fn start(python: &Path) -> Self {
        let port = free_port();
        let process = Command::new(python)
            .args(["-m", "gunicorn", "--threads", "16", "--bind", &format!("127.0.0.1:{port}"), "httpbin:app"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, port };
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "gunicorn does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

impl Drop for Gunicorn {
    fn drop(&mut self) {
        // Its workers end with it only if it is asked to.
        drop(Command::new("kill").arg(self.process.id().to_string()).status());
        drop(self.process.wait());
    }
}
