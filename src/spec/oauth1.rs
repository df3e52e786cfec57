//! A consumer of OAuth 1.0: one definition for what is written, compiled and rendered.

/// Who signs requests, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct OAuth1<T> {
    /// The consumer.
    pub consumer_key: T,
    /// Its secret.
    pub consumer_secret: Option<T>,
    /// The token.
    pub token: Option<T>,
    /// Its secret.
    pub token_secret: Option<T>,
    /// How requests are signed.
    pub signature_method: SignatureMethod<T>,
    /// Where the parameters stand.
    pub place: OAuth1Place,
    /// The realm.
    pub realm: Option<T>,
    /// Where the user comes back to.
    pub callback: Option<T>,
    /// What the user came back with.
    pub verifier: Option<T>,
    /// The time in seconds since 1970.
    pub timestamp: Option<T>,
    /// A text that goes with no other request.
    pub nonce: Option<T>,
    /// Whether bodies that are no forms are signed too.
    pub is_body_hashed: bool,
}

/// How requests are signed.
#[derive(Clone, Debug, PartialEq)]
pub enum SignatureMethod<T> {
    /// HMAC-SHA1.
    HmacSha1,
    /// HMAC-SHA256.
    HmacSha256,
    /// HMAC-SHA512.
    HmacSha512,
    /// RSA-SHA256.
    RsaSha256(PrivateKey<T>),
    /// The secrets themselves.
    Plaintext,
}

/// A private key in PEM.
#[derive(Clone, Debug, PartialEq)]
pub enum PrivateKey<T> {
    /// The key itself.
    Text(T),
    /// The path of a file that holds it.
    File(T),
}

/// Where the parameters stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OAuth1Place {
    /// In the `Authorization` field.
    #[default]
    Header,
    /// In the query of the URL.
    Query,
    /// In the body.
    Body,
}

impl<T> OAuth1<T> {
    /// The same with something else in the place of each text.
    pub(super) fn try_map<U, E>(&self, change: &mut impl FnMut(&T) -> Result<U, E>) -> Result<OAuth1<U>, E> {
        let consumer_key = change(&self.consumer_key)?;
        let signature_method = self.signature_method.try_map(change)?;
        let mut optional = |text: &Option<T>| text.as_ref().map(&mut *change).transpose();
        Ok(OAuth1 {
            consumer_key,
            consumer_secret: optional(&self.consumer_secret)?,
            token: optional(&self.token)?,
            token_secret: optional(&self.token_secret)?,
            signature_method,
            place: self.place,
            realm: optional(&self.realm)?,
            callback: optional(&self.callback)?,
            verifier: optional(&self.verifier)?,
            timestamp: optional(&self.timestamp)?,
            nonce: optional(&self.nonce)?,
            is_body_hashed: self.is_body_hashed,
        })
    }

    /// The texts that no output may show.
    pub(super) fn secrets(&self) -> Vec<&T> {
        let key = match &self.signature_method {
            SignatureMethod::RsaSha256(PrivateKey::Text(key)) => Some(key),
            _ => None,
        };
        [self.consumer_secret.as_ref(), self.token_secret.as_ref(), key].into_iter().flatten().collect()
    }
}

impl<T> SignatureMethod<T> {
    fn try_map<U, E>(&self, change: &mut impl FnMut(&T) -> Result<U, E>) -> Result<SignatureMethod<U>, E> {
        Ok(match self {
            Self::HmacSha1 => SignatureMethod::HmacSha1,
            Self::HmacSha256 => SignatureMethod::HmacSha256,
            Self::HmacSha512 => SignatureMethod::HmacSha512,
            Self::RsaSha256(PrivateKey::Text(key)) => SignatureMethod::RsaSha256(PrivateKey::Text(change(key)?)),
            Self::RsaSha256(PrivateKey::File(path)) => SignatureMethod::RsaSha256(PrivateKey::File(change(path)?)),
            Self::Plaintext => SignatureMethod::Plaintext,
        })
    }
}
