"""Writes one JSON line for each task result, and the recap at the end, to the file that RUSTLE_RECORD_FILE names.

The lines have the shape that Rustle's own `--json` prints, so that one reader serves both sides. Nothing is cleaned
here: what has to be normalised is normalised once, in Rust, for both sides.
"""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: rustle_record
    type: notification
    short_description: records task results as JSON lines
    description:
        - Writes one JSON object a line to the file named by the environment variable RUSTLE_RECORD_FILE.
"""

CENSORED_ITEM = "(censored due to no_log)"


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "rustle_record"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._file = open(os.environ["RUSTLE_RECORD_FILE"], "a", encoding="utf-8")
        self._play = ""

    def _write(self, event):
        self._file.write(json.dumps(event, ensure_ascii=False, default=str) + "\n")
        self._file.flush()

    @staticmethod
    def _task_name(result):
        """The text of the task's banner: the templated name, behind the role that the task belongs to."""
        task = result.task
        name = (result.task_fields or {}).get("name") or task.name or task.action
        if task._role:
            return "%s : %s" % (task._role.get_name(), name)
        return str(name)

    def _record(self, result, status, is_item=False):
        data = result.result
        event = {
            "event": "task_result",
            "play": self._play,
            "task": self._task_name(result),
            "host": result.host.get_name(),
            "action": result.task.action,
            "status": status,
        }
        if is_item:
            if data.get("_ansible_no_log"):
                event["item"] = CENSORED_ITEM
            else:
                event["item"] = data.get(data.get("ansible_loop_var", "item"), CENSORED_ITEM)
        event["result"] = data
        self._write(event)

    @staticmethod
    def _ok_status(result):
        return "changed" if result.result.get("changed", False) else "ok"

    def v2_playbook_on_play_start(self, play):
        self._play = play.get_name()

    def v2_runner_on_ok(self, result):
        self._record(result, self._ok_status(result))

    def v2_runner_on_skipped(self, result):
        self._record(result, "skipped")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_unreachable(self, result):
        self._record(result, "unreachable")

    def v2_runner_item_on_ok(self, result):
        self._record(result, self._ok_status(result), is_item=True)

    def v2_runner_item_on_skipped(self, result):
        self._record(result, "skipped", is_item=True)

    def v2_runner_item_on_failed(self, result):
        self._record(result, "failed", is_item=True)

    def v2_playbook_on_stats(self, stats):
        keys = ("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored")
        hosts = {}
        for host in sorted(stats.processed):
            counts = stats.summarize(host)
            counts["failed"] = counts.pop("failures")
            hosts[host] = {key: counts[key] for key in keys}
        self._write({"event": "recap", "hosts": hosts})
