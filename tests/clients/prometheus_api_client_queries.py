"""prometheus-api-client against a Touchmark server: IONOS' TelemetryAPI, whose
tokens the client is given as a header.

https://github.com/4n4nd/prometheus-api-client-python
"""

import datetime
import unittest

from prometheus_api_client import PrometheusApiClientException, PrometheusConnect

import deployment

TELEMETRY = f"{deployment.URL}/telemetry"
METRIC = deployment.METRIC


def connect(token):
    headers = {"Authorization": f"Bearer {token}"}
    return PrometheusConnect(url=TELEMETRY, headers=headers)


class Queries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.contract = deployment.Contract()
        cls.client = connect(cls.contract.token)

    def times(self):
        at = datetime.datetime.fromtimestamp
        return at(self.contract.now - 120), at(self.contract.now)

    def test_the_connection_is_there(self):
        self.assertTrue(self.client.check_prometheus_connection())

    def test_without_a_good_token_it_is_not(self):
        self.assertFalse(connect("nonsense").check_prometheus_connection())
        with self.assertRaises(PrometheusApiClientException) as caught:
            connect("nonsense").custom_query("up")
        self.assertIn("HTTP Status Code 401", str(caught.exception))

    def test_metrics_and_labels_are_listed(self):
        self.assertEqual(self.client.all_metrics(), [METRIC])
        self.assertEqual(self.client.get_label_names(), ["__name__", "dc", "uuid"])
        self.assertEqual(self.client.get_label_values("uuid"), ["a", "b"])

    def test_series_are_listed(self):
        start, end = self.times()
        matched = {"match[]": f'{METRIC}{{uuid="a"}}'}
        for params, count in [(None, 2), (matched, 1)]:
            series = self.client.get_series(start, end, params=params)
            self.assertEqual(len(series), count)

    def test_a_value_at_a_time_is_answered(self):
        params = {"time": self.contract.now}
        [value] = self.client.get_current_metric_value(
            METRIC, label_config={"uuid": "a"}, params=params
        )
        self.assertEqual(value["value"], [self.contract.now, "60"])
        [total] = self.client.custom_query(f"sum({METRIC})", params=params)
        self.assertEqual(total["value"][1], "63")

    def test_values_over_time_are_answered(self):
        start, end = self.times()
        [series] = self.client.custom_query_range(
            f'{METRIC}{{uuid="a"}}', start_time=start, end_time=end, step="60"
        )
        self.assertEqual([value for _, value in series["values"]], ["40", "50", "60"])
        ranges = self.client.get_metric_range_data(
            METRIC, label_config={"uuid": "b"}, start_time=start, end_time=end
        )
        values = {value for series in ranges for _, value in series["values"]}
        self.assertLessEqual({"2", "3"}, values)

    def test_a_mistake_is_told_as_prometheus_tells_it(self):
        with self.assertRaises(PrometheusApiClientException) as caught:
            self.client.custom_query("sum(")
        self.assertIn("HTTP Status Code 400", str(caught.exception))
        self.assertIn("unclosed left parenthesis", str(caught.exception))


if __name__ == "__main__":
    unittest.main(verbosity=2)
