//! The device code grant (RFC 8628).

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::http::Url;
use crate::secret::Secret;

use super::super::Error;
use super::RequestFor;
use super::endpoint::{Endpoint, Failure, unusable};
use super::prompt::Prompt;
use super::token::Token;

/// > If no value is provided, clients MUST use 5 as the default. (RFC 8628, 3.2)
const INTERVAL: Duration = Duration::from_secs(5);

/// What is added where the server is asked too often (RFC 8628, 3.5).
const SLOWER_BY: Duration = Duration::from_secs(5);

/// The time between two looks at whether to go on.
const PAUSE: Duration = Duration::from_millis(20);

/// A token for a person's consent on another device.
pub(super) fn obtain(endpoint: &Endpoint<'_>, authorization_url: &Url) -> Result<Token, Error> {
    let members = endpoint.ask(authorization_url, RequestFor::Authorization, &[])?;
    let device = Device::read(&members).map_err(|reason| unusable(authorization_url, &reason))?;
    endpoint.teach(&device.code);
    let patience = endpoint.oauth2.patience.min(device.life);
    let wait = |goes_on: &dyn Fn() -> bool| device.poll(endpoint, goes_on);
    endpoint.session.asker().ask(&device.prompt, patience, endpoint.cancel(), wait)
}

/// What the server gives a device (RFC 8628, 3.2).
#[derive(Debug)]
struct Device {
    code: Secret<String>,
    prompt: Prompt,
    interval: Duration,
    life: Duration,
}

impl Device {
    fn read(members: &Map<String, Value>) -> Result<Self, String> {
        let text = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let required = |name: &str| text(name).ok_or_else(|| format!("its `{name}` is missing, or no text"));
        let seconds = |name: &str| {
            let number = members.get(name).and_then(Value::as_f64);
            number.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        };
        // Some servers write `verification_url`, as a draft of the RFC did.
        let url = text("verification_uri_complete").or_else(|| text("verification_url"));
        let url = url.map_or_else(|| required("verification_uri"), Ok)?;
        // A program is given it: what a server says must not be an option to that, or a file.
        let url: Url = url.parse().map_err(|_| "its `verification_uri` is no URL of http or https".to_owned())?;
        Ok(Self {
            code: Secret::new(required("device_code")?.to_owned()),
            prompt: Prompt { url: url.to_string(), code: Some(required("user_code")?.to_owned()) },
            interval: seconds("interval").unwrap_or(INTERVAL),
            life: seconds("expires_in").unwrap_or(Duration::MAX),
        })
    }

    /// Asks for the token until somebody has agreed or refused, as long as this goes on.
    fn poll(&self, endpoint: &Endpoint<'_>, goes_on: &dyn Fn() -> bool) -> Result<Option<Token>, Error> {
        let mut interval = self.interval;
        let parameters =
            [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", self.code.expose())];
        while pause(interval, goes_on) {
            match endpoint.token(&parameters) {
                Ok(token) => return Ok(Some(token)),
                Err(Failure::Refused { code, .. }) if code == "authorization_pending" => {}
                Err(Failure::Refused { code, .. }) if code == "slow_down" => interval += SLOWER_BY,
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(None)
    }
}

/// Waits for so long; whether it still goes on then.
fn pause(interval: Duration, goes_on: &dyn Fn() -> bool) -> bool {
    let start = Instant::now();
    while goes_on() {
        let left = interval.saturating_sub(start.elapsed());
        if left.is_zero() {
            return true;
        }
        thread::sleep(left.min(PAUSE));
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<Device, String> {
        Device::read(value.as_object().unwrap())
    }

    #[test]
    fn reads_what_a_device_is_given() {
        let mut value = json!({"device_code": "d1", "user_code": "WDJB-MJHT", "verification_uri": "https://h/device"});
        let device = read(&value).unwrap();
        assert_eq!(device.prompt.to_string(), "to let rqtest in, go to https://h/device with the code WDJB-MJHT");
        assert_eq!((device.interval, device.life), (INTERVAL, Duration::MAX));
        value["verification_uri_complete"] = json!("https://h/device?code=WDJB-MJHT");
        value["interval"] = json!(1);
        value["expires_in"] = json!(900);
        let device = read(&value).unwrap();
        assert_eq!(device.prompt.url, "https://h/device?code=WDJB-MJHT");
        assert_eq!((device.interval, device.life), (Duration::from_secs(1), Duration::from_secs(900)));
    }

    #[test]
    fn says_what_is_missing() {
        for (value, expected) in [
            (json!({}), "its `verification_uri` is missing, or no text"),
            (json!({"verification_uri": "http://u/"}), "its `device_code` is missing, or no text"),
            (json!({"verification_uri": "http://u/", "device_code": "d"}), "its `user_code` is missing, or no text"),
        ] {
            assert_eq!(read(&value).unwrap_err(), expected);
        }
    }

    #[test]
    fn leads_nobody_to_what_is_no_web_page() {
        for url in ["--remote-debugging-port=1", "file:///etc/passwd", "javascript:alert(1)", "/device", "calc.exe"] {
            let value = json!({"device_code": "d", "user_code": "u", "verification_uri": url});
            assert_eq!(read(&value).unwrap_err(), "its `verification_uri` is no URL of http or https", "{url}");
        }
    }
}
