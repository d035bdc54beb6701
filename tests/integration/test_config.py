import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from syncd import schema_files
from syncd.config import find_config_path, load_config
from syncd.config.model import GenerateReference, Secret
from syncd.errors import ConfigError, UsageError

ENVIRONMENT = {"SYNCD_CLIENT_ID": "some-id", "SYNCD_CLIENT_SECRET": "hunter2"}
API = """\
version: 1
api:
  base_url: https://api.example.com/v1/
  client_id: ${SYNCD_CLIENT_ID}
  client_secret: ${SYNCD_CLIENT_SECRET}
"""
SOURCE = """\
sources:
  - name: orders
    inbox: inbox
    done: done
    failed: failed
"""
SECOND = """\
  - name: partner
    inbox: p/inbox
    done: p/done
    failed: p/failed
"""


@pytest.fixture
def load(tmp_path):
    def load(text, environment=ENVIRONMENT, **how):
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return load_config(path, environment, **how)

    return load


@pytest.fixture
def refuse(load, tmp_path):
    """Load what must not load; the problems, their file's name cut off."""

    def refuse(text, environment=ENVIRONMENT, **how):
        with pytest.raises(ConfigError) as caught:
            load(text, environment, **how)
        assert "hunter2" not in str(caught.value)
        start = f"{tmp_path}/config.yaml:"
        assert all(problem.startswith(start) for problem in caught.value.problems)
        return [problem.removeprefix(start) for problem in caught.value.problems]

    return refuse


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
    assert (config.inventory, config.show_values, source.reference, source.schema) == (None, True, None, None)


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
reports: {show_values: false}
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
    assert (config.log.format, config.log.level, config.show_values) == ("json", "DEBUG", False)


@pytest.mark.parametrize("written", ["generate", "{generate: {}}"])
def test_a_generated_reference_begins_with_the_sources_name_where_no_prefix_is_given(load, written):
    assert load(f"{API}{SOURCE}    reference: {written}\n").sources[0].reference == GenerateReference("orders")


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


# What is refused: each with its line, its key and its cure.

