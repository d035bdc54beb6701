import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.configs import API, ENVIRONMENT, SECOND, SOURCE

from syncd.config import find_config_path, load_config, schema_files
from syncd.config.model import GenerateReference, ReportsConfig, Secret
from syncd.errors import ConfigError, UsageError

# What loads.


def test_a_short_config_is_complete_with_every_default(load, tmp_path):
    config = load(API + SOURCE)
    (source,) = config.sources
    assert config.path == tmp_path / "config.yaml"
    assert config.api.base_url == "https://api.example.com/v1"
    assert (config.api.client_id.read(), config.api.client_secret.read()) == ("some-id", "hunter2")
    assert config.state_dir == tmp_path / "state"
    assert (source.inbox, source.done) == (tmp_path / "inbox", tmp_path / "done")
    assert (source.failed, source.work) == (tmp_path / "failed", tmp_path / "work")
    assert (config.api.timeout_seconds, source.settle_seconds, source.encoding) == (30, 2, "utf-8")
    assert (config.inventory, config.reports, source.reference, source.schema) == (None, ReportsConfig(), None, None)


def test_every_option_arrives_in_the_config(load, tmp_path):
    (tmp_path / "own.json").write_text("{}")
    config = load(
        API.replace("https://api.example.com/v1/", "http://127.0.0.1:8080")
        + """\
  timeout_seconds: 7.5
  max_in_flight: 3
  environment: test
  retry: {first_seconds: 0.5, cap_seconds: 10}
  rate_limit: {requests: 10, per_seconds: 1.5}
state_dir: /var/lib/syncd-test
"""
        + SOURCE
        + """\
    work: elsewhere/work
    settle_seconds: 0
    match: "*.dat"
    format: csv
    encoding: Windows-1252
    delimiter: semicolon
    final_newline: optional
    timezone: Europe/Berlin
    schema: own.json
    on_invalid: reject_file
    reference: {generate: {prefix: ACME}}
    limits: {file_bytes: 1, record_bytes: 2, depth: 3, digits: 4, columns: 5}
inventory: {directory: stock, interval_seconds: 60.5, page_size: 50}
log: {format: json, level: DEBUG}
reports: {html: always, show_values: false}
"""
    )
    (source,) = config.sources
    assert (config.api.base_url, config.api.environment) == ("http://127.0.0.1:8080", "test")
    assert (config.api.timeout_seconds, config.api.max_in_flight) == (7.5, 3)
    assert (config.api.retry.first_seconds, config.api.retry.cap_seconds) == (0.5, 10)
    assert (config.api.rate_limit.requests, config.api.rate_limit.per_seconds) == (10, 1.5)
    assert config.state_dir == Path("/var/lib/syncd-test")
    assert (source.work, source.settle_seconds) == (tmp_path / "elsewhere/work", 0)
    assert (source.match, source.format, source.encoding) == (("*.dat",), "csv", "cp1252")
    assert (source.delimiter, source.final_newline, source.timezone.key) == (";", "optional", "Europe/Berlin")
    assert (source.schema, source.on_invalid) == (tmp_path / "own.json", "reject_file")
    assert source.reference == GenerateReference("ACME")
    assert [getattr(source.limits, name) for name in source.limits.__slots__] == [1, 2, 3, 4, 5]
    assert config.inventory is not None
    assert config.inventory.directory == tmp_path / "stock"
    assert (config.inventory.interval_seconds, config.inventory.page_size) == (60.5, 50)
    assert (config.log.format, config.log.level, config.reports) == ("json", "DEBUG", ReportsConfig("always", False))


@pytest.mark.parametrize("written", ["generate", "{generate: {}}"])
def test_a_generated_reference_begins_with_the_sources_name_where_no_prefix_is_given(load, written):
    assert load(f"{API}{SOURCE}    reference: {written}\n").sources[0].reference == GenerateReference("orders")


@pytest.mark.parametrize(
    ("written", "requests", "per_seconds"),
    [("100.9", 100, 60.0), ("1.0", 1, 60.0), ("0.5", 1, 120.0), ("1.0e+3", 1000, 60.0)],
)
def test_a_fraction_of_a_call_never_makes_more_calls(load, written, requests, per_seconds):
    limit = load(API + f"  rate_limit: {{requests: {written}}}\n" + SOURCE).api.rate_limit
    assert (limit.requests, limit.per_seconds) == (requests, per_seconds)


