//! The table of routes, a file for each family.

mod account;
mod auth;
mod bytes;
mod cache;
mod cookies;
mod digest;
mod dynamic;
mod encoding;
mod events;
mod flaky;
mod index;
mod inspect;
mod jobs;
mod oauth2;
mod pages;
mod redirect;
mod samples;
mod signed;
mod status;
mod users;
mod websocket;

use super::router::Route;

/// Routes that belong together.
pub(super) struct Family {
    /// What they are about.
    pub(super) title: &'static str,
    /// The routes; the first that matches answers.
    pub(super) routes: &'static [Route],
}

/// All routes.
pub(super) const FAMILIES: &[Family] = &[
    Family { title: "What was sent", routes: inspect::ROUTES },
    Family { title: "Status codes", routes: status::ROUTES },
    Family { title: "Redirects", routes: redirect::ROUTES },
    Family { title: "Cookies", routes: cookies::ROUTES },
    Family { title: "Authentication", routes: auth::ROUTES },
    Family { title: "Digest authentication", routes: digest::ROUTES },
    Family { title: "Signed requests", routes: signed::ROUTES },
    Family { title: "OAuth 2.0", routes: oauth2::ROUTES },
    Family { title: "Content codings", routes: encoding::ROUTES },
    Family { title: "Samples of media types", routes: samples::ROUTES },
    Family { title: "Bytes and streams", routes: bytes::ROUTES },
    Family { title: "Server-sent events", routes: events::ROUTES },
    Family { title: "WebSockets", routes: websocket::ROUTES },
    Family { title: "Caches and conditions", routes: cache::ROUTES },
    Family { title: "Made on demand", routes: dynamic::ROUTES },
    Family { title: "A small service: users", routes: users::ROUTES },
    Family { title: "A small service: accounts", routes: account::ROUTES },
    Family { title: "A service that fails at first", routes: flaky::ROUTES },
    Family { title: "A job that takes its time", routes: jobs::ROUTES },
    Family { title: "A list in pages", routes: pages::ROUTES },
    Family { title: "This server", routes: index::ROUTES },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::router::ANY;

    #[test]
    fn every_route_is_documented() {
        let documentation = include_str!("../mod.rs");
        for route in FAMILIES.iter().flat_map(|family| family.routes) {
            let methods = if route.methods() == ANY { "any".to_owned() } else { route.methods().join(" ") };
            let row = format!("//! | {methods} | `{}` | {} |\n", route.pattern(), route.summary());
            assert!(documentation.contains(&row), "the documentation of `serve` lacks {row}");
        }
    }
}
