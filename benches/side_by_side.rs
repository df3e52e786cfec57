//! rqtest beside Hurl, as whole processes, in turn, against one practice server.
//!
//! `cargo bench --bench side_by_side` prints medians of wall time, CPU time and peak
//! memory. Hurl is looked for on the PATH, or where `HURL` says; without it rqtest is
//! measured alone.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench makes its own files and prints")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rqtest::serve::PracticeServer;

/// A workload: so many files with so many requests each, run with so many jobs.
struct Workload {
    name: &'static str,
    files: usize,
    requests: usize,
    assertions: usize,
    jobs: usize,
    rounds: usize,
}

const WORKLOADS: &[Workload] = &[
    Workload { name: "1 file x 1 request", files: 1, requests: 1, assertions: 2, jobs: 1, rounds: 31 },
    Workload { name: "100 files x 10 requests, 1 job", files: 100, requests: 10, assertions: 4, jobs: 1, rounds: 15 },
    Workload { name: "100 files x 10 requests, 8 jobs", files: 100, requests: 10, assertions: 4, jobs: 8, rounds: 15 },
    Workload { name: "1000 files x 10 requests, 8 jobs", files: 1000, requests: 10, assertions: 4, jobs: 8, rounds: 3 },
];

/// What one run of a process took.
#[derive(Clone, Copy)]
struct Cost {
    wall: Duration,
    cpu: Duration,
    peak_kib: u64,
}

fn main() {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).expect("a loopback port is free");
    let hurl = std::env::var("HURL").unwrap_or_else(|_| "hurl".to_owned());
    let has_hurl =
        Command::new(&hurl).arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !has_hurl {
        println!("no `{hurl}` found: rqtest is measured alone");
    }
    println!("{:<36} {:>8} {:>10} {:>10} {:>10}", "workload", "tool", "wall ms", "cpu ms", "peak MiB");
    for workload in WORKLOADS {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let base_url = server.base_url();
        workload.write(folder.path(), &base_url);
        let rqtest = workload.rqtest(folder.path());
        let peer = has_hurl.then(|| workload.hurl(&hurl, folder.path()));
        let mut costs = [Vec::new(), Vec::new()];
        // The first round warms up.
        for round in 0..=workload.rounds {
            for (command, costs) in [Some(&rqtest), peer.as_ref()].into_iter().zip(&mut costs) {
                if let Some(command) = command {
                    let cost = measure(command);
                    if round > 0 {
                        costs.push(cost);
                    }
                }
            }
        }
        let medians = costs.map(|costs| Median::of(&costs));
        for (tool, median) in ["rqtest", "hurl"].iter().zip(&medians) {
            if let Some(median) = median {
                println!("{:<36} {tool:>8} {median}", workload.name);
            }
        }
        if let [Some(own), Some(peer)] = medians {
            let ratio = |own: f64, peer: f64| own / peer.max(f64::EPSILON);
            println!(
                "{:<36} {:>8} {:>10.2} {:>10.2}",
                "",
                "ratio",
                ratio(own.wall, peer.wall),
                ratio(own.cpu, peer.cpu)
            );
        }
    }
}

impl Workload {
    fn write(&self, folder: &Path, base_url: &str) {
        for file in 0..self.files {
            let (mut http, mut hurl) = (String::new(), String::new());
            for request in 0..self.requests {
                let url = format!("{base_url}/get?file={file}&request={request}");
                let asserts = [
                    ("status == 200".to_owned(), "status == 200".to_owned()),
                    (
                        format!("body $.args.request == \"{request}\""),
                        format!("jsonpath \"$.args.request\" == \"{request}\""),
                    ),
                    (
                        "header content-type contains json".to_owned(),
                        "header \"content-type\" contains \"json\"".to_owned(),
                    ),
                    (format!("body $.args.file == \"{file}\""), format!("jsonpath \"$.args.file\" == \"{file}\"")),
                ];
                let _ = writeln!(http, "### request {request}");
                let _ = writeln!(hurl, "GET {url}\nHTTP *\n[Asserts]");
                for (own, peer) in &asserts[..self.assertions] {
                    let _ = writeln!(http, "# @assert {own}");
                    let _ = writeln!(hurl, "{peer}");
                }
                let _ = writeln!(http, "GET {url}\n");
                let _ = writeln!(hurl);
            }
            fs::write(folder.join(format!("{file:04}.http")), http).expect("the folder is ours");
            fs::write(folder.join(format!("{file:04}.hurl")), hurl).expect("the folder is ours");
        }
    }

    fn rqtest(&self, folder: &Path) -> Vec<String> {
        let jobs = self.jobs.to_string();
        let folder = folder.display().to_string();
        [env!("CARGO_BIN_EXE_rqtest"), "run", "--quiet", "--jobs", &jobs, &folder].map(str::to_owned).to_vec()
    }

    fn hurl(&self, hurl: &str, folder: &Path) -> Vec<String> {
        let jobs = self.jobs.to_string();
        let mut command = [hurl, "--test", "--jobs", &jobs].map(str::to_owned).to_vec();
        command.extend((0..self.files).map(|file| folder.join(format!("{file:04}.hurl")).display().to_string()));
        command
    }
}

fn measure(command: &[String]) -> Cost {
    let cpu_before = cpu_of_children();
    let started = Instant::now();
    let mut child = Command::new(&command[0])
        .args(&command[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command can be started");
    let mut peak_kib = 0;
    let status = loop {
        peak_kib = peak_kib.max(peak_of(child.id()));
        if let Some(status) = child.try_wait().expect("the child is ours") {
            break status;
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    let wall = started.elapsed();
    assert!(status.success(), "{command:?} ended with {status}");
    Cost { wall, cpu: cpu_of_children() - cpu_before, peak_kib }
}

/// User and system time of the children that have ended, in steps of 10 ms.
fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = after_name.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// The most memory that a process has had resident so far.
fn peak_of(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Medians of several runs; the CPU time is a mean, since its clock is coarse.
struct Median {
    wall: f64,
    cpu: f64,
    peak: f64,
}

impl Median {
    fn of(costs: &[Cost]) -> Option<Self> {
        let mut walls: Vec<Duration> = costs.iter().map(|cost| cost.wall).collect();
        walls.sort();
        let wall = walls.get(walls.len() / 2)?.as_secs_f64() * 1e3;
        let cpu = costs.iter().map(|cost| cost.cpu).sum::<Duration>().as_secs_f64() * 1e3 / costs.len() as f64;
        let peak = costs.iter().map(|cost| cost.peak_kib).max()? as f64 / 1024.0;
        Some(Self { wall, cpu, peak })
    }
}

impl std::fmt::Display for Median {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>10.2} {:>10.2} {:>10.1}", self.wall, self.cpu, self.peak)
    }
}
