//! The users behind `/users`: numbered, in order, with unique addresses.

use std::collections::BTreeMap;

use serde::Serialize;

/// A user as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::serve) struct User {
    /// Its number, never used again.
    pub(in crate::serve) id: u64,
    /// What is known of it.
    #[serde(flatten)]
    pub(in crate::serve) draft: Draft,
}

/// A user without a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::serve) struct Draft {
    /// The name for people.
    pub(in crate::serve) name: String,
    /// The address, by which no two users are the same.
    pub(in crate::serve) email: String,
    /// `admin` or `member`.
    pub(in crate::serve) role: String,
}

/// Why a user cannot be stored.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::serve) enum Refusal {
    /// Another user, of this number, has the same address.
    Taken(u64),
    /// There are as many as there may be.
    Full,
    /// There is no user of that number.
    Unknown,
}

/// All users.
#[derive(Debug)]
pub(in crate::serve) struct Users {
    limit: usize,
    last_id: u64,
    by_id: BTreeMap<u64, User>,
}

const SAMPLES: &[(&str, &str, &str)] = &[
    ("Ada Lovelace", "ada@example.org", "admin"),
    ("Alan Turing", "alan@example.org", "member"),
    ("Grace Hopper", "grace@example.org", "member"),
];

impl Users {
    /// Three users, so that there is something to see.
    pub(super) fn with_samples(limit: usize) -> Self {
        let draft = |&(name, email, role): &(&str, &str, &str)| Draft {
            name: name.to_owned(),
            email: email.to_owned(),
            role: role.to_owned(),
        };
        let users = (1..).zip(SAMPLES).map(|(id, sample)| (id, User { id, draft: draft(sample) }));
        Self { limit, last_id: SAMPLES.len() as u64, by_id: users.collect() }
    }

    /// Those whose name or address contains a text, in any case, in order.
    pub(in crate::serve) fn search(&self, text: &str) -> Vec<&User> {
        let text = text.to_lowercase();
        let holds = |field: &str| field.to_lowercase().contains(&text);
        self.by_id.values().filter(|user| holds(&user.draft.name) || holds(&user.draft.email)).collect()
    }

    /// One of them.
    pub(in crate::serve) fn get(&self, id: u64) -> Option<&User> {
        self.by_id.get(&id)
    }

    /// The one with an address.
    pub(in crate::serve) fn with_email(&self, email: &str) -> Option<&User> {
        self.by_id.values().find(|user| user.draft.email.eq_ignore_ascii_case(email))
    }

    /// Adds one.
    ///
    /// # Errors
    /// If its address is taken, or there are too many.
    pub(in crate::serve) fn add(&mut self, draft: Draft) -> Result<User, Refusal> {
        if let Some(other) = self.with_email(&draft.email) {
            return Err(Refusal::Taken(other.id));
        }
        if self.by_id.len() >= self.limit {
            return Err(Refusal::Full);
        }
        self.last_id += 1;
        let user = User { id: self.last_id, draft };
        self.by_id.insert(user.id, user.clone());
        Ok(user)
    }

    /// Puts another in the place of one.
    ///
    /// # Errors
    /// If there is none of that number, or the address is taken by another.
    pub(in crate::serve) fn replace(&mut self, id: u64, draft: Draft) -> Result<User, Refusal> {
        if let Some(other) = self.with_email(&draft.email).filter(|other| other.id != id) {
            return Err(Refusal::Taken(other.id));
        }
        let user = self.by_id.get_mut(&id).ok_or(Refusal::Unknown)?;
        user.draft = draft;
        Ok(user.clone())
    }

    /// Takes one away, and says whether it was there.
    pub(in crate::serve) fn remove(&mut self, id: u64) -> bool {
        self.by_id.remove(&id).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(email: &str) -> Draft {
        Draft { name: "A".to_owned(), email: email.to_owned(), role: "member".to_owned() }
    }

    #[test]
    fn numbers_are_never_used_again() {
        let mut users = Users::with_samples(10);
        let first = users.add(draft("a@b")).unwrap();
        assert!(users.remove(first.id));
        assert!(!users.remove(first.id));
        assert_eq!(users.add(draft("a@b")).unwrap().id, first.id + 1);
    }

    #[test]
    fn addresses_are_unique_and_numbers_bounded() {
        let mut users = Users::with_samples(4);
        assert_eq!(users.add(draft("ADA@example.org")), Err(Refusal::Taken(1)));
        assert_eq!(users.replace(2, draft("ada@example.org")), Err(Refusal::Taken(1)));
        assert_eq!(users.replace(9, draft("a@b")), Err(Refusal::Unknown));
        assert!(users.replace(1, draft("ada@example.org")).is_ok());
        assert!(users.add(draft("a@b")).is_ok());
        assert_eq!(users.add(draft("c@d")), Err(Refusal::Full));
    }

    #[test]
    fn searches_names_and_addresses() {
        let users = Users::with_samples(10);
        let found = |text| users.search(text).iter().map(|user| user.id).collect::<Vec<_>>();
        assert_eq!((found("TURING"), found("example"), found("x y")), (vec![2], vec![1, 2, 3], vec![]));
    }
}
