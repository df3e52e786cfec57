//! A terminal that a test types at.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// How long is waited for what must be printed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process with a terminal of its own for input, output and errors.
pub struct PseudoTerminal {
    process: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    /// What was printed and not yet waited for.
    pending: String,
}

impl PseudoTerminal {
    /// Starts a process.
    pub fn start(command: &mut Command) -> Self {
        Self::of_columns(0, command)
    }

    /// Starts a process in a terminal of so many columns; of 0 it is not known how many there are.
    pub fn of_columns(columns: u16, command: &mut Command) -> Self {
        let main = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        let size = Winsize { ws_row: 40.min(columns), ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&main, size).unwrap();
        grantpt(&main).unwrap();
        unlockpt(&main).unwrap();
        let name = ptsname(&main, Vec::new()).unwrap();
        let device = OpenOptions::new().read(true).write(true).open(OsStr::from_bytes(name.to_bytes())).unwrap();
        let end = || device.try_clone().unwrap();
        let process = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        // A command keeps its ends of the terminal, and nothing would ever be at an end.
        command.stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        let keyboard = File::from(main);
        let screen = read(keyboard.try_clone().unwrap());
        Self { process, keyboard, screen, pending: String::new() }
    }

    /// Waits until a text is printed.
    pub fn wait_for(&mut self, text: &str) {
        self.wait_for_any(&[text]);
    }

    /// Waits until one of some texts is printed, and says which.
    pub fn wait_for_any(&mut self, texts: &[&str]) -> usize {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = texts.iter().position(|text| self.pending.contains(text)) {
                let end = self.pending.find(texts[found]).unwrap() + texts[found].len();
                self.pending.drain(..end);
                return found;
            }
            match self.screen.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.pending += &String::from_utf8_lossy(&bytes),
                Err(_) => panic!("none of {texts:?} was printed after {:?}", self.pending),
            }
        }
    }

    /// Types.
    pub fn enter(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    /// Sends the process a signal that asks it to end.
    pub fn terminate(&self) {
        let id = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    /// Waits for the end: the exit code, and what was printed and not yet waited for.
    pub fn finish(mut self) -> (i32, String) {
        let code = self.process.wait().unwrap().code().unwrap_or(-1);
        loop {
            match self.screen.recv_timeout(PATIENCE) {
                Ok(bytes) => self.pending += &String::from_utf8_lossy(&bytes),
                Err(RecvTimeoutError::Disconnected) => return (code, std::mem::take(&mut self.pending)),
                Err(RecvTimeoutError::Timeout) => panic!("the terminal does not end"),
            }
        }
    }
}

fn read(mut terminal: File) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        // Once nobody holds the other end, reading is an error.
        while let Ok(length @ 1..) = terminal.read(&mut buffer) {
            if sender.send(buffer[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}
