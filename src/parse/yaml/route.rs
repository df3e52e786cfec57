//! The way that a request takes.

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::{FixedAddresses, IpVersion, Node, Proxies, Route, Text};

use super::Field;
use super::table::{Problems, Table, key};

/// The keys of [`Route`].
pub(crate) const ROUTE: Table<Route> = Table(&[
    key("proxy", |route, field, problems| route.proxies = vec![proxies(field, problems)]),
    key("unix_socket", |route, field, problems| route.unix_socket = problems.keep(field.text())),
    key("resolve", |route, field, problems| route.resolve = Some(resolve(field, problems))),
    key("local_address", |route, field, problems| route.local_address = problems.keep(field.text())),
    key("ip_version", |route, field, problems| route.ip_version = problems.keep(ip_version(field))),
]);

/// Reads a URL for all requests, null or `false` for no proxy, or a map of what each proxy is for.
fn proxies(field: Field<'_>, problems: &mut Problems) -> Proxies {
    let mut proxies = Proxies::default();
    if let Node::Map(_) = field.value.node {
        for entry in problems.keep(field.entries()).into_iter().flatten() {
            if !PROXIES.read(&mut proxies, entry, problems) {
                let key = Spanned { value: entry.key.value.clone(), span: entry.key.span.clone() };
                let proxy = problems.keep(proxy(entry, "the URL of a proxy, or `false`"));
                proxies.entries.extend(proxy.map(|proxy| (key, proxy)));
            }
        }
        return proxies;
    }
    let wanted = "the URL of a proxy, `false`, or a map such as `{https: URL}`";
    let all = field.key.span.clone().with("all".to_owned());
    proxies.entries.extend(problems.keep(proxy(field, wanted)).map(|proxy| (all, proxy)));
    proxies
}

/// The keys beside those that say what a proxy is for.
const PROXIES: Table<Proxies> = Table(&[
    key("no_proxy", |proxies, field, problems| {
        proxies.except = field.one_or_more().filter_map(|hosts| problems.keep(hosts.text())).collect();
    }),
    key("tunnel", |proxies, field, problems| {
        proxies.tunnels = problems.keep(field.boolean()).is_some_and(|tunnels| tunnels.value);
    }),
]);

fn proxy(field: Field<'_>, wanted: &str) -> Result<Option<Text>, Diagnostic> {
    match &field.value.node {
        Node::Null | Node::Bool(false) => Ok(None),
        Node::Text(text) if text.value == "none" => Ok(None),
        Node::Text(text) => Ok(Some(text.clone())),
        _ => Err(field.expected(wanted)),
    }
}

/// Reads `host:port:address`, a map of hosts with an address or a list of them, or a list of these.
fn resolve(field: Field<'_>, problems: &mut Problems) -> Vec<FixedAddresses> {
    let mut all = Vec::new();
    for item in field.one_or_more() {
        match &item.value.node {
            Node::Text(line) => all.push(FixedAddresses::Line(line.clone())),
            Node::Map(_) => {
                let hosts = problems.keep(item.entries()).into_iter().flatten();
                all.extend(hosts.filter_map(|host| problems.keep(addresses(host))));
            }
            _ => problems.push(item.expected("a map such as `{host: address}`, or `host:port:address`")),
        }
    }
    all
}

fn addresses(host: Field<'_>) -> Result<FixedAddresses, Diagnostic> {
    let addresses: Vec<Text> = host.one_or_more().map(Field::text).collect::<Result<_, _>>()?;
    Ok(FixedAddresses::Host(host.key.clone(), addresses))
}

fn ip_version(field: Field<'_>) -> Result<Spanned<IpVersion>, Diagnostic> {
    let version = match field.scalar().as_ref().map(|text| text.value.as_str()) {
        Some("4") => IpVersion::V4,
        Some("6") => IpVersion::V6,
        _ => return Err(field.expected("`4` or `6`")),
    };
    Ok(field.span().clone().with(version))
}
