"""promtool against a Touchmark server: IONOS' TelemetryAPI.

promtool 2.42 can send a header with `query range` only, so the others go through
a proxy that adds the token, as a server before Prometheus does. It also sees
that promtool asks by POST first, and by GET where POST is not allowed.

https://prometheus.io/docs/prometheus/latest/command-line/promtool/
"""

import datetime
import http.server
import subprocess
import threading
import unittest

import requests

import deployment

METRIC = deployment.METRIC


class Proxy(http.server.ThreadingHTTPServer):
    """Forwards what it is asked, with a token."""

    def __init__(self, token):
        super().__init__(("127.0.0.1", 0), Forwarding)
        self.token = token
        # Methods, paths and statuses of what was asked.
        self.seen = []
        self.url = f"http://127.0.0.1:{self.server_port}/telemetry"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Forwarding(http.server.BaseHTTPRequestHandler):
    def forward(self):
        length = int(self.headers.get("content-length", 0))
        headers = {"authorization": f"Bearer {self.server.token}"}
        if length:
            headers["content-type"] = self.headers["content-type"]
        answer = requests.request(
            self.command,
            deployment.URL + self.path,
            data=self.rfile.read(length),
            headers=headers,
            timeout=60,
        )
        path = self.path.partition("?")[0]
        self.server.seen.append((self.command, path, answer.status_code))
        self.send_response(answer.status_code)
        for name in ["content-type", "allow"]:
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = forward

    def log_message(self, *arguments):
        pass


def promtool(*arguments):
    """The exit status, and what was said on either stream."""
    ended = subprocess.run(
        ["promtool", "query", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


class Queries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.contract = deployment.Contract()
        cls.now = cls.contract.now

    def setUp(self):
        self.proxy = Proxy(self.contract.token)
        self.addCleanup(self.proxy.server_close)
        self.addCleanup(self.proxy.shutdown)

    def answered(self, *arguments):
        """The lines that promtool prints when it is content."""
        status, out, err = promtool(*arguments)
        self.assertEqual((status, err), (0, ""))
        return out.splitlines()

    def refused(self, *arguments):
        """What promtool complains about."""
        status, out, err = promtool(*arguments)
        self.assertEqual((status, out), (1, ""))
        return err

    def over_time(self, expression, token, step="1m"):
        header = f"--header=Authorization=Bearer {token}"
        times = [f"--start={self.now - 120}", f"--end={self.now}", f"--step={step}"]
        server = f"{deployment.URL}/telemetry"
        return ["range", header, *times, server, expression]

    def test_values_at_a_time_are_answered(self):
        time = f"--time={self.now}"
        lines = self.answered("instant", time, self.proxy.url, METRIC)
        self.assertEqual(
            sorted(lines),
            [
                f'{METRIC}{{dc="one", uuid="{vm}"}} => {value} @[{self.now}]'
                for vm, value in [("a", 60), ("b", 3)]
            ],
        )
        moment = datetime.datetime.fromtimestamp(self.now - 60, datetime.timezone.utc)
        time = f"--time={moment.isoformat()}"
        [line] = self.answered("instant", time, self.proxy.url, f"sum({METRIC})")
        self.assertEqual(line, f"{{}} => 52 @[{self.now - 60}]")

    def test_values_over_time_are_answered(self):
        lines = self.answered(*self.over_time(METRIC, self.contract.token))
        self.assertEqual(len(lines), 8)
        for vm, values in [("a", [40, 50, 60]), ("b", [1, 2, 3])]:
            head = lines.index(f'{METRIC}{{dc="one", uuid="{vm}"}} =>')
            times = [self.now - ago for ago in [120, 60, 0]]
            wanted = [f"{value} @[{time}]" for value, time in zip(values, times)]
            self.assertEqual(lines[head + 1 : head + 4], wanted)

    def test_series_are_listed(self):
        times = [f"--start={self.now - 120}", f"--end={self.now}"]
        for selectors, vms in [
            ([METRIC], ["a", "b"]),
            (['{uuid="b"}'], ["b"]),
            (['{uuid="a"}', '{uuid="b"}'], ["a", "b"]),
            (['{uuid="c"}'], []),
        ]:
            matches = [f"--match={selector}" for selector in selectors]
            lines = self.answered("series", *matches, *times, self.proxy.url)
            wanted = [f'{{__name__="{METRIC}", dc="one", uuid="{vm}"}}' for vm in vms]
            self.assertEqual(sorted(lines), wanted)

    def test_values_of_labels_are_listed(self):
        url = self.proxy.url
        self.assertEqual(self.answered("labels", url, "uuid"), ["a", "b"])
        self.assertEqual(self.answered("labels", url, "__name__"), [METRIC])
        chosen = self.answered("labels", '--match={uuid=~"b|c"}', url, "uuid")
        self.assertEqual(chosen, ["b"])

    def test_post_is_asked_first_and_get_is_fallen_back_to(self):
        asked = "/telemetry/api/v1/query"
        self.answered("instant", self.proxy.url, "1")
        self.assertEqual(self.proxy.seen, [("POST", asked, 405), ("GET", asked, 200)])

    def test_mistakes_are_told_as_prometheus_tells_them(self):
        told = self.refused("instant", self.proxy.url, "sum(")
        self.assertIn("bad_data: ", told)
        self.assertIn("unclosed left parenthesis", told)
        told = self.refused(*self.over_time("sum(", self.contract.token))
        self.assertIn("bad_data: ", told)
        told = self.refused(*self.over_time(METRIC, self.contract.token, step="10ms"))
        self.assertIn("bad_data: exceeded maximum resolution of 11,000 points", told)
        told = self.refused("series", "--match={", self.proxy.url)
        self.assertIn("bad_data: ", told)
        self.assertIn("bad_data: ", self.refused("labels", self.proxy.url, "9"))

    def test_without_a_good_token_nothing_is_answered(self):
        told = self.refused(*self.over_time(METRIC, "nonsense"))
        self.assertIn("401", told)
        self.assertIn("401", self.refused("instant", f"{deployment.URL}/telemetry", "1"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
