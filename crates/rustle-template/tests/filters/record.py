"""Records what ansible-core makes of the expressions in the JSON files beside this script.

Run it with the Python of an environment in which ansible-core is installed:

    python record.py [file.json ...]

Each file holds variables, files of the playbook, and cases: `[expression, result]`, where this script writes the result:
the `repr` of the value, or `!` and the message of the error. A third item is what this implementation gives instead, and a
fourth why.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ |= {"HOME": "/home/me", "GREETING": "hello", "TZ": "UTC"}
os.environ.pop("NOPE", None)
time.tzset()

from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.plugins.loader import init_plugin_loader  # noqa: E402
from ansible.template import Templar, trust_as_template  # noqa: E402

NAMES = {
    "_AnsibleTaggedStr": "str",
    "_AnsibleTaggedInt": "int",
    "_AnsibleTaggedFloat": "float",
    "_AnsibleTaggedList": "list",
    "_AnsibleTaggedDict": "dict",
    "_AnsibleLazyTemplateList": "list",
    "_AnsibleLazyTemplateDict": "dict",
    "_AnsibleLazyAccessTuple": "tuple",
}


def message(error):
    """The messages of an error and its causes, as ansible-core joins them."""
    parts = []
    while error is not None:
        parts.append(getattr(error, "message", None) or str(error))
        error = error.__cause__
    text = parts.pop()
    for part in reversed(parts):
        text = part if part.endswith(text) else part.rstrip(". ") + ": " + text
    text = text.replace("ansible._internal._templating._lazy_containers.", "")
    text = text.replace("ansible.module_utils._internal._datatag.", "")
    for name, type_name in NAMES.items():
        text = text.replace(name, type_name)
    return text


def record(expression, variables):
    loader = DataLoader()
    loader.set_basedir(os.getcwd())
    templar = Templar(loader=loader, variables=variables)
    try:
        result = templar.template(trust_as_template("{{ " + expression + " }}"))
    except Exception as error:  # noqa: BLE001
        return "!" + message(error)
    return repr(result)


def main():
    init_plugin_loader()
    paths = [Path(arg) for arg in sys.argv[1:]] or sorted(Path(__file__).parent.glob("*.json"))
    for path in (path.resolve() for path in paths):
        table = json.loads(path.read_text())
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            for name, content in table.get("files", {}).items():
                Path(name).parent.mkdir(parents=True, exist_ok=True)
                Path(name).write_text(content)
            table["variables"]["ansible_search_path"] = [os.getcwd()]
            cases = [
                [case[0], record(case[0], table["variables"]).replace(folder, "$FOLDER"), *case[2:]]
                for case in (case if isinstance(case, list) else [case] for case in table["cases"])
            ]
            del table["variables"]["ansible_search_path"]
            os.chdir(path.parent)
        head = json.dumps({key: value for key, value in table.items() if key != "cases"}, ensure_ascii=False, indent=1)
        lines = ",\n  ".join(json.dumps(case, ensure_ascii=False) for case in cases)
        path.write_text(head[:-2] + ',\n "cases": [\n  ' + lines + "\n ]\n}\n")
        print(path.name, len(cases))


main()
