//! Where connections begin and lead to: Unix sockets, fixed addresses, addresses of this
//! machine, versions of IP.

use crate::support::{Project, Ran, Recorder};

fn run(project: &Project, origin: &Recorder) -> Ran {
    let (host, port) = (format!("origin={}", origin.authority()), origin.authority());
    let port = format!("port={}", port.rsplit(':').next().unwrap());
    project.run(&["run", ".", "--var", &host, "--var", &port])
}

#[test]
fn addresses_are_given_in_every_form() {
    let origin = Recorder::start();
    for resolve in [
        "# @resolve api.example:{{port}}:127.0.0.1",
        "# @resolve +api.example:{{port}}:127.0.0.1,[::1]",
        "# @resolve *:{{port}}:127.0.0.1",
        "# @resolve {api.example: 127.0.0.1}",
        "# @resolve {\"api.example:{{port}}\": \"{{origin}}\"}",
        "# @resolve [{other.example: \"::1\"}, \"api.example:{{port}}:127.0.0.1\"]",
        "# @resolve api.example:{{port}}:::1,127.0.0.1\n# @ip-version 4",
    ] {
        let project = Project::new().file("a.http", format!("{resolve}\nGET http://api.example:{{{{port}}}}/a\n"));
        let ran = run(&project, &origin);
        assert_eq!(ran.code, 0, "{resolve}: {}", ran.stdout);
        let request = String::from_utf8(origin.take().remove(0)).unwrap();
        assert!(request.contains("Host: api.example:"), "{request}");
    }
}

#[test]
fn says_what_is_wrong_with_an_address() {
    let origin = Recorder::start();
    for (directive, words) in [
        ("# @resolve api.example:127.0.0.1", "write `host:port:address`"),
        ("# @resolve {api.example: localhost}", "`localhost` is not an IP address"),
        ("# @resolve {api.example: []}", "a host needs an address"),
        ("# @local-address eth0", "`eth0` is not an IP address of this machine"),
        ("# @local-address 192.0.2.1", "this machine cannot use its address 192.0.2.1"),
        ("# @ip-version 6", "the host `127.0.0.1` has no IPv6 address"),
        ("# @local-address ::1", "the host `127.0.0.1` has no IPv6 address"),
        ("# @unix-socket no.sock", "no.sock`: there is none"),
    ] {
        let project = Project::new().file("a.http", format!("{directive}\nGET http://{{{{origin}}}}/a\n"));
        let ran = run(&project, &origin);
        assert_eq!(ran.code, 1, "{directive}");
        assert!(ran.stdout.contains(words) && ran.stdout.contains("a.http:"), "{directive}: {}", ran.stdout);
    }
}

#[cfg(unix)]
mod unix {
    use std::io::{Read as _, Write as _};
    use std::os::unix::net::UnixListener;

    use super::*;

    /// Answers so many requests, each on a connection of its own, and gives their heads.
    fn serve(listener: UnixListener, count: usize) -> std::thread::JoinHandle<Vec<String>> {
        std::thread::spawn(move || {
            let answer = |_| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    head.extend(byte);
                }
                stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi").unwrap();
                String::from_utf8(head).unwrap()
            };
            (0..count).map(answer).collect()
        })
    }

    #[test]
    fn a_unix_socket_stands_for_the_host() {
        let spec = "### Relative to the spec\n# @unix-socket run/api.sock\n# @proxy http://127.0.0.1:1\n\
                    GET http://api.example/a\n\n?? body == hi\n\n\
                    ### By its whole path\n# @unix-socket {{folder}}/run/api.sock\nGET http://api.example/b\n";
        let project = Project::new().file("a.http", spec).file("run/.keep", "");
        let served = serve(UnixListener::bind(project.path("run/api.sock")).unwrap(), 2);
        let folder = project.path("").display().to_string();
        let ran = project.run(&["run", "a.http", "--var", &format!("folder={}", folder.trim_end_matches('/'))]);
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        let heads = served.join().unwrap();
        assert!(heads[0].starts_with("GET /a HTTP/1.1\r\nHost: api.example\r\n"), "{}", heads[0]);
        assert!(heads[1].starts_with("GET /b HTTP/1.1\r\nHost: api.example\r\n"), "{}", heads[1]);
    }

    #[test]
    fn nobody_behind_a_unix_socket_is_an_error_that_names_it() {
        let project = Project::new().file("a.http", "# @unix-socket api.sock\nGET http://api.example/\n");
        drop(UnixListener::bind(project.path("api.sock")).unwrap());
        let ran = project.run(&["run", "a.http"]);
        assert_eq!(ran.code, 1);
        assert!(ran.stdout.contains("api.sock`: connection refused"), "{}", ran.stdout);
    }
}
