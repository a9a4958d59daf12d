"""No word is dropped: taken out or replaced by a made-up one, it changes the spec or ends in a refusal."""

from pathlib import Path

from bgagent.language.tokens import Kind, tokenise
from bgagent.language.words import lexicon
from tests.language.reading import reading, records

MADE_UP = "zorblax"
# words that repeat what others of the sentence say: without them it means the same
REPEATED = {
    "p01": {"What", "become", "bought", "held"},
    "p02": {"MA", "Backtest"},  # "50/200 crossover" crosses averages; simple is the default
    "p03": {"versus", "simple", "moving", "Run", "starting"},
    "p04": {"price", "band", "it", "go", "Bollinger"},
    "p05": {"trade"},
    "p06": {"line", "signal", "back"},
    "p07": {"next", "whenever", "loss", "Trade"},
    "p08": {"Compare", "each"},
    "p09": {"test"},
    "p10": {"get"},  # "out after 3 days"
    "p11": {"hold"},
    "p12": {"using", "every", "time", "positions", "open", "or"},
    "p13": {"trading"},
    "p14": {"when", "close", "standard", "average", "it"},
    "p15": {"after"},  # "at +8% or 10 days"
    "p16": {"Invest"},
    "p17": {"and", "rebalanced"},
    "p18": {"stop", "crossover"},  # "12/26 EMA, long on the up cross"
}
# small words: the words around them carry the meaning
LINKS = set("of at in on with over for and from through is are have would $".split())


def test_a_made_up_word_is_named_wherever_it_stands(shared_dir: Path):
    for record in records(shared_dir, "examples.jsonl"):
        prompt = record["prompt"]
        for token in tokenise(prompt):
            if token.kind is Kind.SIGN and token.word not in "$%":
                continue
            start, end = token.span
            changed = f"{prompt[:start]} {MADE_UP} {prompt[end:]}"
            found = reading(changed)
            assert found.spec is None, changed
            assert any(MADE_UP in part.text for part in found.unexplained), changed


def test_a_word_taken_out_changes_the_spec_or_is_missed(shared_dir: Path):
    idle = LINKS | set(lexicon("fillers")["noise"])
    for record in records(shared_dir, "examples.jsonl"):
        prompt, number = record["prompt"], record["id"]
        spec = reading(prompt).spec
        if spec is None:
            continue
        for token in tokenise(prompt):
            if token.kind is Kind.SIGN and token.word in ",.:;?()":
                continue
            start, end = token.span
            changed = prompt[:start] + prompt[end:]
            if token.word in idle or token.text in REPEATED.get(number, set()):
                continue
            assert reading(changed).spec != spec, f"{number}: nothing changes without {token.text!r}: {changed}"


def test_every_word_is_in_a_clause_or_a_filler(shared_dir: Path):
    for record in records(shared_dir, "examples.jsonl"):
        found = reading(record["prompt"])
        if found.spec is None:
            continue
        covered = {place for clause in found.clauses for place in range(*clause.span)}
        for token in tokenise(record["prompt"]):
            if token.kind is Kind.NUMBER:
                assert token.span[0] in covered, f"{record['id']}: the number {token.text} is in no clause"
