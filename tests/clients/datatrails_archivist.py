"""The vendor's own Python client against a Touchmark server, unchanged.

The server's URL and its administrator come in by the environment. Each test
makes what it needs and leaves the server with more records, never fewer.
"""

import base64
import json
import os
import unittest
import uuid

from archivist.archivist import Archivist
from archivist.errors import (
    ArchivistBadRequestError,
    ArchivistForbiddenError,
    ArchivistNotFoundError,
    ArchivistUnauthenticatedError,
)

URL = os.environ["TOUCHMARK_URL"]
ADMINISTRATOR = (os.environ["TOUCHMARK_ID"], os.environ["TOUCHMARK_SECRET"])


def claims_of(token):
    """What a token says; nothing is verified here."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def fresh(name):
    """A display name that nothing else has."""
    return f"{name} {uuid.uuid4()}"


class Client(unittest.TestCase):
    """What all tests share: the client as the administrator."""

    def setUp(self):
        self.archivist = Archivist(URL, ADMINISTRATOR)
        self.addCleanup(self.archivist.close)

    def application(self, **claims):
        """A registration, with its secret."""
        made = self.archivist.applications.create(fresh("application"), claims)
        credential = made["credentials"][0]
        return made, (made["client_id"], credential["secret"])


class Applications(Client):
    def test_an_application_lives_from_creation_to_deletion(self):
        made, (client_id, secret) = self.application(team="blue")
        identity = made["identity"]
        self.assertEqual(identity, f"applications/{client_id}")
        self.assertRegex(secret, "^[0-9a-f]{64}$")
        self.assertEqual(made["custom_claims"], {"team": "blue"})

        read = self.archivist.applications.read(identity)
        self.assertEqual(read["credentials"][0]["secret"], "")
        self.assertEqual(read["display_name"], made["display_name"])

        renamed = self.archivist.applications.update(
            identity, display_name=fresh("renamed"), custom_claims={"team": "red"}
        )
        self.assertEqual(renamed["custom_claims"], {"team": "red"})

        renewed = self.archivist.applications.regenerate(identity)
        self.assertNotEqual(renewed["credentials"][0]["secret"], secret)
        with self.assertRaises(ArchivistUnauthenticatedError):
            self.archivist.appidp.token(client_id, secret)

        self.assertEqual(self.archivist.applications.delete(identity), {})
        with self.assertRaises(ArchivistNotFoundError):
            self.archivist.applications.read(identity)

    def test_pages_are_followed_to_their_end(self):
        name = fresh("one of many")
        made = {
            self.archivist.applications.create(name, {})["identity"] for _ in range(5)
        }
        self.application()
        listed = self.archivist.applications.list(page_size=2, display_name=name)
        found = [application["identity"] for application in listed]
        self.assertEqual(len(found), 5)
        self.assertEqual(set(found), made)
        everything = {
            application["identity"]
            for application in self.archivist.applications.list(page_size=3)
        }
        self.assertLess(made, everything)

    def test_claims_that_belong_to_the_issuer_are_refused(self):
        for claim in ("jit_tenant_id", "arc_x", "exp"):
            with self.assertRaises(ArchivistBadRequestError):
                self.archivist.applications.create(fresh("bad"), {claim: "x"})


class Tokens(Client):
    def test_a_token_says_whose_it_is(self):
        made, credentials = self.application(team="blue")
        issued = self.archivist.appidp.token(*credentials)
        self.assertEqual(issued["expires_in"], 3600)
        claims = claims_of(issued["access_token"])
        self.assertEqual(claims["sub"], credentials[0])
        self.assertEqual(claims["client_id"], credentials[0])
        self.assertEqual(claims["name"], made["display_name"])
        self.assertEqual(claims["jit_tenant_id"], made["tenant_id"])
        self.assertEqual(claims["team"], "blue")
        self.assertEqual(claims["exp"] - claims["iat"], 3600)

    def test_wrong_secrets_and_unknown_clients_are_unauthenticated(self):
        _, (client_id, _) = self.application()
        for pair in ((client_id, "0" * 64), (str(uuid.uuid4()), "0" * 64)):
            with self.assertRaises(ArchivistUnauthenticatedError):
                self.archivist.appidp.token(*pair)

    def test_an_application_authenticates_the_whole_client(self):
        _, credentials = self.application()
        with Archivist(URL, credentials) as other:
            # It is known, but no administrator.
            with self.assertRaises(ArchivistForbiddenError):
                other.applications.create(fresh("mine"), {})

    def test_a_made_up_token_is_unauthenticated(self):
        with Archivist(URL, "made.up.token") as stranger:
            with self.assertRaises(ArchivistUnauthenticatedError):
                list(stranger.applications.list())


class AccessPolicies(Client):
    FILTERS = [{"or": ["attributes.arc_display_type=Valve"]}]
    PERMISSIONS = [
        {
            "asset_attributes_read": ["toner_colour"],
            "asset_attributes_write": ["toner_colour"],
            "behaviours": ["RecordEvidence"],
            "event_arc_display_type_read": ["toner_type"],
            "event_arc_display_type_write": ["toner_type"],
            "include_attributes": ["arc_display_name"],
            "subjects": ["subjects/6a951b62-0a26-4c22-a886-1082297b063b"],
            "user_attributes": [{"or": ["email=robot@example.com"]}],
        }
    ]

    def create(self, name):
        properties = {"display_name": name, "description": "what it is for"}
        return self.archivist.access_policies.create(
            properties, self.FILTERS, self.PERMISSIONS
        )

    def test_an_access_policy_lives_from_creation_to_deletion(self):
        made = self.create(fresh("policy"))
        identity = made["identity"]
        self.assertRegex(identity, "^access_policies/[0-9a-f-]{36}$")
        self.assertEqual(self.archivist.access_policies.read(identity), made)
        self.assertEqual(made["filters"], self.FILTERS)
        self.assertEqual(
            made["access_permissions"][0]["behaviours"], ["RecordEvidence"]
        )
        changed = self.archivist.access_policies.update(
            identity, props={"display_name": fresh("changed")}, filters=[]
        )
        self.assertEqual(changed["filters"], [])
        self.assertEqual(changed["description"], "what it is for")
        self.assertEqual(self.archivist.access_policies.delete(identity), {})
        with self.assertRaises(ArchivistNotFoundError):
            self.archivist.access_policies.read(identity)

    def test_they_are_counted_and_listed_by_name(self):
        name = fresh("counted")
        before = self.archivist.access_policies.count()
        made = {self.create(name)["identity"] for _ in range(3)}
        self.assertEqual(self.archivist.access_policies.count(), before + 3)
        self.assertEqual(self.archivist.access_policies.count(display_name=name), 3)
        listed = self.archivist.access_policies.list(page_size=1, display_name=name)
        self.assertEqual({policy["identity"] for policy in listed}, made)


class Subjects(Client):
    WALLET = ["key1"]
    TESSERA = ["key2"]

    def test_a_subject_lives_from_creation_to_deletion(self):
        made = self.archivist.subjects.create(
            fresh("subject"), self.WALLET, self.TESSERA
        )
        identity = made["identity"]
        self.assertEqual(made["wallet_pub_key"], self.WALLET)
        self.assertEqual(made["tessera_pub_key"], self.TESSERA)
        self.assertEqual(self.archivist.subjects.read(identity), made)
        name = fresh("renamed")
        changed = self.archivist.subjects.update(identity, display_name=name)
        self.assertEqual(changed["display_name"], name)
        self.assertEqual(changed["wallet_pub_key"], self.WALLET)
        found = list(self.archivist.subjects.list(display_name=name))
        self.assertEqual([subject["identity"] for subject in found], [identity])
        self.archivist.subjects.delete(identity)
        with self.assertRaises(ArchivistNotFoundError):
            self.archivist.subjects.read(identity)

    def test_they_are_counted(self):
        before = self.archivist.subjects.count()
        self.archivist.subjects.create(fresh("one"), self.WALLET, self.TESSERA)
        self.assertEqual(self.archivist.subjects.count(), before + 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
