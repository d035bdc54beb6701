"""Programs for the same work that people install instead: Node-RED and Pathway, where they are there to be run.

Each is set up as its own documentation shows it, to do what it can of the work: neither checks an order against a
schema, keeps a ledger, or says what became of an order.
"""

import json
import shutil
import socket
from pathlib import Path

FOLDER = Path("/var/tmp/syncd-bench/peers")
INSTALL = {
    "Node-RED": f"mkdir -p {FOLDER}/node-red && cd {FOLDER}/node-red && npm init -y && npm install node-red",
    "Pathway": f"python3 -m venv {FOLDER}/pathway && {FOLDER}/pathway/bin/pip install pathway requests",
}
"""How to install each where it is looked for; a `node-red` on PATH is found as well."""
SETTLE_S = {"Node-RED": 1.5, "Pathway": 4.0}
"""How long each goes on starting after it said that it is ready."""
BLIND = {("Node-RED", "json20k")}
"""Never sees files that stood there before it."""

_NUMBERS = ["PostalServiceCost", "PostalServiceTaxRate", "Qty", "PricePerUnit", "TaxRate"]
_SEND = """
msg.headers = {Authorization: 'Bearer ' + flow.get('token'), 'Content-Type': 'application/json'};
flow.set('left_' + msg.filename.replace(/[^A-Za-z0-9]/g, '_'), 1);
return msg;"""
_GROUP = """
const numbers = new Set(%s), orders = new Map();
for (const row of msg.payload) {
  let order = orders.get(row.ReferenceNumber);
  if (!order) { order = {OrderItems: []}; orders.set(row.ReferenceNumber, order); }
  const item = {};
  for (const [column, text] of Object.entries(row)) {
    const [head, leaf] = column.split('.'), value = numbers.has(leaf || head) ? +text : text;
    if (!leaf) order[head] = value;
    else if (head === 'OrderItems') item[leaf] = value;
    else (order[head] = order[head] || {})[leaf] = value;
  }
  order.OrderItems.push(item);
}
flow.set('left_' + msg.filename.replace(/[^A-Za-z0-9]/g, '_'), orders.size);
const headers = {Authorization: 'Bearer ' + flow.get('token'), 'Content-Type': 'application/json'};
return [[...orders.values()].map(payload => ({payload, headers, filename: msg.filename}))];"""
_MOVE = """
if (msg.statusCode !== 200) { node.warn('status ' + msg.statusCode); }
const key = 'left_' + msg.filename.replace(/[^A-Za-z0-9]/g, '_'), left = flow.get(key) - 1;
flow.set(key, left || undefined);
if (left === 0) {
  const to = %s + '/' + msg.filename.split('/').pop();
  global.get('fs').rename(msg.filename, to, e => { if (e) node.warn(e.message); });
}"""


def find_peers() -> dict[str, list[str]]:
    """Return the peers that are installed, and what starts each of them."""
    found = {}
    node, red = shutil.which("node"), FOLDER / "node-red" / "node_modules" / "node-red" / "red.js"
    if node and red.is_file():
        found["Node-RED"] = [node, str(red)]
    elif on_path := shutil.which("node-red"):
        found["Node-RED"] = [on_path]
    python = FOLDER / "pathway" / "bin" / "python"
    if any(python.parent.parent.glob("lib/python*/site-packages/pathway")):
        found["Pathway"] = [str(python)]
    return found


def describe_peers() -> list[str]:
    """Return a sentence on each peer: which version was measured and what it does, or how to install it."""
    does = {
        "Node-RED": "a flow of watch, file in, json or csv, http request with keep-alive, rename (`bench/peers.py`)",
        "Pathway": "`fs.read` as a stream, an order posted by one `requests.Session`, rename (`bench/pathway_peer.py`)",
    }
    package = FOLDER / "node-red" / "node_modules" / "node-red" / "package.json"
    versions = {"Node-RED": json.loads(package.read_text("utf-8"))["version"] if package.is_file() else "on PATH"}
    for info in (FOLDER / "pathway").glob("lib/python*/site-packages/pathway-*.dist-info"):
        versions["Pathway"] = info.name.removeprefix("pathway-").removesuffix(".dist-info")
    found = find_peers()
    return [
        f"{name} {versions[name]}: {does[name]}; no validation, no ledger, no report."
        if name in found
        else f"{name} is not installed here, and so not measured. To install it: `{INSTALL[name]}`."
        for name in INSTALL
    ]


