"""requests-oauthlib against a Touchmark server: Cockpit's tokens, the RFCs'
and DataTrails'.

https://requests-oauthlib.readthedocs.io/
"""

import os
import unittest

# Loopback has no TLS, which the library asks for when it is imported.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from oauthlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    InvalidClientError,
    InvalidGrantError,
    InvalidScopeError,
    TokenExpiredError,
    UnauthorizedClientError,
)
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

import deployment

TOKEN = f"{deployment.URL}/oauth/token"
DASHBOARD = f"{deployment.URL}/api/dashboard"


class Case(unittest.TestCase):
    def session(self, client, **settings):
        session = OAuth2Session(client=client, **settings)
        self.addCleanup(session.close)
        return session

    def assertRefused(self, error, description, call, *arguments, **named):
        """The call fails with this error of the library, and says this."""
        with self.assertRaises(error) as caught:
            call(*arguments, **named)
        self.assertIn(description, str(caught.exception))


class Cockpit(Case):
    def client(self, access, scope=None, **settings):
        client = LegacyApplicationClient(access.client_id, scope=scope)
        return self.session(client, **settings)

    def sign_in(self, session, access, secret=None, **parameters):
        return session.fetch_token(
            TOKEN,
            username=access.login,
            password=access.password,
            client_secret=secret or access.secret,
            **parameters,
        )

    def renew(self, session, access, refresh_token):
        auth = HTTPBasicAuth(access.client_id, access.secret)
        return session.refresh_token(TOKEN, refresh_token, auth=auth)

    def test_a_password_gives_a_token_that_opens_the_dashboard(self):
        access = deployment.ApiAccess()
        session = self.client(access, scope=["public-api"])
        token = self.sign_in(session, access)
        self.assertRegex(token["access_token"], "^[0-9a-f-]{36}$")
        self.assertEqual(token["token_type"], "bearer")
        self.assertFalse(token.scope_changed)
        self.assertEqual(session.get(DASHBOARD).json()["operator"], access.login)

    def test_a_refresh_token_gives_another_access_token(self):
        access = deployment.ApiAccess()
        session = self.client(access)
        first = dict(self.sign_in(session, access))
        second = self.renew(session, access, first["refresh_token"])
        self.assertNotEqual(second["access_token"], first["access_token"])
        self.assertEqual(session.get(DASHBOARD).status_code, 200)
        stale = self.client(access, token=first)
        self.assertEqual(stale.get(DASHBOARD).status_code, 401)

    def test_a_session_renews_its_token_by_itself(self):
        access = deployment.ApiAccess()
        kept = []
        session = self.client(
            access,
            auto_refresh_url=TOKEN,
            token_updater=kept.append,
        )
        credentials = {"client_id": access.client_id, "client_secret": access.secret}
        first = dict(self.sign_in(session, access))
        # As if its time were over; the library looks at its own clock only.
        session.token = first | {"expires_in": -1, "expires_at": 1}
        self.assertEqual(session.get(DASHBOARD, **credentials).status_code, 200)
        self.assertEqual(len(kept), 1)
        self.assertNotEqual(kept[0]["access_token"], first["access_token"])

    def test_an_expired_token_is_not_even_sent(self):
        access = deployment.ApiAccess()
        session = self.client(access)
        token = self.sign_in(session, access)
        session.token = token | {"expires_in": -1, "expires_at": 1}
        with self.assertRaises(TokenExpiredError):
            session.get(DASHBOARD)

    def test_secrets_of_any_characters_are_understood(self):
        for secret in deployment.SECRETS:
            with self.subTest(secret=secret):
                access = deployment.ApiAccess(secret)
                session = self.client(access)
                self.assertIn("access_token", self.sign_in(session, access))

    def test_a_secret_in_utf8_is_understood(self):
        access = deployment.ApiAccess(deployment.WIDE_SECRET)
        pair = access.client_id.encode(), access.secret.encode()
        token = self.client(access).fetch_token(
            TOKEN,
            username=access.login,
            password=access.password,
            auth=HTTPBasicAuth(*pair),
        )
        self.assertIn("access_token", token)

    def test_without_the_flag_nothing_is_renewed(self):
        access = deployment.ApiAccess(refresh=False)
        self.assertNotIn("refresh_token", self.sign_in(self.client(access), access))

        access = deployment.ApiAccess()
        session = self.client(access)
        token = self.sign_in(session, access)
        access.take_renewal_away()
        self.assertRefused(
            UnauthorizedClientError,
            "Unauthorized grant type: refresh_token",
            self.renew,
            session,
            access,
            token["refresh_token"],
        )

    def test_without_the_flag_nobody_signs_in(self):
        access = deployment.ApiAccess(signing_in=False)
        self.assertRefused(
            UnauthorizedClientError,
            "Unauthorized grant type: password",
            self.sign_in,
            self.client(access),
            access,
        )

    def test_each_refusal_has_its_error(self):
        access = deployment.ApiAccess()
        session = self.client(access)
        self.assertRefused(
            InvalidClientError,
            "Bad client credentials",
            self.sign_in,
            session,
            access,
            secret="wrong",
        )
        self.assertRefused(
            InvalidGrantError,
            "Bad credentials",
            session.fetch_token,
            TOKEN,
            username=access.login,
            password="wrong",
            client_secret=access.secret,
        )
        self.assertRefused(
            InvalidScopeError,
            "Invalid scope",
            self.sign_in,
            self.client(access, scope=["root"]),
            access,
        )
        self.assertRefused(
            InvalidGrantError,
            "Invalid refresh token",
            self.renew,
            session,
            access,
            "0c11ad2e-0000-4000-8000-000000000000",
        )


