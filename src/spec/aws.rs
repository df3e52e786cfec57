//! A key of Amazon Web Services: one definition for what is written, compiled and rendered.

use std::time::Duration;

/// A key that signs requests, and for what.
#[derive(Clone, Debug, PartialEq)]
pub struct AwsSigV4<T> {
    /// The name of the key.
    pub access_key: T,
    /// The key.
    pub secret_key: T,
    /// The token of a session.
    pub token: Option<T>,
    /// The region; the host names it otherwise.
    pub region: Option<T>,
    /// The service; the host names it otherwise.
    pub service: Option<T>,
    /// Whether the body stays out of the signature.
    pub is_payload_unsigned: bool,
    /// How long a signature in the query is good for; it stands in the header otherwise.
    pub expires: Option<Duration>,
}

impl<T> AwsSigV4<T> {
    /// The same with something else in the place of each text.
    pub(super) fn try_map<U, E>(&self, change: &mut impl FnMut(&T) -> Result<U, E>) -> Result<AwsSigV4<U>, E> {
        let mut optional = |text: &Option<T>| text.as_ref().map(&mut *change).transpose();
        let (token, region, service) = (optional(&self.token)?, optional(&self.region)?, optional(&self.service)?);
        Ok(AwsSigV4 {
            access_key: change(&self.access_key)?,
            secret_key: change(&self.secret_key)?,
            token,
            region,
            service,
            is_payload_unsigned: self.is_payload_unsigned,
            expires: self.expires,
        })
    }

    /// The texts that no output may show.
    pub(super) fn secrets(&self) -> Vec<&T> {
        [Some(&self.secret_key), self.token.as_ref()].into_iter().flatten().collect()
    }
}
