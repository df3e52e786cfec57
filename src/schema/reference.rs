//! What a `$ref` refers to beyond its own schema: files, and nothing over a network.

use std::error::Error;
use std::path::{Path, PathBuf};

use jsonschema::{Retrieve, Uri};
use serde_json::Value as Json;
use url::Url;

/// Reads the files that schemas refer to.
pub trait Documents: Send + Sync {
    /// What stands in the file of an absolute path.
    ///
    /// # Errors
    /// Why it cannot be had: a lowercase fragment.
    fn read(&self, path: &Path) -> Result<Json, String>;
}

/// No files at all.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Documents for Alone {
    fn read(&self, path: &Path) -> Result<Json, String> {
        Err(format!("there are no other files: {}", path.display()))
    }
}

/// Follows references from a schema in a file.
pub(super) struct Retriever<D> {
    documents: D,
    /// The URL of the file.
    file: Option<Url>,
    /// Where the schema says that it stands, and the folder where it does.
    identity: Option<(Url, PathBuf)>,
}

impl<D: Documents> Retriever<D> {
    pub(super) fn new(schema: &Json, file: &Path, documents: D) -> Self {
        let url = ["$id", "id"].iter().find_map(|key| Url::parse(schema.get(key)?.as_str()?).ok());
        let identity = url.and_then(|url| Some((url.join(".").ok()?, file.parent()?.to_owned())));
        Self { documents, file: Url::from_file_path(file).ok(), identity }
    }

    /// What references are relative to where the schema says nothing of it.
    pub(super) fn base(&self) -> Option<String> {
        self.file.as_ref().map(Url::to_string)
    }

    /// The file that a URL means.
    fn path(&self, url: &Url) -> Option<PathBuf> {
        if url.scheme() == "file" {
            return url.to_file_path().ok();
        }
        let (base, folder) = self.identity.as_ref()?;
        let beside = url.as_str().strip_prefix(base.as_str())?;
        Some(folder.join(percent_encoding::percent_decode_str(beside).decode_utf8().ok()?.as_ref()))
    }
}

impl<D: Documents> Retrieve for Retriever<D> {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn Error + Send + Sync>> {
        let path = Url::parse(uri.as_str()).ok().and_then(|url| self.path(&url));
        let help = "save it beside the spec, and refer to it by its path";
        let path = path.ok_or_else(|| format!("`{uri}` is not fetched: {help}"))?;
        Ok(self.documents.read(&path)?)
    }
}
