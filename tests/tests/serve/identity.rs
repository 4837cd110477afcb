//! Tokens of users over HTTP, when many ask for the last one at once.

use std::thread;

use serde_json::json;

use crate::client::Client;
use crate::process::Server;

/// Fills the quota but for one token, and asks for it sixteen times at once.
fn compete(server: &Server) {
    let (id, secret) = server.administrator();
    let administrator = Client::basic(server, &id, &secret);
    let user = json!({
        "email": "user@example.org",
        "password": "secret",
        "contracts": [{ "contractNumber": 31_850_000, "role": "user" }],
    });
    assert_eq!(administrator.post("/admin/ionos/users", &user).status, 201);
    let user = Client::basic(server, "user@example.org", "secret");
    let first = user.get("/auth/v1/tokens/generate");
    let token = first.json["token"].as_str().unwrap().to_owned();
    let user = Client::bearer(server, &token);
    for _ in 0..48 {
        assert_eq!(user.get("/auth/v1/tokens/generate").status, 200);
    }
    let ask = || {
        Client::bearer(server, &token)
            .get("/auth/v1/tokens/generate")
            .status
    };
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let asking: Vec<_> = (0..16).map(|_| scope.spawn(ask)).collect();
        let answers = asking.into_iter().map(|one| one.join());
        answers.map(|status| status.unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(
        statuses[1..].iter().all(|status| *status == 403),
        "{statuses:?}"
    );
    let listed = user.get("/auth/v1/tokens");
    assert_eq!(listed.json["tokens"].as_array().unwrap().len(), 50);
}

#[test]
fn of_sixteen_at_once_only_one_gets_the_last_token() {
    compete(&Server::start(&[]));
    let folder = tempfile::tempdir().unwrap();
    compete(&Server::on(folder.path()));
}
