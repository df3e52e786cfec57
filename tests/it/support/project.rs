//! A folder with spec files, and the real binary to run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A project in a temporary folder, which goes when this is dropped.
pub struct Project {
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
}

impl Project {
    /// An empty project.
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A project with the specs of this repository: those that save responses do so there.
    pub fn with_specs() -> Self {
        let project = Self::new();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("specs"), &project.path("specs"));
        project
    }

    /// A project with what a folder holds.
    pub fn of(folder: &Path) -> Self {
        let project = Self::new();
        copy(folder, &project.path("."));
        project
    }

    /// Adds a file.
    #[must_use]
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// The path of a file of the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file of the project.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The binary, to be run in the project with nothing of this process's environment
    /// that it would listen to.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rqtest"));
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    /// The same where there is no network, not even loopback.
    pub fn command_without_network(&self) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--net", env!("CARGO_BIN_EXE_rqtest")]);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs the binary in the project.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command().args(arguments).output().unwrap().into()
    }

    /// Runs one spec file against a server, whose base URL is the variable `api`.
    pub fn run_against(&self, base_url: &str, arguments: &[&str]) -> Ran {
        let variable = format!("api={base_url}");
        let mut all = vec!["run", "--var", &variable];
        all.extend(arguments);
        self.run(&all)
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => copy(&entry.path(), &target),
            _ => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
