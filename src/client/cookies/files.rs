//! The cookies that sessions keep in files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::{CookieFileError, CookieJar};

/// Where the cookies of a request are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Jar {
    /// In the session's own jar.
    #[default]
    Session,
    /// In a file: see [`super::Session::save_cookies`](crate::client::Session::save_cookies).
    File(PathBuf),
    /// Nowhere: none are sent, and none are kept.
    Off,
}

/// Files of cookies that several sessions use at once. All of them begin with what a file
/// held when the first of them asked for it, so that none depends on how far another has
/// come; what each changes is added to the file by itself.
#[derive(Debug, Default)]
pub struct CookieFiles {
    /// What each file held at first. Held too while a file is changed.
    read: Mutex<HashMap<PathBuf, CookieJar>>,
}

impl CookieFiles {
    /// What a file held when it was first asked for: nothing, where there was none.
    fn open(&self, path: &Path) -> Result<CookieJar, CookieFileError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(jar) = read.get(path) {
            return Ok(jar.clone());
        }
        let jar = load(path)?;
        read.insert(path.to_owned(), jar.clone());
        Ok(jar)
    }

    /// Does to a file what became of `before`.
    fn change(&self, path: &Path, before: &CookieJar, after: &CookieJar) -> Result<(), CookieFileError> {
        let _one_at_a_time = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let mut jar = load(path)?;
        after.repeat_changes(before, &mut jar);
        jar.save(path)
    }
}

fn load(path: &Path) -> Result<CookieJar, CookieFileError> {
    match CookieJar::load(path) {
        Err(error) if error.is_not_found() => Ok(CookieJar::new()),
        loaded => loaded,
    }
}

/// The jars of one session: its own, and those of the files that its requests name.
#[derive(Debug, Default)]
pub(in crate::client) struct Jars {
    pub(in crate::client) own: CookieJar,
    files: Vec<FileJar>,
}

#[derive(Debug)]
struct FileJar {
    path: PathBuf,
    /// As it stands in the file, as far as this session knows.
    saved: CookieJar,
    now: CookieJar,
}

impl Jars {
    /// The jar of a request, if it has one; a file is read when it is first asked for.
    pub(in crate::client) fn of(
        &mut self,
        jar: &Jar,
        files: &CookieFiles,
    ) -> Result<Option<&mut CookieJar>, CookieFileError> {
        let path = match jar {
            Jar::Off => return Ok(None),
            Jar::Session => return Ok(Some(&mut self.own)),
            Jar::File(path) => path,
        };
        if let Some(at) = self.files.iter().position(|file| file.path == *path) {
            return Ok(Some(&mut self.files[at].now));
        }
        let saved = files.open(path)?;
        self.files.push(FileJar { path: path.clone(), now: saved.clone(), saved });
        Ok(self.files.last_mut().map(|file| &mut file.now))
    }

    /// Writes what has changed since it was read or written, but what has expired. One file
    /// that cannot be written does not keep the others from it; the first error is told.
    pub(in crate::client) fn save(&mut self, files: &CookieFiles, now: SystemTime) -> Result<(), CookieFileError> {
        let saves = self.files.iter_mut().map(|file| {
            file.now.remove_expired(now);
            if file.now != file.saved {
                files.change(&file.path, &file.saved, &file.now)?;
                file.saved.clone_from(&file.now);
            }
            Ok(())
        });
        saves.fold(Ok(()), Result::and)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use crate::client::Cookie;

    use super::*;

    fn put(jars: &mut Jars, files: &CookieFiles, path: &Path, name: &str) {
        let jar = jars.of(&Jar::File(path.to_owned()), files).unwrap().unwrap();
        jar.put(Cookie::new(name, "v", "h"));
    }

    fn names(jar: &CookieJar) -> Vec<&str> {
        jar.iter().map(|cookie| cookie.name.as_str()).collect()
    }

    #[test]
    fn every_session_begins_with_what_was_there_first_and_none_loses_what_another_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cookies.txt");
        let files = CookieFiles::default();
        let (mut first, mut second) = (Jars::default(), Jars::default());
        put(&mut first, &files, &path, "first");
        first.save(&files, SystemTime::UNIX_EPOCH).unwrap();
        put(&mut second, &files, &path, "second");
        let seen = second.of(&Jar::File(path.clone()), &files).unwrap().unwrap();
        assert_eq!(names(seen), ["second"]);
        second.save(&files, SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(names(&CookieJar::load(&path).unwrap()), ["first", "second"]);
    }

    #[test]
    fn parallel_sessions_lose_no_cookie() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cookies.txt");
        let (files, together) = (CookieFiles::default(), Barrier::new(8));
        thread::scope(|scope| {
            for number in 0..8 {
                let (files, together, path) = (&files, &together, &path);
                scope.spawn(move || {
                    let mut jars = Jars::default();
                    put(&mut jars, files, path, &format!("n{number}"));
                    together.wait();
                    jars.save(files, SystemTime::UNIX_EPOCH).unwrap();
                });
            }
        });
        assert_eq!(CookieJar::load(&path).unwrap().len(), 8);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn writes_nothing_where_nothing_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cookies.txt");
        let files = CookieFiles::default();
        let mut jars = Jars::default();
        assert!(jars.of(&Jar::Off, &files).unwrap().is_none());
        assert!(jars.of(&Jar::Session, &files).unwrap().is_some());
        assert!(jars.of(&Jar::File(path.clone()), &files).unwrap().is_some());
        jars.save(&files, SystemTime::UNIX_EPOCH).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_of_something_else_is_neither_used_nor_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        source_replace(&path, "these are notes\n");
        let (files, mut jars) = (CookieFiles::default(), Jars::default());
        let error = jars.of(&Jar::File(path.clone()), &files).unwrap_err().to_string();
        assert!(error.contains("line 1 of the cookie file"), "{error}");
        assert_eq!(crate::source::read_source(&path).unwrap().text(), "these are notes\n");
    }

    fn source_replace(path: &Path, text: &str) {
        let access = crate::source::Access::Usual;
        crate::source::replace(path, access, |file| file.write_all(text.as_bytes())).unwrap();
    }
}
