"""IONOS' own Python client against a Touchmark server, unchanged: the user
management of the CloudAPI, by password and by a token of the AuthAPI.

https://github.com/ionos-cloud/sdk-python
"""

import base64
import json
import unittest

import requests
from ionoscloud import ApiClient, Configuration, UserManagementApi
from ionoscloud.exceptions import ApiException
from ionoscloud.models import (
    Group,
    GroupProperties,
    GroupShare,
    GroupShareProperties,
    UserGroupPost,
    UserPost,
    UserPropertiesPost,
    UserPropertiesPut,
    UserPut,
)

import deployment

HOST = f"{deployment.URL}/cloudapi/v6"
CONTRACT = 31850000


class Customer:
    """The owner of a contract."""

    def __init__(self, *contracts):
        self.email = f"{deployment.fresh('owner')}@example.org"
        self.password = "pass:word +ü%"
        places = [
            {"contractNumber": contract, "role": "owner"} for contract in contracts
        ]
        made = deployment.administer(
            "POST",
            "/admin/ionos/users",
            {
                "email": self.email,
                "password": self.password,
                "firstname": "Ada",
                "lastname": "Lovelace",
                "contracts": places,
            },
        )
        self.id = made["id"]

    def generate(self, contract=None):
        """A token of the AuthAPI, for which the client has no words."""
        headers = {"X-Contract-Number": str(contract)} if contract else {}
        answer = requests.get(
            f"{deployment.URL}/auth/v1/tokens/generate",
            auth=(self.email, self.password.encode()),
            headers=headers,
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()["token"]


def api(**identity):
    """The client's user management as somebody."""
    return UserManagementApi(ApiClient(Configuration(host=HOST, **identity)))


class UserManagement(unittest.TestCase):
    def setUp(self):
        self.owner = Customer(CONTRACT)
        self.token = self.owner.generate()
        self.api = api(token=self.token)

    def assertRefused(self, status, call, *arguments, **named):
        """The call fails with this status, in the vendor's envelope."""
        with self.assertRaises(ApiException) as caught:
            call(*arguments, **named)
        self.assertEqual(caught.exception.status, status)
        told = json.loads(caught.exception.body)
        self.assertEqual(told["httpStatus"], status)
        self.assertIsInstance(told["messages"][0]["errorCode"], str)

    def user(self, **properties):
        """A new user of the contract."""
        return self.api.um_users_post(
            UserPost(
                properties=UserPropertiesPost(
                    firstname="Mo",
                    lastname="Ni",
                    email=f"{deployment.fresh('user')}@example.org",
                    password="user secret",
                    **properties,
                )
            )
        )

    def test_a_group_lives_from_creation_to_deletion(self):
        made = self.api.um_groups_post(
            Group(
                properties=GroupProperties(
                    name="monitors", access_and_manage_monitoring=True
                )
            )
        )
        self.assertEqual(made.type, "group")
        self.assertTrue(made.properties.access_and_manage_monitoring)
        self.assertFalse(made.properties.create_data_center)

        read = self.api.um_groups_find_by_id(made.id, depth=1)
        self.assertEqual(read.properties, made.properties)
        self.assertTrue(read.entities.users.href.endswith(f"/{made.id}/users"))

        listed = self.api.um_groups_get(depth=1, pretty=True)
        self.assertIn(made.id, [group.id for group in listed.items])
        self.assertTrue(all(group.properties for group in listed.items))
        bare = self.api.um_groups_get(depth=0)
        self.assertTrue(all(group.properties is None for group in bare.items))

        changed = self.api.um_groups_put(
            made.id, Group(properties=GroupProperties(name="others", create_pcc=True))
        )
        self.assertEqual(changed.properties.name, "others")
        self.assertFalse(changed.properties.access_and_manage_monitoring)
        self.assertTrue(changed.properties.create_pcc)

        self.api.um_groups_delete(made.id)
        self.assertRefused(404, self.api.um_groups_find_by_id, made.id)

    def test_a_user_lives_from_creation_to_deletion(self):
        made = self.user(administrator=False)
        self.assertFalse(made.properties.administrator)
        self.assertTrue(made.properties.active)
        self.assertEqual(self.api.um_users_find_by_id(made.id).id, made.id)

        changed = self.api.um_users_put(
            made.id,
            UserPut(
                properties=UserPropertiesPut(
                    firstname="Mona",
                    lastname="Ni",
                    email=made.properties.email,
                    administrator=True,
                    force_sec_auth=False,
                )
            ),
        )
        self.assertEqual(changed.properties.firstname, "Mona")
        self.assertTrue(changed.properties.administrator)

        found = set()
        for offset in range(1000):
            page = self.api.um_users_get(depth=1, offset=offset, limit=1)
            if not page.items:
                break
            self.assertEqual(len(page.items), 1)
            found.add(page.items[0].id)
        self.assertLessEqual({made.id, self.owner.id}, found)

        self.api.um_users_delete(made.id)
        self.assertRefused(404, self.api.um_users_find_by_id, made.id)

    def test_a_member_of_a_group_has_its_privileges(self):
        made = self.user()
        group = self.api.um_groups_post(
            Group(
                properties=GroupProperties(
                    name="monitors", access_and_manage_monitoring=True
                )
            )
        )
        joined = self.api.um_groups_users_post(group.id, UserGroupPost(id=made.id))
        self.assertEqual(joined.id, made.id)
        members = self.api.um_groups_users_get(group.id, depth=1)
        self.assertEqual([member.id for member in members.items], [made.id])
        groups = self.api.um_users_groups_get(made.id, depth=1)
        self.assertEqual([group.id for group in groups.items], [group.id])

        # The token tells it, to decoders of padded standard base64 as well.
        answer = requests.get(
            f"{deployment.URL}/auth/v1/tokens/generate",
            auth=(made.properties.email, "user secret"),
            timeout=60,
        )
        payload = answer.json()["token"].split(".")[1]
        told = json.loads(base64.b64decode(payload, validate=True))
        self.assertEqual(
            told["identity"]["privileges"], ["ACCESS_AND_MANAGE_MONITORING"]
        )

        self.api.um_groups_users_delete(group.id, made.id)
        self.assertEqual(self.api.um_groups_users_get(group.id).items, [])
        self.assertRefused(404, self.api.um_groups_users_delete, group.id, made.id)

    def test_a_data_centre_is_shared_with_a_group(self):
        group = self.api.um_groups_post(Group(properties=GroupProperties(name="g")))
        where = "5d0f8f0a-3c54-4f10-8f0a-5d0f8f0a3c54"
        rights = GroupShareProperties(edit_privilege=True, share_privilege=False)
        made = self.api.um_groups_shares_post(
            group.id, where, GroupShare(properties=rights)
        )
        self.assertEqual((made.id, made.type), (where, "resource"))
        self.assertEqual(made.properties, rights)
        listed = self.api.um_groups_shares_get(group.id, depth=1)
        self.assertEqual([share.id for share in listed.items], [where])
        rights.share_privilege = True
        self.api.um_groups_shares_put(group.id, where, GroupShare(properties=rights))
        read = self.api.um_groups_shares_find_by_resource_id(group.id, where)
        self.assertTrue(read.properties.share_privilege)
        self.api.um_groups_shares_delete(group.id, where)
        self.assertRefused(
            404, self.api.um_groups_shares_find_by_resource_id, group.id, where
        )

    def test_a_user_may_look_at_itself_only(self):
        made = self.user()
        user = api(username=made.properties.email, password="user secret")
        self.assertEqual(user.um_users_find_by_id(made.id).id, made.id)
        self.assertEqual(user.um_users_groups_get(made.id).items, [])
        self.assertRefused(403, user.um_users_get)
        self.assertRefused(403, user.um_groups_get)
        self.assertRefused(403, user.um_users_find_by_id, self.owner.id)

    def test_what_breaks_a_rule_is_refused(self):
        self.assertRefused(422, self.api.um_users_get, depth=1, limit=-1)
        blank = Group(properties=GroupProperties(name=" "))
        self.assertRefused(422, self.api.um_groups_post, blank)
        member = UserGroupPost(id=self.owner.id)
        self.assertRefused(404, self.api.um_groups_users_post, "nothing", member)

    def test_a_deleted_token_is_dead_at_once(self):
        answer = requests.delete(
            f"{deployment.URL}/auth/v1/tokens",
            params={"criteria": "CURRENT"},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )
        self.assertEqual(answer.json(), {"success": True})
        self.assertRefused(401, self.api.um_users_get)

    def test_who_belongs_to_several_contracts_names_one(self):
        reseller = Customer(CONTRACT, CONTRACT + 1)
        token = reseller.generate(CONTRACT + 1)
        self.assertEqual(len(api(token=token).um_users_get().items or []) > 0, True)
        by_password = api(username=reseller.email, password="pass:word +ü%")
        self.assertRefused(422, by_password.um_users_get)
        named = by_password.um_users_get(x_contract_number=CONTRACT + 1)
        self.assertIn(reseller.id, [user.id for user in named.items])
        self.assertRefused(403, by_password.um_users_get, x_contract_number=7)

    def test_a_wrong_password_is_refused(self):
        self.assertRefused(
            401, api(username=self.owner.email, password="wrong").um_users_get
        )


if __name__ == "__main__":
    unittest.main(verbosity=2)
