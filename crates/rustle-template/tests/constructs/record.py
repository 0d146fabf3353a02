"""Records what ansible-core makes of the constructs in the JSON files beside this script.

Run it with the Python of an environment in which ansible-core is installed:

    python record.py [file.json ...]

Each file holds variables, files that templates can include, and cases. A case is a template (or an `expression` or
`condition`) with `expect`, which this script writes: the type and `repr` of the result, or the message of the error.
What stands under `ours` is left alone: a deviation of this implementation, and why.
"""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar, trust_as_template

TYPES = {
    "_AnsibleTaggedStr": "str",
    "_AnsibleTaggedInt": "int",
    "_AnsibleTaggedFloat": "float",
    "_AnsibleTaggedList": "list",
    "_AnsibleTaggedDict": "dict",
    "_AnsibleLazyTemplateList": "list",
    "_AnsibleLazyTemplateDict": "dict",
    "_AnsibleLazyAccessTuple": "tuple",
}


def trusted(value):
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, dict):
        return {key: trusted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [trusted(item) for item in value]
    return value


def plain(text):
    text = text.replace("ansible._internal._templating._lazy_containers.", "")
    for name, type_name in TYPES.items():
        text = text.replace(name, type_name)
    return text


def message(error):
    """The messages of an error and its causes, as ansible-core joins them."""
    parts = []
    while error is not None:
        parts.append(getattr(error, "message", None) or str(error))
        error = error.__cause__
    text = parts.pop()
    for part in reversed(parts):
        text = part if part.endswith(text) else part.rstrip(". ") + ": " + text
    return plain(text)


def record(case, variables):
    templar = Templar(loader=DataLoader(), variables=trusted(variables))
    try:
        if "condition" in case:
            result = templar.evaluate_conditional(trusted(case["condition"]))
        elif "expression" in case:
            result = templar.evaluate_expression(trusted(case["expression"]))
        elif case.get("file"):
            result = templar.template(trusted(case["template"]), escape_backslashes=False)
        else:
            result = templar.template(trusted(case["template"]))
    except Exception as error:  # noqa: BLE001
        if type(error).__name__ == "AnsibleValueOmittedError":
            return {"type": "omit"}
        return {"error": message(error)}
    kind = type(result).__name__
    return {"type": TYPES.get(kind, kind), "repr": repr(result)}


def main():
    init_plugin_loader()
    paths = [Path(arg) for arg in sys.argv[1:]] or sorted(Path(__file__).parent.glob("*.json"))
    for path in (path.resolve() for path in paths):
        table = json.loads(path.read_text())
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            for name, content in table.get("files", {}).items():
                Path(name).write_text(content)
            for case in table["cases"]:
                ours = case.pop("ours", None)
                case["expect"] = record(case, table["variables"] | case.get("variables", {}))
                if ours is not None:
                    case["ours"] = ours
            os.chdir(path.parent)
        head = {key: value for key, value in table.items() if key != "cases"}
        lines = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
        cases = ",\n  ".join(json.dumps(case, ensure_ascii=False) for case in table["cases"])
        path.write_text(lines + ',\n "cases": [\n  ' + cases + "\n ]\n}\n")
        print(path.name, len(table["cases"]))


main()
