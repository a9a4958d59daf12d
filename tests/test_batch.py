"""Rows of a file, and their ranking; the jobs themselves are in e2e/test_bg_batch.py."""

from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from bgagent import batch
from bgagent.batch import BatchResult, BatchRow, ranked, read_rows, run_rows
from bgagent.errors import BadUse


def asked(name: str, text: str) -> list[tuple[int, str, dict[str, object]]]:
    return [(row.line, row.sentence, dict(row.options)) for row in read_rows(Path(name), text)]


def test_a_text_has_one_sentence_a_line_and_remarks():
    text = "# ideas\nBuy and hold SPY\n\n  RSI on QQQ, 5% stop \n"
    assert asked("ideas.txt", text) == [(2, "Buy and hold SPY", {}), (4, "RSI on QQQ, 5% stop", {})]


def test_csv_has_a_column_of_sentences_and_columns_of_options():
    text = '\ufeffsentence,max-iters,data\n"Hold SPY, then sell",2,\nHold QQQ,,demo\n'
    assert asked("a.csv", text) == [(2, "Hold SPY, then sell", {"max_iters": 2}), (3, "Hold QQQ", {"data": "demo"})]


def test_json_lines_have_keys():
    text = '{"sentence": "Hold SPY", "seed": 3}\n\n{"prompt": "Hold QQQ", "timeout": "9.5", "model": null}\n'
    assert asked("a.jsonl", text) == [(1, "Hold SPY", {"seed": 3}), (3, "Hold QQQ", {"timeout": 9.5})]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "# nothing\n", "no sentence"),
        ("a.csv", "words\nHold SPY\n", "line 2 has no sentence"),
        ("a.csv", "sentence,colour\nHold SPY,red\n", "no option 'colour'"),
        ("a.csv", "sentence,seed\nHold SPY,red\n", "line 2: seed cannot be 'red'"),
        ("a.csv", 'sentence\n"Hold SPY"x\n', "line 2"),
        ("a.csv", "sentence\nHold SPY, QQQ\n", "line 2: more values than columns"),
        ("a.jsonl", '{"sentence": "Hold SPY"\n', "line 1 is no JSON"),
        ("a.jsonl", '["Hold SPY"]\n', "line 1 is no object"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(name, text, said):
    with pytest.raises(BadUse, match=said):
        read_rows(Path(name), text)


def test_ids_are_made_of_what_is_asked_so_that_a_file_finds_its_jobs_again():
    first = read_rows(Path("my ideas.txt"), "Hold SPY\nHold QQQ\nHold SPY\n")
    moved = read_rows(Path("my ideas.txt"), "# new\nHold DIA\nHold QQQ\nHold SPY\nHold SPY\n")
    ids = [row.job_id for row in first]
    assert len(set(ids)) == 3
    assert all(job_id.startswith("my-ideas-") for job_id in ids)
    assert set(ids) < {row.job_id for row in moved}
    assert read_rows(Path("a.csv"), "sentence,seed\nHold SPY,1\n") != read_rows(Path("a.csv"), "sentence\nHold SPY\n")


def result(line: int, verdict: str | None, value: float | None) -> BatchResult:
    return BatchResult(line, f"j{line}", "", 0, verdict, value, "", "")


def test_the_verdict_ranks_before_the_metric_and_what_is_undefined_last():
    best_first = [
        result(6, "trustworthy", 0.1),
        result(3, "caution", 2.0),
        result(1, "caution", -1.0),
        result(5, "caution", None),
        result(2, "reject", 9.0),
        result(4, None, None),
    ]
    assert ranked(reversed(best_first)) == best_first


def test_equals_keep_the_order_of_the_file():
    assert [one.line for one in ranked([result(2, "caution", 1.0), result(1, "caution", 1.0)])] == [1, 2]


class Elsewhere(Executor):
    """An engine that runs backwards and late: results must still come out in the order of the file."""

    def __init__(self):
        self.tasks = []

    def submit(self, task, /, *arguments, **options):
        future = Future()
        self.tasks.append((future, task, arguments))
        if len(self.tasks) == 3:
            for waiting, called, given in reversed(self.tasks):
                waiting.set_result(called(*given))
        return future


def test_any_executor_will_do(monkeypatch):
    monkeypatch.setattr(batch, "run_row", lambda row, root, metric: [result(row.line, "caution", float(row.line))])
    rows = [BatchRow(line, "Hold SPY", {}, f"j{line}") for line in (1, 2, 3)]
    told = []
    results = run_rows(rows, Elsewhere(), root=Path(), metric="sharpe", on_result=told.extend)
    assert [one.line for one in results] == [1, 2, 3]
    assert sorted(one.line for one in told) == [1, 2, 3]
