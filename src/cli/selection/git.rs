//! What git knows of the files of a project.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::environment::configured_folder;
use crate::run::Changes;

/// The files that differ from what they were at a commit, with those that git does not know yet.
///
/// # Errors
/// If the folder is in no repository, or there is no such commit: a lowercase fragment.
pub(super) fn changes(folder: &Path, since: &str) -> Result<Changes, String> {
    let top = git(folder, &["rev-parse", "--show-toplevel"]).map_err(|error| format!("--changed: {error}"))?;
    let top = PathBuf::from(top.trim_end_matches(['\n', '\r']));
    // What was typed could be taken for an option, a commit's name cannot.
    let commit = git(&top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{since}^{{commit}}")]);
    let commit = commit.map_err(|_| format!("--changed: git knows no commit `{since}`"))?;
    let diff = ["diff", "--name-only", "--no-renames", "-z", commit.trim(), "--"];
    let untracked = ["ls-files", "--others", "--exclude-standard", "-z"];
    let mut files = Vec::new();
    for arguments in [&diff[..], &untracked] {
        let listed = git(&top, arguments).map_err(|error| format!("--changed: {error}"))?;
        files.extend(listed.split('\0').filter(|path| !path.is_empty()).map(|path| top.join(path)));
    }
    let folders: Vec<PathBuf> = files.iter().filter_map(|file| configured_folder(file)).map(Path::to_owned).collect();
    Ok(Changes::new(files).configuring(folders))
}

/// What git says when it is asked something in a folder.
fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().map_err(not_run)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("git failed, and does not say why");
    Err(said.strip_prefix("fatal: ").unwrap_or(said).to_owned())
}

fn not_run(error: io::Error) -> String {
    format!("git cannot be run: {error}")
}