BROKEN = {
    "a misspelt option": (
        API + SOURCE + "    setle_seconds: 2\n",
        "11:5: sources[0].setle_seconds is no option; did you mean settle_seconds?",
    ),
    "an option in the wrong block": (
        API + "  settle_seconds: 2\n" + SOURCE,
        "6:3: api.settle_seconds is no option here; it belongs in sources[]",
    ),
    "an option of the top in a block": (
        API + SOURCE + "    state_dir: x\n",
        "11:5: sources[0].state_dir is no option here; it belongs in the first column",
    ),
    "an option like no other": (
        API + "  colour: red\nreports: {xyz: 1}\n" + SOURCE,
        "7:11: reports.xyz is no option; known here: show_values",
    ),
    "an option that stands twice": (
        API + SOURCE + "    inbox: other\n",
        "11:5: sources[0].inbox stands here again, after line 8; keep one of the two",
    ),
    "a required option that is missing": (
        API + SOURCE.replace("    failed: failed\n", ""),
        "7:5: sources[0].failed is missing; add failed: failed",
    ),
    "an inbox that is missing": (
        API + SOURCE.replace("    inbox: inbox\n", ""),
        "7:5: sources[0].inbox is missing; add inbox: inbox",
    ),
    "a block that is missing": (API, "1:1: sources is missing; add a block sources:"),
    "a number with its unit": (
        API + "  timeout_seconds: 30s\n" + SOURCE,
        '6:3: api.timeout_seconds must be a number such as 30, without quotes or units, not "30s"',
    ),
    "half a call": (
        API + "  max_in_flight: 2.5\n" + SOURCE,
        "6:3: api.max_in_flight must be a whole number such as 8, without quotes or units, not 2.5",
    ),
    "a number from the environment": (
        API + "  max_in_flight: ${SYNCD_CLIENT_SECRET}\n" + SOURCE,
        (
            "6:3: api.max_in_flight must be a whole number such as 8, without quotes or units, "
            'not "${SYNCD_CLIENT_SECRET}"; an environment variable gives text only'
        ),
    ),
    "a number where text is wanted": (
        API.replace("${SYNCD_CLIENT_ID}", "123") + SOURCE,
        "4:3: api.client_id is read as a number; put it in quotes to make it text",
    ),
    "a truth where text is wanted": (
        API + SOURCE.replace("name: orders", "name: true"),
        "7:5: sources[0].name is read as true or false; put it in quotes to make it text",
    ),
    "a list where text is wanted": (
        API + SOURCE.replace("inbox: inbox", "inbox: [a]"),
        "8:5: sources[0].inbox must be one text",
    ),
    "a block where patterns are wanted": (
        API + SOURCE + "    match: {a: b}\n",
        "11:5: sources[0].match must be one text or a list of texts",
    ),
    "yes for true": (
        API + SOURCE + "reports:\n  show_values: yes\n",
        '12:3: reports.show_values must be true or false, not "yes"',
    ),
    "an option without a value": (
        API + SOURCE + "inventory:\n",
        "11:1: inventory has no value; write one behind the colon, or take the line out",
    ),
    "an empty text": (
        API + SOURCE.replace("inbox: inbox", "inbox: ''"),
        "8:5: sources[0].inbox is empty; write a value",
    ),
    "no pattern at all": (
        API + SOURCE + "    match: []\n",
        "11:5: sources[0].match is empty; write at least one entry",
    ),
    "a pattern with a folder": (
        API + SOURCE + "    match: ['in/*.csv']\n",
        "11:13: sources[0].match[0] is compared with the file's name alone; leave the folder out",
    ),
    "a block in place of a list": (
        API + "sources: {name: orders}\n",
        "6:1: sources must be a list, each entry below it beginning with a dash",
    ),
    "a word in place of a block": (
        API + "sources: [orders]\n",
        "6:11: sources[0] must be a block of options, each on a line of its own below it",
    ),
    "a version to come": (API.replace("1", "2", 1) + SOURCE, "1:1: version must be 1, not 2"),
    "a word that is none of the words": (
        API + SOURCE + "    format: cvs\n",
        '11:5: sources[0].format must be auto, csv, json or ndjson, not "cvs"; did you mean csv?',
    ),
    "a word in small letters": (
        API + SOURCE + "log: {level: warning}\n",
        '11:7: log.level must be DEBUG, INFO, WARNING or ERROR, not "warning"; did you mean WARNING?',
    ),
    "a number for a word": (
        API + SOURCE + "log: {level: 10}\n",
        "11:7: log.level is read as a number; put it in quotes to make it text",
    ),
    "less than nothing": (
        API + SOURCE + "    settle_seconds: -1\n",
        "11:5: sources[0].settle_seconds must be 0 or more, not -1",
    ),
    "nothing where something is needed": (
        API + "  retry: {cap_seconds: 0}\n" + SOURCE,
        "6:11: api.retry.cap_seconds must be more than 0, not 0",
    ),
    "a name that is none": (
        API + SOURCE.replace("orders", "-orders " + "x" * 64),
        (
            "7:5: sources[0].name must begin with a letter or digit and hold only letters, digits, _ and -, "
            f'at most 64 of them, not "-orders {"x" * 30}…'
        ),
    ),
    "a delimiter of two": (
        API + SOURCE + "    delimiter: ';;'\n",
        '11:5: sources[0].delimiter must be comma, semicolon, tab, pipe or one character in quotes, not ";;"',
    ),
    "half a reference rule": (
        API + SOURCE + "    reference: optional\n",
        '11:5: sources[0].reference must be required or {"generate": {"prefix": "ACME"}}, not "optional"',
    ),
    "a wrong reference rule": (
        API + SOURCE + "    reference: {generate: {prefx: A}}\n",
        "11:28: sources[0].reference.generate.prefx is no option; did you mean prefix?",
    ),
    "a codec for other things": (
        API + SOURCE + "    encoding: base64\n",
        "11:5: sources[0].encoding names no text encoding that is known here",
    ),
    "an encoding for host names": (
        API + SOURCE + "    encoding: idna\n",
        "11:5: sources[0].encoding names no text encoding that is known here",
    ),
    "a misspelt encoding": (
        API + SOURCE + "    encoding: cp12520\n",
        "11:5: sources[0].encoding names no text encoding that is known here; did you mean cp1252?",
    ),
    "a misspelt zone": (
        API + SOURCE + "    timezone: Europe/Berln\n",
        "11:5: sources[0].timezone names no time zone of the IANA list; did you mean Europe/Berlin?",
    ),
    "a folder of zones": (
        API + SOURCE + "    timezone: Europe\n",
        "11:5: sources[0].timezone names no time zone of the IANA list",
    ),
    "a schema that is not there": (
        API + SOURCE + "    schema: nope.json\n",
        "11:5: sources[0].schema cannot be read: No such file or directory",
    ),
    "a name for two sources": (
        API + SOURCE + SECOND.replace("partner", "orders"),
        "11:5: sources[1].name is the name of sources[0] too; give each source its own",
    ),
    "a folder for two things": (
        API + SOURCE.replace("done: done", "done: ./x/../inbox"),
        "9:5: sources[0].done is the folder of sources[0].inbox too; give each a folder of its own",
    ),
    "a work folder for two sources": (
        API + SOURCE + "    work: w\n" + SECOND + "    work: w\n",
        "16:5: sources[1].work is the folder of sources[0].work too; give each a folder of its own",
    ),
    "a home folder": (
        API + SOURCE.replace("inbox: inbox", "inbox: ~/inbox"),
        "8:5: sources[0].inbox begins with ~, which is not filled in here; write the whole path, or ${HOME}",
    ),
    "a variable that is not set": (
        API + SOURCE.replace("inbox: inbox", "inbox: ${ROOT}/inbox"),
        "8:5: sources[0].inbox needs the environment variable ROOT, which is not set; set it",
    ),
    "a lone dollar": (
        API.replace("${SYNCD_CLIENT_SECRET}", "hunter2$x") + SOURCE,
        "5:3: api.client_secret holds a $ without a {NAME} behind it; write $$ for a dollar",
    ),
    "a control character": (
        API + SOURCE.replace("inbox: inbox", 'inbox: "in\\0box"'),
        "8:5: sources[0].inbox holds a line break or another control character; write it on one line",
    ),
    "plain http": (
        API.replace("https:", "http:") + SOURCE,
        "3:3: api.base_url must begin with https://; plain http is for localhost, 127.0.0.1 and [::1] alone",
    ),
    "a password in the address": (
        API.replace("https://", "https://me:hunter2@") + SOURCE,
        "3:3: api.base_url holds a user or password; take it out",
    ),
    "a question in the address": (
        API.replace("v1/", "v1?key=hunter2") + SOURCE,
        "3:3: api.base_url must end with its path; take out what follows ? or #",
    ),
    "a secret in two places": (
        API + "  client_secret_file: secret\n" + SOURCE,
        "6:3: api.client_secret_file stands beside client_secret; keep one of the two",
    ),
    "a secret that is nowhere": (
        API.replace("  client_secret: ${SYNCD_CLIENT_SECRET}\n", "") + SOURCE,
        "2:1: api.client_secret is missing; give client_secret, client_secret_file, or a systemd credential",
    ),
    "a secret file that is not there": (
        API.replace("client_secret: ${SYNCD_CLIENT_SECRET}", "client_secret_file: nope") + SOURCE,
        "5:3: api.client_secret_file cannot be used: ",
    ),
    "a secret that is no text": (
        API.replace("${SYNCD_CLIENT_SECRET}", "{hunter2: 1}") + SOURCE,
        "5:3: api.client_secret must be one text",
    ),
    "no YAML": (API + "sources: [\n", "7:1: a value is missing here, or a { or [ above is not closed"),
    "no options": ("- a\n- b\n", "1:1: the file holds no options; begin with a copy of config.example.yaml"),
    "an empty file": ("", "1:1: the file holds no options; begin with a copy of config.example.yaml"),
}