def test_a_fraction_of_a_count_is_rounded_down_but_never_to_none(load):
    config = load(API + "  max_in_flight: 0.5\n" + SOURCE + "inventory:\n  directory: i\n  page_size: 50.7\n")
    assert (config.api.max_in_flight, config.inventory.page_size) == (1, 50)


@pytest.mark.parametrize("written", [".inf", "-1", "0", "many", "true"])
def test_what_is_no_count_is_refused(refuse, written):
    assert "api.rate_limit.requests must be" in str(refuse(API + f"  rate_limit: {{requests: {written}}}\n" + SOURCE))


def test_several_patterns_and_a_delimiter_of_one_character(load):
    source = load(f'{API}{SOURCE}    match: ["*.a", "*.b"]\n    delimiter: "\\t"\n    reference: required\n').sources[0]
    assert (source.match, source.delimiter, source.reference) == (("*.a", "*.b"), "\t", None)


@pytest.mark.parametrize("encoding", ["utf-16", "shift_jis", "latin1", "UTF8"])
def test_every_text_encoding_of_python_may_be_declared(load, encoding):
    assert load(f"{API}{SOURCE}    encoding: {encoding}\n").sources[0].encoding in {
        *("utf-16", "shift_jis", "iso8859-1", "utf-8"),
    }


def test_the_environment_is_filled_in_anywhere_in_a_text(load):
    text = API + SOURCE.replace("inbox: inbox", "inbox: ${ROOT}/in-$$-${PART}")
    config = load(text, {**ENVIRONMENT, "ROOT": "/srv", "PART": "${ROOT}"})
    assert config.sources[0].inbox == Path("/srv/in-$-${ROOT}")


def test_folders_are_known_by_where_they_really_are(load, tmp_path):
    (tmp_path / "disk/drop").mkdir(parents=True)
    (tmp_path / "inbox").symlink_to(tmp_path / "disk/drop")
    source = load(API + SOURCE).sources[0]
    assert (source.inbox, source.work) == (tmp_path / "disk/drop", tmp_path / "disk/work")


def test_the_first_source_keeps_its_work_folder_when_another_one_comes(load, tmp_path):
    config = load(API + SOURCE + SECOND.replace("p/", "p_"))
    assert [source.work for source in config.sources] == [tmp_path / "work", tmp_path / "work-partner"]


def test_a_config_is_relative_to_its_own_folder_not_to_where_syncd_was_called(tmp_path, monkeypatch):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/config.yaml").write_text(API + SOURCE)
    monkeypatch.chdir(tmp_path)
    config = load_config(Path("etc/config.yaml"), ENVIRONMENT)
    assert (config.path, config.state_dir) == (tmp_path / "etc/config.yaml", tmp_path / "etc/state")


def test_a_work_folder_of_ones_own_leaves_the_default_to_the_next_source(load, tmp_path):
    config = load(API + SOURCE + "    work: w\n" + SECOND.replace("p/", "p_"))
    assert [source.work for source in config.sources] == [tmp_path / "w", tmp_path / "work"]


# Credentials.

FILED = API.replace("client_secret: ${SYNCD_CLIENT_SECRET}", "client_secret_file: secret") + SOURCE


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text("hunter2\n")
    path.chmod(0o640)
    return path


def test_a_secret_file_is_read_anew_each_time(load, secret_file):
    secret = load(FILED).api.client_secret
    assert (secret.read(), secret.path) == ("hunter2", secret_file)
    secret_file.write_text("\ufeffhunter3 \r\n")
    assert secret.read() == "hunter3 "


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"hunter2\nhunter2\n", "more than one line"),
        (b"\xff", "is not UTF-8"),
        (b"x" * 70000, "too large for a secret"),
    ],
)
def test_what_cannot_be_a_secret_is_refused_at_load_and_later(load, refuse, secret_file, content, words):
    secret = load(FILED).api.client_secret
    secret_file.write_bytes(content)
    (problem,) = refuse(FILED)
    assert problem.startswith("5:3: api.client_secret_file cannot be used: ")
    assert words in problem
    with pytest.raises(ConfigError, match=words):
        secret.read()


