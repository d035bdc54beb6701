import pytest
from support.configs import API, ENVIRONMENT, SECOND, SOURCE

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
        "7:11: reports.xyz is no option; known here: html, show_values",
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
    "no call": (API + "  max_in_flight: 0\n" + SOURCE, "6:3: api.max_in_flight must be more than 0, not 0"),
    "a number from the environment": (
        API + "  max_in_flight: ${SYNCD_CLIENT_SECRET}\n" + SOURCE,
        (
            "6:3: api.max_in_flight must be a number such as 8, without quotes or units, "
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
    "an abbreviation of a zone": (
        API + SOURCE + "    timezone: CEST\n",
        "11:5: sources[0].timezone names no time zone of the IANA list, such as Europe/Berlin",
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


@pytest.mark.parametrize("host", ["api..host", ".host", "a..", f"{'a' * 64}.host", f"{'ä' * 60}.host"])
def test_a_host_that_nobody_can_be_asked_for_is_refused(refuse, host):
    assert refuse(API.replace("https://api.example.com", f"https://{host}") + SOURCE) == [
        "3:3: api.base_url holds a host that cannot be: each part between its dots must have 1 to 63 characters"
    ]


@pytest.mark.parametrize(
    "host", ["api.host.", f"{'a' * 63}.host", "münchen.example", "10.0.0.1", "[::1]:1", "a_b.host"]
)
def test_a_host_that_can_be_is_good(load, host):
    assert load(API.replace("https://api.example.com", f"https://{host}") + SOURCE)


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
