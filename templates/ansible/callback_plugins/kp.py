"""Says what happens as lines of JSON, for kp: KP_ANSIBLE_EVENTS=1 switches it on. Values of tasks with no_log stay hidden."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: kp
type: aggregate
short_description: events as lines of JSON
description:
  - One line for each task and each host, behind the mark C(kp-event).
requirements:
  - the environment variable KP_ANSIBLE_EVENTS
"""


class CallbackModule(CallbackBase):
    """Prints events."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "kp"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.disabled = os.environ.get("KP_ANSIBLE_EVENTS") != "1"

    def _say(self, **event):
        self._display.display("kp-event " + json.dumps(event, default=str))

    def _about(self, result):
        values = result._result
        hidden = values.get("_ansible_no_log") or result._task.no_log
        said = "" if hidden else str(values.get("msg") or values.get("stderr") or values.get("exception") or "")
        if not hidden and isinstance(values.get("results"), list):
            failed = [str(one.get("msg") or one.get("stderr") or "") for one in values["results"] if one.get("failed")]
            said = "; ".join(text for text in failed if text) or said
        return {"host": result._host.get_name(), "task": result._task.get_name(), "said": said[:2000]}

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._say(event="task", task=task.get_name())

    def v2_runner_on_ok(self, result):
        if result._result.get("changed"):
            self._say(event="changed", **self._about(result))

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._say(event="ignored" if ignore_errors else "failed", **self._about(result))

    def v2_runner_on_unreachable(self, result):
        self._say(event="unreachable", **self._about(result))

    def v2_playbook_on_stats(self, stats):
        hosts = sorted(stats.processed)
        self._say(event="end", hosts={host: stats.summarize(host) for host in hosts})
