"""Authlib against a Touchmark server: Cockpit's tokens, the RFCs' and
DataTrails', and access tokens verified as a resource server does.

https://docs.authlib.org/
"""

import json
import os
import unittest

import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.oauth2.rfc6750 import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from joserfc import jws, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import KeySet

import deployment

# Loopback has no TLS.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

TOKEN = f"{deployment.URL}/oauth/token"
DASHBOARD = f"{deployment.URL}/api/dashboard"


class Case(unittest.TestCase):
    def assertRefused(self, error, description, call, *arguments, **named):
        """The call fails with the library's own error, and says this."""
        with self.assertRaises(OAuthError) as caught:
            call(*arguments, **named)
        self.assertEqual(caught.exception.error, error)
        self.assertIn(description, caught.exception.description)


class Cockpit(Case):
    def session(self, access, **settings):
        session = OAuth2Session(access.client_id, access.secret, **settings)
        self.addCleanup(session.close)
        return session

    def sign_in(self, session, access, **parameters):
        return session.fetch_token(
            TOKEN, username=access.login, password=access.password, **parameters
        )

    def test_a_password_gives_a_token_that_opens_the_dashboard(self):
        access = deployment.ApiAccess()
        session = self.session(access, scope="public-api")
        token = self.sign_in(session, access)
        self.assertRegex(token["access_token"], "^[0-9a-f-]{36}$")
        self.assertEqual(token["token_type"], "bearer")
        self.assertEqual(token["scope"], "public-api")
        self.assertLessEqual(token["expires_in"], 3600)
        self.assertEqual(session.get(DASHBOARD).json()["operator"], access.login)

    def test_a_refresh_token_gives_another_access_token(self):
        access = deployment.ApiAccess()
        session = self.session(access)
        first = self.sign_in(session, access)
        second = session.refresh_token(TOKEN, first["refresh_token"])
        self.assertNotEqual(second["access_token"], first["access_token"])
        self.assertEqual(session.get(DASHBOARD).status_code, 200)
        stale = self.session(access, token=dict(first))
        self.assertEqual(stale.get(DASHBOARD).status_code, 401)

    def test_a_session_renews_its_token_by_itself(self):
        # The library renews what lives less than a minute.
        access = deployment.ApiAccess(lifetime=30)
        session = self.session(access, token_endpoint=TOKEN)
        first = dict(self.sign_in(session, access))
        self.assertEqual(session.get(DASHBOARD).status_code, 200)
        self.assertNotEqual(session.token["access_token"], first["access_token"])

    def test_secrets_of_any_characters_are_understood(self):
        for secret in deployment.SECRETS:
            with self.subTest(secret=secret):
                access = deployment.ApiAccess(secret)
                session = self.session(access)
                self.assertIn("access_token", self.sign_in(session, access))

    def test_without_the_flag_nothing_is_renewed(self):
        access = deployment.ApiAccess(refresh=False)
        self.assertNotIn("refresh_token", self.sign_in(self.session(access), access))

        access = deployment.ApiAccess()
        session = self.session(access)
        token = self.sign_in(session, access)
        access.take_renewal_away()
        self.assertRefused(
            "unauthorized_client",
            "Unauthorized grant type: refresh_token",
            session.refresh_token,
            TOKEN,
            token["refresh_token"],
        )

    def test_without_the_flag_nobody_signs_in(self):
        access = deployment.ApiAccess(signing_in=False)
        self.assertRefused(
            "unauthorized_client",
            "Unauthorized grant type: password",
            self.sign_in,
            self.session(access),
            access,
        )

    def test_each_refusal_has_its_error(self):
        access = deployment.ApiAccess()
        wrong = OAuth2Session(access.client_id, access.secret + "x")
        self.addCleanup(wrong.close)
        refused = "invalid_client", "Bad client credentials"
        self.assertRefused(*refused, self.sign_in, wrong, access)
        session = self.session(access)
        self.assertRefused(
            "invalid_grant",
            "Bad credentials",
            session.fetch_token,
            TOKEN,
            username=access.login,
            password=access.password + "x",
        )
        self.assertRefused(
            "invalid_scope", "", self.sign_in, session, access, scope="root"
        )
        self.assertRefused(
            "invalid_grant",
            "Invalid refresh token",
            session.refresh_token,
            TOKEN,
            "0c11ad2e-0000-4000-8000-000000000000",
        )


