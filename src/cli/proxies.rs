//! The proxies of a run: that of `--proxy`, and those of the environment.

use crate::client::{Proxies, Proxy};
use crate::run::learn_proxies;
use crate::secret::Redactor;
use crate::source::SourceFile;
use crate::spec::{self, Format, Text};

use super::project::{Project, Stop, process_environment};

impl Project {
    /// Takes one proxy, or none, for all requests that do not say otherwise, whatever the
    /// configuration has for them.
    pub(super) fn take_proxy(&mut self, given: &str, redactor: &Redactor) -> Result<(), Stop> {
        let span = SourceFile::new("--proxy", given).span(0..given.len());
        let url = match given {
            "none" => None,
            _ => {
                let proxy: Proxy = given.parse().map_err(|error| Stop::usage(format!("--proxy: {error}")))?;
                learn_proxies(&Proxies::all(proxy), redactor);
                Some(Text::new(span.clone().with(given.to_owned()), Format::Http))
            }
        };
        let level = spec::Proxies { entries: vec![(span.with("all".to_owned()), url)], ..spec::Proxies::default() };
        self.configuration.defaults.settings.route.proxies.insert(0, level);
        Ok(())
    }
}

/// The proxies that the environment names; none where it names none.
pub(super) fn of_environment(redactor: &Redactor) -> Result<Option<Proxies>, Stop> {
    let variables = process_environment();
    let value = |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let proxies = Proxies::from_variables(value).map_err(|error| Stop::usage(error.to_string()))?;
    learn_proxies(&proxies, redactor);
    Ok(Some(proxies).filter(|proxies| *proxies != Proxies::new()))
}
