//! What an authorization server remembers.

use super::{LIMIT, Recent};

/// What somebody agreed to.
#[derive(Clone, Debug, Default)]
pub(in crate::serve) struct Consent {
    /// The client that may.
    pub(in crate::serve) client: String,
    /// Who agreed; nobody, where the client speaks for itself.
    pub(in crate::serve) user: Option<String>,
    /// What the client may.
    pub(in crate::serve) scope: String,
}

/// A code that a browser carries to the client.
#[derive(Clone, Debug, Default)]
pub(in crate::serve) struct Code {
    /// What it stands for.
    pub(in crate::serve) consent: Consent,
    /// Where it was carried to.
    pub(in crate::serve) redirect_uri: String,
    /// The digest of what the client has to show for it (RFC 7636).
    pub(in crate::serve) challenge: String,
}

/// A device that waits for somebody.
#[derive(Clone, Debug, Default)]
pub(in crate::serve) struct Device {
    /// What it will get.
    pub(in crate::serve) consent: Consent,
    /// What was answered.
    pub(in crate::serve) answer: Option<Reply>,
}

/// What somebody answered a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Reply {
    Agreed,
    Denied,
}

/// What an authorization server remembers.
#[derive(Debug)]
pub(in crate::serve) struct Grants {
    /// Codes that have not been used.
    pub(in crate::serve) codes: Recent<Code>,
    /// Devices, by their device codes.
    pub(in crate::serve) devices: Recent<Device>,
    /// Device codes, by their user codes.
    pub(in crate::serve) user_codes: Recent<String>,
    /// Access tokens.
    pub(in crate::serve) tokens: Recent<Consent>,
    /// Refresh tokens, each of which serves once.
    pub(in crate::serve) refresh_tokens: Recent<Consent>,
}

impl Grants {
    pub(super) fn new() -> Self {
        Self {
            codes: Recent::new(LIMIT),
            devices: Recent::new(LIMIT),
            user_codes: Recent::new(LIMIT),
            tokens: Recent::new(LIMIT),
            refresh_tokens: Recent::new(LIMIT),
        }
    }
}