class Standard(Case):
    """The RFCs, from the metadata on."""

    SCOPE = "records:read records:write"

    def setUp(self):
        where = get_well_known_url(deployment.URL, external=True)
        document = requests.get(where, timeout=60).json()
        self.metadata = AuthorizationServerMetadata(document)
        self.client_id, self.secret = deployment.register("robot", self.SCOPE)

    def session(self, secret=None, method="client_secret_basic"):
        session = OAuth2Session(
            self.client_id,
            secret or self.secret,
            token_endpoint_auth_method=method,
        )
        self.addCleanup(session.close)
        return session

    def token(self, **parameters):
        url = self.metadata["token_endpoint"]
        return self.session().fetch_token(
            url, grant_type="client_credentials", **parameters
        )

    def test_the_metadata_is_valid(self):
        for member in self.metadata.REGISTRY_KEYS:
            # RFC 8414 requires this one, and has members without elements
            # left out (section 3.2); an empty list is what is left to say of a
            # server without an authorization endpoint. The library wants more.
            if member == "response_types_supported":
                self.assertEqual(self.metadata[member], [])
            else:
                getattr(self.metadata, f"validate_{member}")()
        self.assertEqual(self.metadata["issuer"], deployment.URL)

    def test_both_ways_to_authenticate_give_a_token(self):
        methods = self.metadata["token_endpoint_auth_methods_supported"]
        self.assertEqual(methods, ["client_secret_basic", "client_secret_post"])
        for method in methods:
            with self.subTest(method=method):
                url = self.metadata["token_endpoint"]
                token = self.session(method=method).fetch_token(
                    url, grant_type="client_credentials"
                )
                self.assertEqual(token["token_type"], "Bearer")
                self.assertEqual(token["scope"], self.SCOPE)
                with self.assertRaises(OAuthError) as caught:
                    self.session("wrong", method).fetch_token(
                        url, grant_type="client_credentials"
                    )
                self.assertEqual(caught.exception.error, "invalid_client")

    def test_a_scope_is_narrowed_and_never_widened(self):
        self.assertEqual(self.token(scope="records:read")["scope"], "records:read")
        self.assertRefused("invalid_scope", "", self.token, scope="records:burn")

    def test_a_token_is_introspected_until_its_client_is_gone(self):
        token = self.token()["access_token"]
        admin = OAuth2Session(*deployment.ADMINISTRATOR)
        self.addCleanup(admin.close)
        url = self.metadata["introspection_endpoint"]
        said = admin.introspect_token(url, token=token).json()
        self.assertTrue(said["active"])
        self.assertEqual(said["client_id"], self.client_id)
        self.assertEqual(said["scope"], self.SCOPE)
        deployment.delete(self.client_id)
        said = admin.introspect_token(url, token=token).json()
        self.assertEqual(said, {"active": False})

    def test_a_token_is_verified_by_the_key_set(self):
        token = self.token()["access_token"]
        self.assertEqual(self.verify(token)["client_id"], self.client_id)
        with self.assertRaises(JoseError):
            self.verify(tampered(token))
        with self.assertRaises(JoseError):
            self.verify(token, audience="https://elsewhere.example")
        with self.assertRaises(JoseError):
            self.verify(token, algorithm="RS256")

    def test_the_validator_of_resource_servers_takes_a_token(self):
        metadata, token = self.metadata, self.token()["access_token"]

        class Validator(JWTBearerTokenValidator):
            def get_jwks(self):
                return requests.get(metadata["jwks_uri"], timeout=60).json()

        validator = Validator(metadata["issuer"], self.audience(token))
        if self.header(token)["alg"] == "EdDSA":
            # It asks for nothing but the algorithms that it recommends.
            with self.assertRaises(InvalidTokenError) as caught:
                validator.authenticate_token(token)
            self.assertIsInstance(
                caught.exception.__cause__, UnsupportedAlgorithmError
            )
            return
        claims = validator.authenticate_token(token)
        validator.validate_token(claims, ["records:read"], None)
        with self.assertRaises(InsufficientScopeError):
            validator.validate_token(claims, ["records:burn"], None)
        with self.assertRaises(InvalidTokenError):
            validator.authenticate_token(tampered(token))

    def verify(self, token, audience=None, algorithm=None):
        """The claims, by the key set that the metadata names."""
        keys = requests.get(self.metadata["jwks_uri"], timeout=60).json()
        algorithms = [algorithm or self.header(token)["alg"]]
        decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=algorithms)
        options = {
            "iss": {"essential": True, "value": self.metadata["issuer"]},
            "aud": {"essential": True, "value": audience or self.audience(token)},
        }
        claims = JWTAccessTokenClaims(decoded.claims, decoded.header, options)
        claims.validate()
        return claims

    def header(self, token):
        return jws.extract_compact(token.encode()).headers()

    def audience(self, token):
        """Whom a token says it is for; nothing is verified here."""
        return json.loads(jws.extract_compact(token.encode()).payload)["aud"]


