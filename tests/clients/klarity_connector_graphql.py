"""The Python connector of Klarity's GraphQL API, unchanged but for the URL that
it has no setting for; the tokens and records that it makes possible come by
plain HTTP, as on the vendor's page.

https://github.com/Kacperek0/klarity-connector
"""

import contextlib
import io
import unittest

import requests
from klarity_connector import KlarityConnector

import deployment

CREATE = """
    mutation create($name: String!, $description: String) {
        createExternalIntegration(input: {name: $name, description: $description}) {
            id
            secret
        }
    }
"""
REGENERATE = """
    mutation regenerate($id: ID!) {
        regenerateExternalIntegrationSecret(id: $id) { id, secret }
    }
"""
LIST = """
    query integrations {
        externalIntegrations(pageSize: 100) {
            results {
                id,
                name
            }
        }
    }
"""


def connector(key=None, **settings):
    """The connector, pointed at the server under test."""
    key = key or "/".join(deployment.ADMINISTRATOR)
    made = KlarityConnector(region="eu", api_key=key, **settings)
    made.url = f"{deployment.URL}/graphql"
    return made


def ask_token(client_id, secret):
    """Asks for a token as the vendor's page does."""
    content = {
        "client_id": client_id,
        "client_secret": secret,
        "audience": deployment.AUDIENCE,
        "grant_type": "client_credentials",
    }
    return requests.post(f"{deployment.URL}/oauth/token", json=content, timeout=60)


class Connector(unittest.TestCase):
    def create(self, name="jira"):
        """A new integration: identifier and secret."""
        variables = {"name": deployment.fresh(name), "description": "licences"}
        answer = connector().graphql_request(CREATE, variables)
        made = answer["data"]["createExternalIntegration"]
        return made["id"], made["secret"]

    def test_an_integration_is_made_and_pushes_records(self):
        client_id, secret = self.create()
        token = ask_token(client_id, secret)
        self.assertEqual(token.status_code, 200, token.text)
        # Generated clients look the type up as it stands.
        self.assertEqual(token.headers["content-type"], "application/json")
        pushed = requests.post(
            f"{deployment.URL}/v1/estateRecords",
            json={"records": [{"id": "lic-7", "type": "acme/licence"}]},
            headers={"Authorization": f"Bearer {token.json()['access_token']}"},
            timeout=60,
        )
        self.assertEqual(pushed.status_code, 202, pushed.text)

    def test_a_new_secret_ends_the_old_one(self):
        client_id, secret = self.create()
        answer = connector().graphql_request(REGENERATE, {"id": client_id})
        renewed = answer["data"]["regenerateExternalIntegrationSecret"]
        self.assertEqual(renewed["id"], client_id)
        self.assertEqual(ask_token(client_id, secret).status_code, 401)
        self.assertEqual(ask_token(client_id, renewed["secret"]).status_code, 200)

    def test_integrations_are_listed_without_variables(self):
        client_id, _ = self.create()
        answer = connector(billing_period="previous").graphql_request(LIST)
        found = answer["data"]["externalIntegrations"]["results"]
        self.assertIn(client_id, [integration["id"] for integration in found])

    def test_refusals_are_errors_of_graphql(self):
        def code(client, *question):
            with contextlib.redirect_stdout(io.StringIO()):
                answer = client.graphql_request(*question)
            return answer["errors"][0]["extensions"]["code"]

        self.assertEqual(code(connector("nobody/nothing"), LIST), "UNAUTHENTICATED")
        own = "/".join(self.create())
        self.assertEqual(code(connector(own), LIST), "FORBIDDEN")
        self.assertEqual(code(connector(), "{"), "GRAPHQL_PARSE_FAILED")
        # The example of the connector's own page asks for what is not here.
        unknown = "query applications{ applicationsPaginated(limit: 1){ results{ name } } }"
        self.assertEqual(code(connector(), unknown), "GRAPHQL_VALIDATION_FAILED")
        self.assertEqual(code(connector(), CREATE, {"name": 1}), "BAD_USER_INPUT")
        self.assertEqual(code(connector(), REGENERATE, {"id": "nobody"}), "NOT_FOUND")


if __name__ == "__main__":
    unittest.main(verbosity=2)