def build_peer_command(name: str, folder: Path, inbox: Path, done: Path, url: str) -> list[str]:
    """Return what starts a peer that is installed; its own files are written into `folder`."""
    start = find_peers()[name]
    if name == "Pathway":
        return [*start, "-m", "bench.pathway_peer", str(inbox), str(done), url]
    (folder / "flows.json").write_text(json.dumps(build_flow(inbox, done, url)), "utf-8")
    settings = {
        "flowFile": "flows.json",
        "uiHost": "127.0.0.1",
        "uiPort": _find_free_port(),
        "credentialSecret": False,
        "httpAdminRoot": False,
        "telemetry": {"enabled": False, "updateNotification": False},
        "logging": {"console": {"level": "warn", "metrics": False, "audit": False}},
    }
    text = json.dumps(settings)[:-1] + ', "functionGlobalContext": {"fs": require("fs")}}'
    (folder / "settings.js").write_text(f"module.exports = {text};\n", "utf-8")
    return [*start, "-u", str(folder)]


def build_flow(inbox: Path, done: Path, url: str) -> list[dict[str, object]]:
    """Return a Node-RED flow: watch, file in, json or csv, http request, and a rename after a file's last answer."""

    def node(name: str, kind: str, wires: list[list[str]], **rest: object) -> dict[str, object]:
        return {"id": name, "type": kind, "z": "flow", "name": "", "x": 100, "y": 100, "wires": wires, **rest}

    def function(name: str, code: str, then: str = "") -> dict[str, object]:
        outputs = [[then]] if then else []
        return node(
            name, "function", outputs, func=code, outputs=len(outputs), noerr=0, initialize="", finalize="", libs=[]
        )

    def request(name: str, path: str, then: str) -> dict[str, object]:
        rest = {"paytoqs": "ignore", "persist": True, "tls": "", "proxy": "", "authType": "", "senderr": False}
        return node(name, "http request", [[then]], method="POST", ret="obj", url=url + path, headers=[], **rest)

    login = '{"client_id":"x","client_secret":"y"}'
    once = {"props": [{"p": "payload"}], "repeat": "", "crontab": "", "once": True, "onceDelay": 0.1, "topic": ""}
    new_file = {"property": 'event = "update" and type = "file"', "propertyType": "jsonata", "rules": [{"t": "true"}]}
    endings = [{"t": "regex", "v": r"\.csv$", "vt": "str", "case": False}, {"t": "else"}]
    file_in = {"filename": "filename", "filenameType": "msg", "format": "utf8", "chunk": False, "sendError": False}
    rows = {"sep": ",", "hdrin": True, "hdrout": "none", "multi": "mult", "ret": "\\n", "temp": "", "skip": "0"}
    cells = {"strings": False, "include_empty_strings": True, "include_null_values": True, "spec": "rfc"}
    return [
        {"id": "flow", "type": "tab", "label": "bench"},
        node("start", "inject", [["sign in"]], payload=login, payloadType="json", **once),
        request("sign in", "/auth/login", "token"),
        function("token", "flow.set('token', msg.payload.data.access_token); node.warn('ready');"),
        node("watch", "watch", [["new"]], files=str(inbox), recursive=""),
        node("new", "switch", [["read"]], checkall="true", repair=False, outputs=1, **new_file),
        node("read", "file in", [["kind"]], encoding="utf8", allProps=True, **file_in),
        node(
            "kind",
            "switch",
            [["csv"], ["json"]],
            property="filename",
            propertyType="msg",
            rules=endings,
            checkall="false",
            repair=False,
            outputs=2,
        ),
        node("csv", "csv", [["group"]], **rows, **cells),
        function("group", _GROUP % json.dumps(_NUMBERS), "send"),
        node("json", "json", [["one"]], property="payload", action="", pretty=False),
        function("one", _SEND, "send"),
        request("send", "/outbound", "move"),
        function("move", _MOVE % json.dumps(str(done))),
    ]


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
