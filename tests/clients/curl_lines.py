"""The lines of the vendors' pages, typed into a shell: curl, with the hosts of
the pages replaced by the server under test, and nothing else to help it.
"""

import json
import os
import subprocess
import tempfile
import unittest
import uuid

import deployment


class Shell(unittest.TestCase):
    """A shell whose variables are those of one walk through a page."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.words = {
            "PATH": os.environ["PATH"],
            "HOME": folder.name,
            "URL": deployment.URL,
            # No proxy of the machine stands between curl and loopback.
            "NO_PROXY": "*",
        }

    def curl(self, line, expected=200, **words):
        """Runs a line and answers the document that came back."""
        line = line.replace("curl ", "curl --silent --show-error --max-time 60 ", 1)
        ended = subprocess.run(
            ["sh", "-c", line + " --write-out '\\n%{http_code}'"],
            env=self.words | words,
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertEqual(ended.returncode, 0, ended.stderr)
        content, _, status = ended.stdout.rpartition("\n")
        self.assertEqual(int(status), expected, f"{line}: {content}")
        return json.loads(content) if content else None

    def keep(self, name, text):
        """Writes a file into the home folder."""
        with open(os.path.join(self.words["HOME"], name), "w") as file:
            file.write(text)


class Klarity(Shell):
    TOKEN = """curl --request POST \\
        --url "$URL/oauth/token" \\
        --header 'content-type: application/json' \\
        --data '{
            "client_id": "'"$ID"'",
            "client_secret": "'"$SECRET"'",
            "audience": "https://integrations-api.klarity.nordcloudapp.com",
            "grant_type": "client_credentials"
        }'"""
    PUSH = """curl --request POST \\
        --url "$URL/v1/estateRecords" \\
        --header "Authorization: Bearer $TOKEN" \\
        --header 'Content-Type: application/json' \\
        --data '{
            "insertInPeriod": "current",
            "records": [{
                "id": "lic-7",
                "type": "acme/licence/pro",
                "name": "Acme Pro",
                "metadata": { "seats": 12 },
                "tags": { "env": "dev" },
                "costs": {
                    "currency": "EUR",
                    "values": [{ "date": "2026-11-01", "value": "9.50" }]
                }
            }]
        }'"""

    def test_an_integration_gets_a_token_and_pushes_records(self):
        integration, secret = deployment.integrate()
        self.words |= {"ID": integration, "SECRET": secret}
        token = self.curl(self.TOKEN)
        self.assertEqual(token["token_type"], "Bearer")
        self.assertEqual(token["expires_in"], 86400)
        self.words["TOKEN"] = token["access_token"]
        accepted = {"message": "Accepted 1 estate records"}
        self.assertEqual(self.curl(self.PUSH, 202), accepted)
        removal = """curl -X DELETE "$URL/v1/estateRecords" \\
            -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
            -d '{"period":"all","records":[
                {"id":"lic-7","type":"acme/licence/pro","name":"Acme Pro"}]}'"""
        self.assertEqual(self.curl(removal, 202), accepted)

    def test_what_is_wrong_is_told(self):
        integration, _ = deployment.integrate()
        refused = self.curl(self.TOKEN, 401, ID=integration, SECRET="wrong")
        self.assertEqual(refused["error"], "access_denied")
        refused = self.curl(self.PUSH, 401, TOKEN="made.up.token")
        self.assertEqual(refused, {"error": "Unauthorized"})


class Cockpit(Shell):
    # The two ways to write the credentials; the first splits at the colon.
    AUTHORIZATIONS = (
        '-u "$ID:$SECRET"',
        '-H "Authorization: Basic $(printf %s "$ID:$SECRET" | base64 | tr -d "\\n")"',
    )

    def test_a_password_opens_the_dashboard_and_is_renewed(self):
        for authorization in self.AUTHORIZATIONS:
            with self.subTest(authorization=authorization):
                access = deployment.ApiAccess(secret="7Du:IZ9%ü+")
                self.words |= {
                    "ID": access.client_id,
                    "SECRET": access.secret,
                    "LOGIN": access.login,
                    "PASSWORD": access.password,
                }
                first = self.curl(
                    f"""curl -X POST "$URL/oauth/token" {authorization} \\
                    -H 'Content-Type: application/x-www-form-urlencoded' \\
                    -d grant_type=password -d scope=public-api \\
                    --data-urlencode "username=$LOGIN" \\
                    --data-urlencode "password=$PASSWORD" """
                )
                self.words["REFRESH"] = first["refresh_token"]
                second = self.curl(
                    f"""curl -X POST "$URL/oauth/token" {authorization} \\
                    -d "grant_type=refresh_token&refresh_token=$REFRESH" """
                )
                dashboard = """curl "$URL/api/dashboard" \\
                    -H "Authorization: Bearer $TOKEN" """
                seen = self.curl(dashboard, TOKEN=second["access_token"])
                self.assertEqual(seen["operator"], access.login)
                refused = self.curl(dashboard, 401, TOKEN=first["access_token"])
                self.assertEqual(refused["error"], "invalid_token")


