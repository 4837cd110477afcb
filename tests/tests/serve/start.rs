//! The start: the credential that is shown once, the files and their rights,
//! two servers on one file, and what each mistake is told.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::client::Client;
use crate::process::{Ended, Server, command, run, store};

const METADATA: &str = "/.well-known/oauth-authorization-server";

fn refused(arguments: &[&str]) -> Ended {
    let ended = run(["serve", "--listen", "127.0.0.1:0"].iter().chain(arguments));
    assert!(ended.out.is_empty(), "{}", ended.out);
    ended
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_first_start_shows_the_credential_and_no_later_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::on(folder.path());
    let (id, secret) = first.administrator();
    first.ask_to_end();
    assert_eq!(first.ended(), (0, String::new()));

    let second = Server::on(folder.path());
    assert_eq!(second.greeting, Vec::<String>::new());
    let administrator = Client::basic(&second, &id, &secret);
    assert_eq!(administrator.get("/admin/clients").status, 200);
}

#[test]
fn the_credential_goes_to_a_file_that_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("admin.json");
    let arguments = ["--admin-credential-file", file.to_str().unwrap()];
    let server = Server::start(&arguments);
    let (id, secret) = server.administrator();
    let written: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(written["client_id"], id);
    assert_eq!(written["client_secret"], secret);
    assert_eq!(mode(&file), 0o600);

    let before = fs::read(&file).unwrap();
    let ended = refused(&arguments);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("admin.json"), "{}", ended.err);
    assert!(
        ended.err.contains("no file is overwritten"),
        "{}",
        ended.err
    );
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_credential_file_that_cannot_be_made_registers_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let nowhere = folder.path().join("nowhere/admin.json");
    let nowhere = nowhere.to_str().unwrap();
    let ended = refused(&["--store", &store, "--admin-credential-file", nowhere]);
    assert_eq!(ended.code, 2, "{}", ended.err);
    // Nobody was registered, so this is still the first start.
    Server::on(folder.path()).administrator();
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_nothing_does_not_cost_the_credential() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let file = folder.path().join("admin.json");
    let path = file.to_str().unwrap();
    let arguments = ["--store", &store, "--admin-credential-file", path];
    let mut serve = command(
        ["serve", "--listen", "127.0.0.1:0"]
            .iter()
            .chain(&arguments),
    );
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = serve.stdout(full).output().unwrap();
    assert!(!output.status.success());
    let written: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let text = |name: &str| written[name].as_str().unwrap().to_owned();
    let server = Server::on(folder.path());
    let administrator = Client::basic(&server, &text("client_id"), &text("client_secret"));
    assert_eq!(administrator.get("/admin/clients").status, 200);
}

#[test]
fn a_later_start_with_the_same_command_line_keeps_the_credential_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let file = folder.path().join("admin.json");
    let arguments = [
        "--store",
        &store,
        "--admin-credential-file",
        file.to_str().unwrap(),
    ];
    Server::start(&arguments).kill();
    let before = fs::read(&file).unwrap();
    Server::start(&arguments).kill();
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_chosen_secret_is_taken_and_not_printed() {
    let secret = "correct-horse-battery-staple-0123";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, format!("{secret}\n")).unwrap();
    let from_file = [
        "--admin-id",
        "root",
        "--admin-secret-file",
        file.to_str().unwrap(),
    ];
    let mut from_variable = command(["serve", "--listen", "127.0.0.1:0", "--admin-id", "root"]);
    from_variable.env("TOUCHMARK_ADMIN_SECRET", secret);
    for server in [Server::start(&from_file), Server::spawn(from_variable)] {
        assert_eq!(server.greeting, ["administrator client_id root"]);
        let administrator = Client::basic(&server, "root", secret);
        assert_eq!(administrator.get("/admin/clients").status, 200);
    }
}

#[test]
fn all_files_are_for_their_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::on(folder.path());
    let (id, secret) = server.administrator();
    Client::basic(&server, &id, &secret).get("/admin/clients");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    for name in [
        "touchmark.db",
        "touchmark.db.pepper",
        "touchmark.db.signing.jwk",
    ] {
        assert!(names.iter().any(|found| found == name), "{names:?}");
    }
    let database = fs::read(folder.path().join("touchmark.db-wal")).unwrap();
    let found = database
        .windows(secret.len())
        .any(|part| part == secret.as_bytes());
    assert!(!found, "the secret is in the store");
}

#[test]
fn two_servers_share_one_file_and_one_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let start = || {
        let mut command = command(["serve", "--listen", "127.0.0.1:0", "--store"]);
        command.arg(&store);
        Server::spawn(command)
    };
    // Started at once, on a file that neither has made yet.
    let (left, right) = std::thread::scope(|threads| {
        let left = threads.spawn(start);
        let right = threads.spawn(start);
        (left.join().unwrap(), right.join().unwrap())
    });
    let shown = [&left, &right].map(|server| server.greeting.len());
    assert!(shown == [2, 0] || shown == [0, 2], "{shown:?}");
    let first = if shown[0] == 2 { &left } else { &right };
    let (id, secret) = first.administrator();
    let made = Client::basic(&left, &id, &secret).post(
        "/admin/clients",
        &serde_json::json!({ "client_name": "robot" }),
    );
    let own = format!(
        "/admin/clients/{}",
        made.json["client_id"].as_str().unwrap()
    );
    let seen = Client::basic(&right, &id, &secret).get(&own);
    assert_eq!(seen.json["client_name"], "robot", "{seen:?}");
}

