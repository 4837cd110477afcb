"""The deployment under test: where it is, and what its administrator makes
there for a client. Nothing here is tested; what fails here fails loudly.
"""

import os
import random
import time
import uuid

import requests

URL = os.environ["TOUCHMARK_URL"]
ADMINISTRATOR = (os.environ["TOUCHMARK_ID"], os.environ["TOUCHMARK_SECRET"])
AUDIENCE = "https://integrations-api.klarity.nordcloudapp.com"

# Secrets that tell apart how clients write them into the Authorization field:
# as they are, or form-encoded half by half.
SECRETS = [
    "7Du:IZ9",
    "100%",
    "a%3Ab%2",
    "one + one",
    "p%C3%A9&=;?/#",
    "grüße-ÿ",
]
# What only clients that write UTF-8 can say.
WIDE_SECRET = "ключ:€+%"
# What the samples of a contract are of.
METRIC = "instance_cpu_utilization_average"


def fresh(name):
    """A name that nothing else has."""
    return f"{name}-{uuid.uuid4()}"


def administer(method, path, content=None):
    """Asks for something as the administrator and answers what came back."""
    answer = requests.request(
        method, URL + path, json=content, auth=ADMINISTRATOR, timeout=60
    )
    if not answer.ok:
        raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
    return answer.json()


class ApiAccess:
    """An API access of Cockpit, and an operator who may connect by it."""

    def __init__(self, secret="7Du:IZ9", signing_in=True, refresh=True, lifetime=3600):
        self.client_id = fresh("public-api")
        self.secret = secret
        self.login = fresh("svc")
        self.password = "pass+word: ü%26"
        self.terms = {
            "password": signing_in,
            "refreshToken": refresh,
            "accessTokenValidity": lifetime,
            "refreshTokenValidity": 7200,
        }
        identity = {"clientId": self.client_id, "clientSecret": secret}
        administer("POST", "/admin/cockpit/api-accesses", identity | self.terms)
        operator = {"login": self.login, "password": self.password}
        administer(
            "POST", "/admin/cockpit/operators", operator | {"mayConnectToApi": True}
        )

    def take_renewal_away(self):
        """Switches the flag off that lets it use refresh tokens."""
        administer(
            "PATCH",
            f"/admin/cockpit/api-accesses/{self.client_id}",
            self.terms | {"refreshToken": False},
        )


def register(name, scope):
    """Registers a client of the standard system: identifier and secret."""
    made = administer(
        "POST", "/admin/clients", {"client_name": fresh(name), "scope": scope}
    )
    return made["client_id"], made["client_secret"]


def delete(client_id):
    """Deletes a client of the standard system."""
    administer("DELETE", f"/admin/clients/{client_id}")


def apply():
    """Registers an application of DataTrails: identifier and secret."""
    made = administer(
        "POST", "/archivist/iam/v1/applications", {"display_name": fresh("robot")}
    )
    return made["client_id"], made["credentials"][0]["secret"]


def integrate():
    """Registers an integration of Klarity: identifier and secret."""
    made = administer("POST", "/admin/klarity/integrations", {"name": fresh("push")})
    return made["id"], made["secret"]


class Contract:
    """A contract of IONOS with an owner, the owner's token, and samples."""

    def __init__(self):
        number = random.randint(1, 2**31 - 1)
        email, password = fresh("owner") + "@example.org", "a pass: ü"
        membership = {"contractNumber": number, "role": "owner"}
        user = {"email": email, "password": password, "contracts": [membership]}
        administer("POST", "/admin/ionos/users", user)
        answer = requests.get(
            f"{URL}/auth/v1/tokens/generate",
            auth=(email.encode(), password.encode()),
            timeout=60,
        )
        self.token = answer.json()["token"]
        self.now = int(time.time())
        lines = [
            f'{METRIC}{{uuid="{vm}",dc="one"}} {value} {self.now - ago}000\n'
            for vm, values in [("a", [40, 50, 60]), ("b", [1, 2, 3])]
            for value, ago in zip(values, [120, 60, 0])
        ]
        requests.post(
            f"{URL}/admin/ionos/contracts/{number}/samples",
            data="".join(lines),
            headers={"content-type": "text/plain"},
            auth=ADMINISTRATOR,
            timeout=60,
        ).raise_for_status()