def test_a_secret_file_that_everybody_may_read_is_refused_with_its_cure(refuse, secret_file):
    secret_file.chmod(0o644)
    (problem,) = refuse(FILED)
    assert problem.endswith(f"is open to every user of this machine; run: chmod 600 {secret_file}")


def test_a_pipe_in_place_of_a_secret_file_is_refused_without_waiting_for_it(refuse, secret_file):
    secret_file.unlink()
    os.mkfifo(secret_file, 0o600)
    (problem,) = refuse(FILED)
    assert "is no plain file" in problem


def test_systemd_credentials_are_used_where_the_config_names_none(load, tmp_path):
    folder = tmp_path / "credentials"
    folder.mkdir()
    for name in ("client_id", "client_secret"):
        (folder / name).write_text(f"{name} of systemd")
        (folder / name).chmod(0o644)  # systemd itself keeps others out
    text = API.replace("  client_id: ${SYNCD_CLIENT_ID}\n", "").replace("  client_secret: ${SYNCD_CLIENT_SECRET}\n", "")
    api = load(text + SOURCE, {"CREDENTIALS_DIRECTORY": str(folder)}).api
    assert (api.client_id.read(), api.client_secret.read()) == (
        "client_id of systemd",
        "client_secret of systemd",
    )
    assert api.client_secret.origin == "systemd credential client_secret"


def test_a_file_in_the_credentials_folder_is_trusted_whatever_its_mode(load, tmp_path, secret_file):
    secret_file.chmod(0o644)
    assert load(FILED, {**ENVIRONMENT, "CREDENTIALS_DIRECTORY": str(tmp_path)}).api.client_secret.read() == "hunter2"


def test_commands_that_never_sign_in_load_without_credentials(load, refuse):
    api = load(FILED, {}, credentials=False).api
    for secret in (api.client_id, api.client_secret):
        with pytest.raises(ConfigError, match="is missing; give client_"):
            secret.read()
    assert refuse("version: 1\napi: 5\n" + SOURCE, credentials=False)
    assert refuse("5", credentials=False)


def test_a_secret_is_shown_nowhere(load, secret_file):
    for text in (API + SOURCE, FILED, API.replace("${SYNCD_CLIENT_SECRET}", "hunter2") + SOURCE):
        config = load(text)
        assert config.api.client_secret.read() == "hunter2"
        assert "hunter2" not in f"{config!r} {config}"
    assert "read" not in repr(Secret("here", lambda: "hunter2"))


# Files.


def test_a_config_that_cannot_be_read_is_told_in_a_sentence(tmp_path):
    for path, why in ((tmp_path / "nope.yaml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ConfigError, match=why) as caught:
            load_config(path, ENVIRONMENT)
        assert caught.value.problems[0].startswith(f"{path}: the configuration cannot be read: ")


def test_the_first_default_that_exists_is_the_config(tmp_path):
    first, second = tmp_path / "config.yaml", tmp_path / "etc/config.yaml"
    with pytest.raises(UsageError) as caught:
        find_config_path(None, (first, second))
    assert f"neither {first} nor {second} exists" in str(caught.value)
    second.parent.mkdir()
    second.touch()
    assert find_config_path(None, (first, second)) == second
    first.touch()
    assert find_config_path(None, (first, second)) == first
    assert find_config_path(first / "below a file", ()) == first / "below a file"
    assert find_config_path(None, (first / "below a file", second)) == second


def test_a_default_that_cannot_be_looked_at_is_not_passed_over(tmp_path):
    endless = tmp_path / "loop"
    endless.symlink_to(endless)
    assert find_config_path(None, (endless, tmp_path)) == endless


def test_the_schemas_are_found_in_a_wheel_as_in_a_checkout(tmp_path):
    package = Path(schema_files.__file__).parents[1]
    assert schema_files.find_schema("config.schema.json") == package.parent / "schemas/config.schema.json"
    shutil.copytree(package, tmp_path / "syncd", ignore=shutil.ignore_patterns("__pycache__", "schemas"))
    shutil.copytree(package.parent / "schemas", tmp_path / "syncd/schemas")
    program = "from syncd.config.schema_files import *; print(find_schema('config.schema.json'))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={}, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == tmp_path / "syncd/schemas/config.schema.json"


def test_a_schema_that_does_not_ship_is_told_as_a_broken_installation():
    with pytest.raises(FileNotFoundError, match="install it again"):
        schema_files.find_schema("nope.json")