class Ionos(Shell):
    def test_a_token_is_generated_used_and_deleted(self):
        owner = {
            "email": f"{deployment.fresh('owner')}@example.org",
            "password": deployment.fresh("pass:word"),
            "contracts": [{"contractNumber": uuid.uuid4().int >> 98, "role": "owner"}],
        }
        deployment.administer("POST", "/admin/ionos/users", owner)
        self.words |= {"LOGIN": owner["email"], "PASSWORD": owner["password"]}
        made = self.curl('curl "$URL/auth/v1/tokens/generate" -u "$LOGIN:$PASSWORD"')
        self.words["TOKEN"] = made["token"]
        tokens = 'curl "$URL/auth/v1/tokens" -H "Authorization: Bearer $TOKEN"'
        listed = self.curl(tokens)["tokens"]
        self.assertEqual(len(listed), 1)
        deletion = 'curl -X DELETE "$URL/auth/v1/tokens/$ID" -u "$LOGIN:$PASSWORD"'
        self.curl(deletion, ID=listed[0]["id"])
        self.assertEqual(self.curl(tokens, 401)["httpStatus"], 401)


class DataTrails(Shell):
    BEARER = '-H "@$HOME/bearer-token.txt"'
    APPLICATIONS = '"$URL/archivist/iam/v1/applications'
    TOKEN = """curl "$URL/archivist/iam/v1/appidp/token" \\
        --data-urlencode "grant_type=client_credentials" \\
        --data-urlencode "client_id=$ID" \\
        --data-urlencode "client_secret=$SECRET" """

    def setUp(self):
        super().setUp()
        made = deployment.administer(
            "POST",
            "/archivist/iam/v1/applications",
            {"display_name": deployment.fresh("owner"), "roles": ["OWNER"]},
        )
        token = self.curl(
            self.TOKEN, ID=made["client_id"], SECRET=made["credentials"][0]["secret"]
        )
        self.keep("bearer-token.txt", f"Authorization: Bearer {token['access_token']}")

    def test_an_application_lives_from_creation_to_deletion(self):
        name = deployment.fresh("barrier")
        content = {"display_name": name, "custom_claims": {"serial": "TL1", "lit": "1"}}
        self.keep("create.json", json.dumps(content))
        self.keep("update.json", json.dumps({"custom_claims": {"serial": "TL2"}}))
        to = self.APPLICATIONS
        made = self.curl(
            f"""curl -X POST {self.BEARER} -H "Content-type: application/json" \\
            -d "@$HOME/create.json" {to}" """
        )
        self.words["ID"] = made["client_id"]
        secret = made["credentials"][0]["secret"]
        self.assertEqual(self.curl(self.TOKEN, SECRET=secret)["expires_in"], 3600)

        one = f'curl -g -X GET {self.BEARER} {to}/$ID"'
        self.assertEqual(self.curl(one)["credentials"][0]["secret"], "")
        listed = self.curl(f'curl -g -X GET {self.BEARER} {to}?display_name={name}"')
        self.assertEqual(len(listed["applications"]), 1)
        changed = self.curl(
            f"""curl -g -X PATCH {self.BEARER} -H "Content-type: application/json" \\
            -d "@$HOME/update.json" {to}/$ID" """
        )
        self.assertEqual(changed["custom_claims"], {"serial": "TL2"})

        # A POST without any content, and a colon in the path.
        renewed = self.curl(f'curl -X POST {self.BEARER} {to}/$ID:regenerate-secret"')
        self.curl(self.TOKEN, 401, SECRET=secret)
        self.curl(self.TOKEN, SECRET=renewed["credentials"][0]["secret"])
        self.assertEqual(self.curl(f'curl -X DELETE {self.BEARER} {to}/$ID"'), {})
        self.assertEqual(self.curl(one, 404)["code"], 5)


class Horizon(Shell):
    def test_an_api_token_speaks_for_its_user(self):
        login = deployment.fresh("svc")
        user = deployment.administer("POST", "/api/user", {"login": login})["id"]
        entry = deployment.administer(
            "POST",
            "/api/apitoken",
            {"user": user, "name": "nightly", "expire": "2099-01-01T00:00:00Z"},
        )["id"]
        unlocked = deployment.administer("POST", f"/api/apitoken/{entry}/unlock")
        self.words["TOKEN"] = unlocked["token"]
        me = 'curl "$URL/api/user/me" -H "Authorization: Bearer $TOKEN"'
        self.assertEqual(self.curl(me)["login"], login)
        deployment.administer("DELETE", f"/api/apitoken/{entry}")
        refused = self.curl(me, 401)
        self.assertEqual(refused["path"], "/api/user/me")


if __name__ == "__main__":
    unittest.main(verbosity=2)