#[test]
fn tokens_outlive_a_restart_and_a_former_key_still_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // The issuer stays the same only if the origin does.
    let origin = ["--origin", "https://tokens.example.com"];
    let store = store(folder.path());
    let first = Server::start(&[origin[0], origin[1], "--store", &store]);
    let (id, secret) = first.administrator();
    let grant = "grant_type=client_credentials";
    let issued = Client::basic(&first, &id, &secret).post_form("/oauth/token", grant);
    let token = issued.json["access_token"].as_str().unwrap();
    first.kill();

    let again = Server::start(&[origin[0], origin[1], "--store", &store]);
    assert_eq!(
        Client::bearer(&again, token).get("/admin/clients").status,
        200
    );
    again.kill();

    let old = path("old.jwk");
    fs::rename(path("touchmark.db.signing.jwk"), &old).unwrap();
    let made = run(["key", "generate"]);
    fs::write(path("touchmark.db.signing.jwk"), made.out).unwrap();
    let rotated = Server::start(&[origin[0], origin[1], "--store", &store]);
    assert_eq!(
        Client::bearer(&rotated, token).get("/admin/clients").status,
        401
    );
    rotated.kill();

    fs::write(path("serve.yaml"), "keys: { former: [old.jwk] }\n").unwrap();
    let config = path("serve.yaml");
    let config = ["--config", config.to_str().unwrap()];
    let kept = Server::start(&[
        origin[0], origin[1], "--store", &store, config[0], config[1],
    ]);
    assert_eq!(
        Client::bearer(&kept, token).get("/admin/clients").status,
        200
    );
    let keys = Client::anonymous(&kept).get("/.well-known/jwks.json");
    assert_eq!(keys.json["keys"].as_array().unwrap().len(), 2, "{keys:?}");
}

#[test]
fn a_port_in_use_is_told_with_its_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = run(["serve", "--listen", &address]);
    assert_eq!(ended.code, 3);
    let expected = format!("error: cannot listen on {address}\n");
    assert!(ended.err.starts_with(&expected), "{}", ended.err);
    assert!(ended.err.contains("--listen 127.0.0.1:0"), "{}", ended.err);
}

#[test]
fn each_mistake_of_the_start_is_told_precisely() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let unknown = write("unknown.yaml", b"lisen: 127.0.0.1:1\n");
    let bad_key = write("bad.yaml", b"keys: { signing: bad.jwk }\n");
    write("bad.jwk", b"{\"kty\":\"RSA\"}");
    let short = write("short.yaml", b"keys: { pepper: short.pepper }\n");
    write("short.pepper", b"too short");
    let foreign = format!("sqlite:{}", write("foreign.db", b"not a database at all"));
    let weak = write("weak", b"hunter2");
    let missing = folder.path().join("missing.yaml").display().to_string();
    let folder_store = format!("sqlite:{}", folder.path().display());
    for (arguments, code, words) in [
        (&["--config", &unknown][..], 2, "did you mean `listen`?"),
        (&["--config", &missing], 2, "there is no such file"),
        (
            &["--config", &bad_key],
            2,
            "bad.jwk has no key that can be used",
        ),
        (&["--config", &short], 2, "has fewer than 32 characters"),
        (&["--store", &foreign], 2, "is not a database of Touchmark"),
        (&["--store", &folder_store], 2, ""),
        (
            &["--store", "postgres:x"],
            3,
            "expected `memory`, or `sqlite:`",
        ),
        (
            &["--admin-secret-file", &weak],
            3,
            "must have 32 to 256 characters",
        ),
        (&["--admin-secret-file", &missing], 2, "cannot be read from"),
        (&["--admin-id", "two words"], 3, "must be visible ASCII"),
        (&["--listen", "0.0.0.0:0"], 3, "needs an origin"),
        (
            &["--origin", "tokens.example.com"],
            3,
            "expected an origin such as",
        ),
    ] {
        let mut all = vec!["serve"];
        if !arguments.contains(&"--listen") {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        all.extend(arguments);
        let ended = run(&all);
        assert_eq!(ended.code, code, "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains(words), "{arguments:?}: {}", ended.err);
        assert!(!ended.err.contains("hunter2"), "{}", ended.err);
    }
    assert_eq!(
        fs::read(folder.path().join("foreign.db")).unwrap(),
        b"not a database at all"
    );
}

#[test]
fn a_store_without_its_pepper_is_not_given_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    Server::on(folder.path()).kill();
    for name in ["touchmark.db.pepper", "touchmark.db.signing.jwk"] {
        let path = folder.path().join(name);
        let aside = folder.path().join("aside");
        fs::rename(&path, &aside).unwrap();
        let ended = refused(&["--store", &store(folder.path())]);
        assert_eq!(ended.code, 2);
        assert!(ended.err.contains(name), "{}", ended.err);
        assert!(ended.err.contains("restore it"), "{}", ended.err);
        assert!(!path.exists(), "{name} was made anew");
        fs::rename(&aside, &path).unwrap();
    }
    let server = Server::on(folder.path());
    assert_eq!(Client::anonymous(&server).get(METADATA).status, 200);
}
