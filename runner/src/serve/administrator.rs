//! The first administrator of a server: who it is to be, and how its
//! credential reaches whoever started the server, this once.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::json;
use touchmark_core::operation::FirstAdministrator;
use touchmark_core::record::{ClientId, Secret};

use super::{ServeError, Server, key_files};

/// Who the first administrator is to be and where its credential goes.
#[derive(Clone, Debug, Default)]
pub struct Administrator {
    /// The client identifier; drawn at random if absent.
    pub client_id: Option<ClientId>,
    /// The secret; drawn at random if absent.
    pub secret: Option<Secret>,
    /// A new file that the credential is written to.
    pub file: Option<PathBuf>,
}

impl Administrator {
    /// Reads the secret from a file; white space at its end does not count.
    ///
    /// # Errors
    /// [`ServeError::SecretFile`] when it cannot be read as text.
    pub fn read_secret(path: PathBuf) -> Result<Secret, ServeError> {
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Secret::new(text.trim_end())),
            Err(cause) => Err(ServeError::SecretFile { path, cause }),
        }
    }

    /// The credential, where both halves of it were chosen.
    #[must_use]
    pub fn chosen(&self) -> Option<(ClientId, Secret)> {
        self.client_id.clone().zip(self.secret.clone())
    }

    /// Registers the administrator if the store has never had one, and tells
    /// its credential: on the stream, in the file if there is to be one, and
    /// to the caller. Nothing is registered before it is known that the file
    /// can be made.
    ///
    /// # Errors
    /// [`ServeError`] when the store does not answer, the identity cannot be
    /// used, or the credential cannot be written.
    pub async fn settle(
        self,
        server: &Server,
        out: &mut impl Write,
    ) -> Result<Option<(ClientId, Secret)>, ServeError> {
        if server.has_administrator().await? {
            return Ok(None);
        }
        if let Some(path) = &self.file {
            let occupied = match path.symlink_metadata() {
                Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
                Err(_) => key_files::reserve(path),
            };
            occupied.map_err(|cause| ServeError::CredentialFile {
                path: path.clone(),
                cause,
            })?;
        }
        let is_chosen = self.secret.is_some();
        let first = FirstAdministrator {
            client_id: self.client_id,
            secret: self.secret,
        };
        let Some(client) = server.bootstrap(first).await? else {
            return Ok(None);
        };
        let secret = client.secret.expect("a new secret is shown");
        let (id, shown_secret) = (client.client_id.as_str(), secret.expose());
        // A stream that nobody reads any more must not cost the file.
        if let Some(path) = self.file {
            let content = json!({ "client_id": id, "client_secret": shown_secret });
            key_files::write_new(&path, format!("{content}\n").as_bytes())
                .map_err(|cause| ServeError::CredentialFile { path, cause })?;
        }
        // Who chose the secret knows it already.
        let mut shown = format!("administrator client_id {id}\n");
        if !is_chosen {
            shown.push_str(&format!("administrator client_secret {shown_secret}\n"));
        }
        let written = out.write_all(shown.as_bytes()).and_then(|()| out.flush());
        written.map_err(ServeError::System)?;
        Ok(Some((client.client_id, secret)))
    }
}
