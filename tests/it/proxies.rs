//! Proxies: which one a request takes, what it is told, and what the origin sees of it.

use crate::support::{Project, Ran, Recorder, Relay};

/// What a run through a proxy came to.
struct Through {
    ran: Ran,
    /// What the proxy was asked for.
    asked: Vec<String>,
    /// The heads that reached the origin.
    reached: Vec<String>,
}

/// Runs a spec against an origin behind a proxy, whose authority is the variable `proxy`.
fn run(
    relay: &Relay,
    origin: &Recorder,
    name: &str,
    spec: &str,
    flags: &[&str],
    environment: &[(&str, &str)],
) -> Through {
    let project = Project::new().file(name, spec);
    let mut command = project.command();
    command.args(["run", name, "--json", "report.json", "-v", "--var", &format!("proxy={}", relay.authority())]);
    command.args(["--var", &format!("origin={}", origin.authority())]).args(flags);
    command.envs(environment.iter().map(|(name, value)| (name, value.replace("PROXY", &relay.authority()))));
    let ran: Ran = command.output().unwrap().into();
    let reached = origin.take().into_iter().map(|request| String::from_utf8(request).unwrap()).collect();
    let through = Through { ran, asked: relay.take(), reached };
    let report = project.read("report.json");
    for secret in ["hunter2", "YWRhOmh1bnRlcjI="] {
        for shown in [&through.ran.stdout, &through.ran.stderr, &report] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    through
}

/// The one line that a proxy was asked for, and what the origin was sent.
fn passed(through: &Through) -> (&str, &str) {
    assert_eq!(through.ran.code, 0, "{}{}", through.ran.stdout, through.ran.stderr);
    assert!(!through.reached.concat().to_lowercase().contains("proxy-"), "{:?}", through.reached);
    let (asked, reached) = (through.asked.first().unwrap(), through.reached.first().unwrap());
    (asked, reached.lines().next().unwrap())
}

#[test]
fn leads_by_every_kind_of_proxy() {
    let origin = Recorder::start();
    let relay = Relay::to(origin.authority());
    for (proxy, asked, reached) in [
        ("http://{{proxy}}", "GET http://origin.example/a HTTP/1.1 as nobody", "GET http://origin.example/a HTTP/1.1"),
        ("{{proxy}}", "GET http://origin.example/a HTTP/1.1 as nobody", "GET http://origin.example/a HTTP/1.1"),
        ("{all: \"{{proxy}}\", tunnel: true}", "CONNECT origin.example:80 HTTP/1.1 as nobody", "GET /a HTTP/1.1"),
        ("socks4a://bob@{{proxy}}", "SOCKS4 origin.example:80 as \"bob\"", "GET /a HTTP/1.1"),
        ("socks5h://{{proxy}}", "SOCKS5 origin.example:80 as nobody", "GET /a HTTP/1.1"),
    ] {
        let spec = format!("# @proxy {proxy}\nGET http://origin.example/a\n");
        let through = run(&relay, &origin, "a.http", &spec, &[], &[]);
        assert_eq!(passed(&through), (asked, reached), "{proxy}");
    }
}

#[test]
fn looks_names_up_for_proxies_that_do_not() {
    let origin = Recorder::start();
    let relay = Relay::to(origin.authority());
    for (scheme, addresses, asked) in [
        ("socks4", "\"::1\", 192.0.2.7", "SOCKS4 192.0.2.7:80 as \"\""),
        ("socks5", "192.0.2.7", "SOCKS5 192.0.2.7:80 as nobody"),
        ("socks5", "\"2001:db8::7\"", "SOCKS5 [2001:db8::7]:80 as nobody"),
    ] {
        let spec = format!(
            "requests:\n  - get: http://origin.example/\n    proxy: \"{scheme}://{{{{ proxy }}}}\"\n    \
             resolve: {{origin.example: [{addresses}]}}\n"
        );
        let through = run(&relay, &origin, "a.yaml", &spec, &[], &[]);
        assert_eq!(passed(&through), (asked, "GET / HTTP/1.1"), "{scheme}");
    }
}

#[test]
fn tells_the_proxy_who_asks_and_nobody_else() {
    let origin = Recorder::start();
    let relay = Relay::guarded(origin.authority(), ("ada:hunter2", "YWRhOmh1bnRlcjI="));
    for (proxy, asked) in [
        ("http://ada:hunter2@{{proxy}}", "GET http://origin.example/ HTTP/1.1 as Basic YWRhOmh1bnRlcjI="),
        (
            "{http: \"ada:hunter2@{{proxy}}\", tunnel: true}",
            "CONNECT origin.example:80 HTTP/1.1 as Basic YWRhOmh1bnRlcjI=",
        ),
        ("socks5h://ada:hunter2@{{proxy}}", "SOCKS5 origin.example:80 as ada:hunter2"),
    ] {
        let spec = format!("# @proxy {proxy}\nGET http://origin.example/\n");
        let through = run(&relay, &origin, "a.http", &spec, &[], &[]);
        assert_eq!(passed(&through).0, asked, "{proxy}");
    }
}

#[test]
fn says_why_a_proxy_does_not_lead_on() {
    let origin = Recorder::start();
    let relay = Relay::guarded(origin.authority(), ("ada:hunter2", "YWRhOmh1bnRlcjI="));
    for (url, words) in [
        ("{all: \"{{proxy}}\", tunnel: true}", "does not lead to origin.example:80: 407 Who? (\"who asks\")"),
        ("{all: \"ada:wrong-one@{{proxy}}\", tunnel: true}", "407 Who?"),
        ("socks5h://{{proxy}}", "it asks for a user and a password"),
        ("socks5h://ada:wrong-one@{{proxy}}", "it does not accept this user and password"),
        ("http://127.0.0.1:1", "cannot reach the proxy http://127.0.0.1:1: cannot connect"),
        (
            "http://{{proxy | replace(\"127.0.0.1\", \"proxy.invalid\")}}",
            "cannot reach the proxy http://proxy.invalid:",
        ),
        ("ftp://{{proxy}}", "`ftp` is no scheme of a proxy: write one of http, https, socks4"),
        ("{ftp: \"{{proxy}}\"}", "a proxy is for `http`, `https`, `all`, or one of these with a host"),
        ("{all: \"{{proxy}}\", no_proxy: 10.0.0.0/99}", "`10.0.0.0/99` is no host, address or network"),
    ] {
        let spec = format!("# @proxy {url}\nGET http://origin.example/\n");
        let Through { ran, reached, .. } = run(&relay, &origin, "a.http", &spec, &[], &[]);
        assert_eq!((ran.code, reached), (1, vec![]), "{}", ran.stdout);
        assert!(ran.stdout.contains(words) && ran.stdout.contains("a.http:"), "{url}: {}", ran.stdout);
        assert!(!ran.stdout.contains("wrong-one"), "{}", ran.stdout);
    }
    // Who forwards a request answers it: that is the response.
    let spec = "# @proxy http://{{proxy}}\nGET http://origin.example/\n\n?? status == 407\n?? body == who asks\n";
    assert_eq!(run(&relay, &origin, "a.http", spec, &[], &[]).ran.code, 0);
}

#[test]
fn the_nearest_level_chooses_the_proxy() {
    let origin = Recorder::start();
    let relay = Relay::to(origin.authority());
    let (http, away) = (Some("GET http://origin.example/ HTTP/1.1 as nobody"), None);
    let own = |proxy: &str| format!("# @proxy {proxy}\nGET http://origin.example/\n");
    let silent = "GET http://origin.example/\n".to_owned();
    for (spec, flags, environment, asked) in [
        (silent.clone(), &[][..], &[][..], away),
        (silent.clone(), &[], &[("HTTP_PROXY", "PROXY")], http),
        (silent.clone(), &[], &[("ALL_PROXY", "socks5h://PROXY")], Some("SOCKS5 origin.example:80 as nobody")),
        (silent.clone(), &[], &[("https_proxy", "PROXY")], away),
        (silent.clone(), &[], &[("HTTP_PROXY", "PROXY"), ("REQUEST_METHOD", "GET")], away),
        (silent.clone(), &[], &[("http_proxy", "PROXY"), ("no_proxy", "a.example, .origin.example")], away),
        (silent.clone(), &["--proxy", "none"], &[("http_proxy", "PROXY")], away),
        (silent, &["--proxy", "PROXY"], &[("http_proxy", "127.0.0.1:1")], http),
        (own("none"), &["--proxy", "PROXY"], &[("http_proxy", "PROXY")], away),
        (own("{{proxy}}"), &["--proxy", "http://127.0.0.1:1"], &[], http),
        (own("{https: \"127.0.0.1:1\"}"), &["--proxy", "PROXY"], &[], http),
        (own("{\"http://origin.example\": false}"), &["--proxy", "PROXY"], &[], away),
    ] {
        // Where no proxy is taken, the name leads to the origin itself.
        let spec = format!("# @resolve {{origin.example: \"{{{{origin}}}}\"}}\n{spec}");
        let flags: Vec<String> = flags.iter().map(|flag| flag.replace("PROXY", &relay.authority())).collect();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let through = run(&relay, &origin, "a.http", &spec, &flags, environment);
        assert_eq!((through.ran.code, through.reached.len()), (0, 1), "{spec}{}", through.ran.stdout);
        assert_eq!(through.asked.first().map(String::as_str), asked, "{spec} {flags:?} {environment:?}");
    }
}

#[test]
fn files_and_projects_name_proxies_too() {
    let origin = Recorder::start();
    let relay = Relay::to(origin.authority());
    let spec = "defaults: {proxy: {\"http://b.example\": \"{{ proxy }}\"}}\nrequests:\n  - get: http://a.example/\n  \
                - get: http://b.example/\n  - {get: \"http://a.example/\", proxy: null, resolve: {a.example: \"{{ origin }}\"}}\n";
    let project = Project::new()
        .file("a.yaml", spec)
        .file("rqtest.yaml", "defaults:\n  proxy: socks5h://ada:hunter2@{{ proxy }}\n");
    let (proxy, origin) = (format!("proxy={}", relay.authority()), format!("origin={}", origin.authority()));
    let ran = project.run(&["run", "a.yaml", "--var", &proxy, "--var", &origin]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(relay.take(), ["SOCKS5 a.example:80 as nobody", "GET http://b.example/ HTTP/1.1 as nobody"]);
}

#[test]
fn this_machine_needs_no_proxy_of_the_environment() {
    let origin = Recorder::start();
    let relay = Relay::to(origin.authority());
    for (url, proxied) in
        [("http://{{origin}}/", false), ("http://origin.localhost/", false), ("http://h.example/", true)]
    {
        let spec = format!("# @resolve {{origin.localhost: \"{{{{origin}}}}\"}}\nGET {url}\n");
        let through = run(&relay, &origin, "a.http", &spec, &[], &[("HTTP_PROXY", "PROXY")]);
        assert_eq!((through.ran.code, through.asked.len()), (0, usize::from(proxied)), "{url}: {}", through.ran.stdout);
    }
    let spec = "# @proxy {{proxy}}\nGET http://{{origin}}/\n";
    assert_eq!(run(&relay, &origin, "a.http", spec, &[], &[]).asked.len(), 1);
}

#[test]
fn a_bad_proxy_of_the_command_line_or_the_environment_stops_the_run() {
    let project = Project::new().file("a.http", "GET http://127.0.0.1:1/\n");
    let ran = project.run(&["run", "a.http", "--proxy", "socks://ada:hunter2@h"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--proxy: `socks` is no scheme") && !ran.stderr.contains("hunter2"), "{}", ran.stderr);
    let mut command = project.command();
    let ran: Ran = command.args(["run", "a.http"]).env("all_proxy", "http://a:hunter2@h:x").output().unwrap().into();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("the variable all_proxy: `x` is not a port"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}
