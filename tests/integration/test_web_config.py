"""Where the listener may be, and where the file of metrics."""

import pytest
from support.configs import API, SOURCE

from syncd.config.model import WebConfig


def test_nothing_is_listened_on_unless_asked_for(load):
    config = load(API + SOURCE)
    assert config.web is None
    assert config.metrics.textfile is None


@pytest.mark.parametrize(
    ("text", "web"),
    [
        ("web: {listen: '127.0.0.1:9000'}", WebConfig("127.0.0.1", 9000)),
        ("web: {listen: '[::1]:8080'}", WebConfig("::1", 8080)),
        ("web: {listen: 'localhost:0'}", WebConfig("localhost", 0)),
        ("web: {}", WebConfig("127.0.0.1", 8080)),
    ],
)
def test_the_listener_is_on_this_machine(load, text, web):
    assert load(f"{API}{SOURCE}{text}\n").web == web


def test_an_address_is_written_as_in_a_browser():
    assert str(WebConfig("::1", 80)) == "[::1]:80"
    assert str(WebConfig("127.0.0.1", 80)) == "127.0.0.1:80"


@pytest.mark.parametrize(
    ("listen", "words"),
    [
        ("0.0.0.0:8080", "web.listen must begin with 127.0.0.1, [::1] or localhost"),
        ("192.168.1.5:8080", "asks for no password"),
        ("example.com:8080", "use an SSH tunnel"),
        ("127.0.0.1:70000", "must end with a port up to 65535"),
        ("127.0.0.1", "must be an address of this machine and a port"),
        ("8080", "must be an address of this machine and a port"),
    ],
)
def test_another_place_is_refused_with_what_to_do(refuse, listen, words):
    (problem,) = refuse(f"{API}{SOURCE}web: {{listen: '{listen}'}}\n")
    assert words in problem


def test_the_file_of_metrics_stands_relative_to_the_config(load, tmp_path):
    assert load(f"{API}{SOURCE}metrics: {{textfile: out/syncd.prom}}\n").metrics.textfile == tmp_path / "out/syncd.prom"


def test_a_file_that_node_exporter_would_not_read_is_refused(refuse):
    (problem,) = refuse(f"{API}{SOURCE}metrics: {{textfile: syncd.txt}}\n")
    assert "must end in .prom, or node_exporter does not read it" in problem
