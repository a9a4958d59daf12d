"""Prompts are Markdown files beside the module that sends them; their `{{ name }}` slots are filled here."""

import re
from importlib.resources import files

_SLOT = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")


def load_prompt(package: str, name: str) -> str:
    """The text of `prompts/<name>.md` in `package`, without the line breaks at its ends."""
    return (files(package) / "prompts" / f"{name}.md").read_text(encoding="utf-8").strip()


def fill(prompt: str, **slots: str) -> str:
    """The prompt with every slot filled in one go, so that a slot in a filled-in text stays text.

    Raises ValueError, naming them, when slots are missing or unused.
    """
    wanted = set(_SLOT.findall(prompt))
    if missing := sorted(wanted - slots.keys()):
        raise ValueError(f"the prompt has slots that nothing fills: {', '.join(missing)}")
    if unused := sorted(slots.keys() - wanted):
        raise ValueError(f"the prompt has no slot for: {', '.join(unused)}")
    return _SLOT.sub(lambda slot: slots[slot[1]], prompt)