@pytest.mark.parametrize(("text", "sentence"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_wrong_is_told_with_line_key_and_cure(refuse, text, sentence):
    problems = refuse(text)
    assert any(problem.startswith(sentence) for problem in problems), problems
    # Only "an option like no other" holds two mistakes.
    assert len(problems) == (2 if "colour" in text else 1), problems


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_file(refuse):
    problems = refuse(
        """\
version: 3
api:
  base_url: http://example.com
  client_id: 007
sources:
  - name: a
    inbox: x
    done: x
    failed: f
    failed: g
    timezone: Mars
    colour: red
"""
    )
    assert [int(problem.split(":")[0]) for problem in problems] == [1, 2, 3, 8, 10, 11, 12]


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https:///x",
        "ftp://x",
        "x",
        "https://h:99999",
        "https://[::1",
        "https://a b",
        "https://a\\b",
    ],
)
def test_what_is_no_address_is_refused(refuse, url):
    assert refuse(API.replace("https://api.example.com/v1/", url) + SOURCE) == [
        "3:3: api.base_url is no address; write https://HOST/PATH"
    ]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "127.8.9.10", "[::1]:8080"])
def test_plain_http_is_good_for_a_loopback_address(load, host):
    assert load(API.replace("https://api.example.com", f"http://{host}") + SOURCE)


@pytest.mark.parametrize("host", ["localhost.example.com", "127.0.0.1.nip.io", "10.0.0.1", "0.0.0.0", "[::]"])
def test_plain_http_is_refused_for_any_other(refuse, host):
    (problem,) = refuse(API.replace("https://api.example.com", f"http://{host}") + SOURCE)
    assert "plain http is for localhost" in problem


def test_an_empty_variable_is_told_as_such(refuse):
    assert refuse(API + SOURCE, {**ENVIRONMENT, "SYNCD_CLIENT_ID": ""}) == [
        "4:3: api.client_id needs the environment variable SYNCD_CLIENT_ID, which is empty; set it"
    ]


def test_a_secret_of_several_lines_from_the_environment_is_refused(refuse):
    (problem,) = refuse(API + SOURCE, {**ENVIRONMENT, "SYNCD_CLIENT_SECRET": "hunter2\n"})
    assert problem.startswith("5:3: api.client_secret holds a line break")


def test_a_list_that_is_no_list_of_blocks_breaks_no_later_check(refuse):
    assert len(refuse(API + "  retry: 5\nsources: {a: 1}\ninventory: 5\nlog: []\n")) == 4


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
    package = Path(schema_files.__file__).parent
    assert schema_files.find_schema("config.schema.json") == package.parent / "schemas/config.schema.json"
    (tmp_path / "syncd").mkdir()
    for name in ("__init__.py", "schema_files.py"):
        shutil.copy(package / name, tmp_path / "syncd" / name)
    shutil.copytree(package.parent / "schemas", tmp_path / "syncd/schemas")
    program = "from syncd.schema_files import *; print(find_schema('config.schema.json'))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={}, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == tmp_path / "syncd/schemas/config.schema.json"


def test_a_schema_that_does_not_ship_is_told_as_a_broken_installation():
    with pytest.raises(FileNotFoundError, match="install it again"):
        schema_files.find_schema("nope.json")
