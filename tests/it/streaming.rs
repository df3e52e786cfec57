//! Bodies that are larger than the memory that is used for them.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use crate::support::Project;

const MIB: u64 = 1024 * 1024;

/// The most memory that a run may take, whatever it carries. Of a build for debugging the code
/// alone is larger, which counts as well; there it is how much more than a small run it may take.
const MOST: u64 = if cfg!(debug_assertions) { 4 * MIB } else { 20 * MIB };

/// Serves one connection with what a function makes of it.
fn serve<T: Send + 'static>(answer: impl FnOnce(TcpStream) -> T + Send + 'static) -> (String, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    (base_url, std::thread::spawn(move || answer(listener.accept().unwrap().0)))
}

/// The head of a request.
fn read_head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// The most memory that the one child of this test that talks to a port of ours has held so far.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Runs a spec while the server looks at how much memory that takes: it is told the process
/// once that runs, and the response's end waits for it.
fn run_watched(
    project: &Project,
    answer: impl FnOnce(&mut TcpStream, &dyn Fn() -> u64) + Send + 'static,
) -> (i32, String, u64) {
    let (tell, told) = std::sync::mpsc::channel();
    let (base_url, server) = serve(move |mut stream| {
        let most = std::cell::Cell::new(0);
        let process = std::cell::OnceCell::new();
        let look = || {
            most.set(peak(*process.get_or_init(|| told.recv().unwrap())));
            most.get()
        };
        answer(&mut stream, &look);
        most.get()
    });
    let child = project
        .command()
        .args(["run", "--var", &format!("api={base_url}"), "a.yaml"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    tell.send(child.id()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), server.join().unwrap())
}

/// What a run takes that hardly carries anything.
fn least() -> u64 {
    if !cfg!(debug_assertions) {
        return 0;
    }
    let project = Project::new().file("a.yaml", "requests:\n  - get: \"{{ api }}/\"\n");
    let (_, _, least) = run_watched(&project, |stream, look| {
        read_head(stream);
        look();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    least
}

#[test]
fn uploads_two_gibibytes_in_little_memory() {
    const SIZE: u64 = 2048 * MIB;
    for body in ["file: huge.bin", "multipart: [{name: a, value: b}, {name: huge, file: huge.bin}]"] {
        let project = Project::new()
            .file("a.yaml", format!("requests:\n  - post: \"{{{{ api }}}}/\"\n    {body}\n    timeout: 5m\n"));
        File::create(project.path("huge.bin")).unwrap().set_len(SIZE).unwrap();
        let (code, said, most) = run_watched(&project, |stream, look| {
            let head = read_head(stream);
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
            let length: u64 = length.parse().unwrap();
            assert!(length >= SIZE);
            std::io::copy(&mut stream.take(length), &mut std::io::sink()).unwrap();
            look();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        });
        assert_eq!(code, 0, "{said}");
        assert!(most < least() + MOST, "{body} took {} MiB", most / MIB);
    }
}

#[test]
fn downloads_a_gibibyte_in_little_memory() {
    const SIZE: u64 = 1024 * MIB;
    let spec = "requests:\n  - get: \"{{ api }}/\"\n    output: huge.bin\n    timeout: 5m\n    expect: {size: 1GiB}\n";
    let project = Project::new().file("a.yaml", spec);
    let (code, said, most) = run_watched(&project, |stream, look| {
        read_head(stream);
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n").unwrap();
        let piece = vec![0; MIB as usize];
        for number in 0..SIZE / MIB {
            if number + 1 == SIZE / MIB {
                look();
            }
            stream.write_all(&piece).unwrap();
        }
    });
    assert_eq!(code, 0, "{said}");
    assert!(most < least() + MOST, "it took {} MiB", most / MIB);
}
