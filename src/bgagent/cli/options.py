"""The options of `nlbt bg`, and a reading of them that is quick because it takes only what is usual.

click takes all of them, names errors and shows help, but loading it costs more than anything else on the way back to
the shell prompt. Whatever is not plainly right here is left to it.
"""

from collections.abc import Mapping, Sequence

# as click declares them, and as keywords of `api.run_background_job`: type, default, help
VALUES: Mapping[str, tuple[type, object, str]] = {
    "--name": (str, None, "The job's id: letters, digits, '.', '_', '-'."),
    "--timeout": (float, None, "Seconds the whole job may take."),
    "--max-iters": (int, None, "Attempts at a strategy that passes the checks."),
    "--model": (str, None, "Language model for what the embedded reader does not understand."),
    "--data": (
        str,
        None,
        "auto, demo (made-up prices), a provider's name, or a directory of csv or parquet files.",
    ),
    "--reader": (str, "auto", "Who reads the sentence: auto, embedded or model."),
    "--seed": (int, 0, "Seed of everything random."),
    "--lang": (str, "", "Language of the report: en, es, de, fr, hi or zh; else as the sentence says, or English."),
    "--as-of": (str, None, 'What "now" is for relative windows: an ISO date or time.'),
    "--budget-usd": (float, None, "US dollars the job may spend on a language model."),
    "--record": (str, None, "File that every exchange with a language model is written to, keys taken out."),
    "--replay": (str, None, "File made with --record that answers in the model's place: no network, no key."),
    "--notify": (
        str,
        None,
        (
            "Command that is run when the job has ended; it finds NLBT_JOB_ID, NLBT_JOB_STATE, NLBT_JOB_EXIT_CODE, "
            "NLBT_JOB_MESSAGE, NLBT_JOB_REPORT and NLBT_JOB_REPORT_JSON in its environment."
        ),
    ),
}
_VERB = "bg"


def field_of(option: str) -> str:
    """`--max-iters` as a keyword: `max_iters`."""
    return option.removeprefix("--").replace("-", "_")


def is_sentence(word: str) -> bool:
    """A first word with a space in it is not a verb: `nlbt "Buy and hold SPY"` means `nlbt bg "Buy and hold SPY"`."""
    return " " in word.strip()


def read_plainly(words: Sequence[str]) -> tuple[str, dict[str, object]] | None:
    """The sentence and all options, when the words only submit one and nothing about them is unusual; else None."""
    if not words or not (words[0] == _VERB or is_sentence(words[0])):
        return None
    rest = list(words[1:] if words[0] == _VERB else words)
    sentences: list[str] = []
    options = {field_of(name): default for name, (_, default, _) in VALUES.items()}
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            sentences.append(word)
            continue
        name, equals, text = word.partition("=")
        if name not in VALUES or not (equals or rest):
            return None
        try:
            options[field_of(name)] = VALUES[name][0](text if equals else rest.pop(0))
        except ValueError:
            return None
    return (sentences[0], options) if len(sentences) == 1 else None