class Standard(Case):
    SCOPE = ["records:read", "records:write"]

    def setUp(self):
        self.client_id, self.secret = deployment.register("robot", " ".join(self.SCOPE))

    def client(self, scope=None):
        return self.session(BackendApplicationClient(self.client_id, scope=scope))

    def test_both_ways_to_authenticate_give_a_token(self):
        for in_content in (None, True):
            with self.subTest(in_content=in_content):
                ask = {"client_secret": self.secret, "include_client_id": in_content}
                token = self.client(scope=self.SCOPE).fetch_token(TOKEN, **ask)
                self.assertEqual(token["token_type"], "Bearer")
                self.assertEqual(set(token.scopes), set(self.SCOPE))
                self.assertFalse(token.scope_changed)
                with self.assertRaises(InvalidClientError):
                    self.client().fetch_token(
                        TOKEN, **(ask | {"client_secret": "wrong"})
                    )

    def test_a_scope_is_narrowed_and_never_widened(self):
        narrow = self.client(scope=["records:read"])
        token = narrow.fetch_token(TOKEN, client_secret=self.secret)
        self.assertEqual(token.scopes, ["records:read"])
        with self.assertRaises(InvalidScopeError):
            self.client(scope=["records:burn"]).fetch_token(
                TOKEN, client_secret=self.secret
            )

    def test_a_token_is_introspected_and_opens_nothing_more_than_it_may(self):
        session = self.client()
        token = session.fetch_token(TOKEN, client_secret=self.secret)
        url = f"{deployment.URL}/oauth/introspect"
        # The bearer token itself is the proof of who asks.
        said = session.post(url, data={"token": token["access_token"]}).json()
        self.assertTrue(said["active"])
        self.assertEqual(said["client_id"], self.client_id)
        said = session.post(url, data={"token": "made.up.token"}).json()
        self.assertEqual(said, {"active": False})
        self.assertEqual(
            session.get(f"{deployment.URL}/admin/clients").status_code, 403
        )


class DataTrails(Case):
    URL = f"{deployment.URL}/archivist/iam/v1/appidp/token"

    def test_an_application_gets_a_token_and_sees_its_empty_tenancy(self):
        client_id, secret = deployment.apply()
        for in_content in (None, True):
            with self.subTest(in_content=in_content):
                session = self.session(BackendApplicationClient(client_id))
                token = session.fetch_token(
                    self.URL, client_secret=secret, include_client_id=in_content
                )
                self.assertEqual(token["expires_in"], 3600)
                seen = session.get(f"{deployment.URL}/archivist/v2/assets")
                self.assertEqual(seen.json()["assets"], [])
        with self.assertRaises(InvalidClientError):
            session.fetch_token(self.URL, client_secret="0" * 64)


class Klarity(Case):
    def test_an_integration_gets_a_token_and_pushes_with_it(self):
        client_id, secret = deployment.integrate()
        session = self.session(BackendApplicationClient(client_id))
        # The library has no JSON, so it asks where forms are taken too.
        url = f"{deployment.URL}/klarity/oauth/token"
        ask = {"client_secret": secret, "include_client_id": True}
        token = session.fetch_token(url, audience=deployment.AUDIENCE, **ask)
        self.assertEqual(token["expires_in"], 86400)
        pushed = session.post(
            f"{deployment.URL}/v1/estateRecords",
            json={"records": [{"id": "lic-7", "type": "acme/licence"}]},
        )
        self.assertEqual(pushed.status_code, 202, pushed.text)
        self.assertRefused(
            AccessDeniedError,
            "Service not enabled within domain",
            session.fetch_token,
            url,
            audience="https://elsewhere.example",
            **ask,
        )


if __name__ == "__main__":
    unittest.main(verbosity=2)