class DataTrails(Case):
    def test_an_application_gets_a_token_and_sees_its_empty_tenancy(self):
        client_id, secret = deployment.apply()
        url = f"{deployment.URL}/archivist/iam/v1/appidp/token"
        for method in ("client_secret_post", "client_secret_basic"):
            with self.subTest(method=method):
                session = OAuth2Session(
                    client_id, secret, token_endpoint_auth_method=method
                )
                self.addCleanup(session.close)
                token = session.fetch_token(url, grant_type="client_credentials")
                self.assertEqual(token["expires_in"], 3600)
                seen = session.get(f"{deployment.URL}/archivist/v2/assets")
                self.assertEqual(seen.json()["assets"], [])
        wrong = OAuth2Session(client_id, "0" * 64)
        self.addCleanup(wrong.close)
        with self.assertRaises(OAuthError) as caught:
            wrong.fetch_token(url, grant_type="client_credentials")
        self.assertEqual(caught.exception.error, "invalid_client")


class Klarity(Case):
    def test_an_integration_gets_a_token_for_its_audience(self):
        client_id, secret = deployment.integrate()
        # The library has no JSON, so it asks where forms are taken too.
        url = f"{deployment.URL}/klarity/oauth/token"
        session = OAuth2Session(
            client_id, secret, token_endpoint_auth_method="client_secret_post"
        )
        self.addCleanup(session.close)
        ask = {"grant_type": "client_credentials", "audience": deployment.AUDIENCE}
        self.assertEqual(session.fetch_token(url, **ask)["expires_in"], 86400)
        pushed = session.post(
            f"{deployment.URL}/v1/estateRecords",
            json={"records": [{"id": "lic-7", "type": "acme/licence"}]},
        )
        self.assertEqual(pushed.status_code, 202, pushed.text)
        self.assertRefused(
            "access_denied",
            "Service not enabled within domain",
            session.fetch_token,
            url,
            **(ask | {"audience": "https://elsewhere.example"}),
        )


def tampered(token):
    """The token with another character among its claims."""
    head, payload, signature = token.split(".")
    middle = len(payload) // 2
    other = "A" if payload[middle] != "A" else "B"
    return ".".join([head, payload[:middle] + other + payload[middle + 1 :], signature])


if __name__ == "__main__":
    unittest.main(verbosity=2)
