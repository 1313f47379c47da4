"""Answers questions about the accessibility tree; run by the system's Python, which has pyatspi.

One JSON question a line on stdin: {"names": ["Password"], "state": ""}; one JSON answer a line on stdout: the first
showing control of one of the names (a name ending in ``*`` matches by its beginning), in that state where one is asked
for, with its place, text and states, or null.
"""

import json
import sys

import pyatspi


def matches(node, question):
    name = node.name or ""
    if not any(name.startswith(each[:-1]) if each.endswith("*") else name == each for each in question["names"]):
        return False
    states = [pyatspi.stateToString(state) for state in node.getState().getStates()]
    return "showing" in states and question["state"] in ("", *states)


def described(node):
    extents = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    try:
        text = node.queryText().getText(0, -1)
    except NotImplementedError:
        text = ""
    states = [pyatspi.stateToString(state) for state in node.getState().getStates()]
    return {
        "name": node.name,
        "description": node.description,
        "text": text,
        "x": extents.x,
        "y": extents.y,
        "width": extents.width,
        "height": extents.height,
        "states": states,
    }


def search(node, wanted, depth=0):
    if node is None or depth > 40:
        return None
    try:
        if matches(node, wanted):
            return described(node)
        for index in range(min(node.childCount, 400)):
            found = search(node.getChildAtIndex(index), wanted, depth + 1)
            if found:
                return found
    except Exception:  # noqa: BLE001 - the tree changes while it is read; ask again
        return None
    return None


for line in sys.stdin:
    question = json.loads(line)
    answer = None
    desktop = pyatspi.Registry.getDesktop(0)
    for index in range(desktop.childCount):
        answer = answer or search(desktop.getChildAtIndex(index), question)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
