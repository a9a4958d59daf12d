"""One evaluation from its choices to its files, on threads and without jobs."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bgagent.evals import evaluate as evaluating
from bgagent.evals.evaluate import Choice, evaluate, write_evaluation
from bgagent.evals.results import CaseResult, Evaluation, Mark, read_evaluation
from bgagent.evals.running import Terms
from bgagent.evals.suite import Case
from tests.evals.reports import result

SUITE = '[[case]]\nid = "one"\nsentence = "Hold SPY"\n[[case]]\nid = "two"\nfamily = "odd"\nsentence = "Hold QQQ"\n'


def evaluated(root: Path, monkeypatch, choice: Choice, **environment: str) -> tuple[Evaluation, list[Terms]]:
    asked: list[Terms] = []

    def run(case: Case, terms: Terms) -> CaseResult:
        asked.append(terms)
        return result(case.id, Mark.UNCHECKED)

    monkeypatch.setattr(evaluating, "run_case", run)
    with ThreadPoolExecutor(1) as executor:
        return evaluate(choice, root=root, environment=environment, executor=executor), asked


def test_two_runs_of_the_same_second_do_not_share_a_folder(tmp_path: Path, monkeypatch):
    (tmp_path / "suite.toml").write_text(SUITE)
    choice = Choice(suite=tmp_path / "suite.toml")
    found = [evaluated(tmp_path, monkeypatch, choice) for _ in range(4)]
    names = [evaluation.name for evaluation, _ in found]
    assert len(set(names)) == 4
    assert len({terms.root for _, asked in found for terms in asked}) == 4
    assert len({terms.prefix for _, asked in found for terms in asked}) == 4
    paths = [write_evaluation(evaluation, tmp_path / "reports") for evaluation, _ in found]
    assert [read_evaluation(facts) for _, facts in paths] == [evaluation for evaluation, _ in found]


def test_folders_named_in_settings_are_those_of_the_project(tmp_path: Path, monkeypatch):
    (tmp_path / "suite.toml").write_text(SUITE)
    (tmp_path / "prices").mkdir()
    choice = Choice(suite=tmp_path / "suite.toml", only="odd", at_once=3)
    settings = {"NLBT_DATA_DIR": "prices", "CACHE_DIR": "cache", "LLM_MODEL": "some-model"}
    evaluation, (terms,) = evaluated(tmp_path, monkeypatch, choice, **settings)
    assert [case.id for case in evaluation.cases] == ["two"]
    assert terms.environment["NLBT_DATA_DIR"] == str(tmp_path / "prices")
    assert terms.environment["CACHE_DIR"] == str(tmp_path / "cache")
    assert terms.environment["NLBT_MAX_RUNNING"] == "3"
    assert terms.root.parent == tmp_path / "cache" / "eval"
    assert (evaluation.model, evaluation.at_once) == ("some-model", 3)
    other, (terms,) = evaluated(tmp_path, monkeypatch, Choice(suite=choice.suite, only="odd", data="prices"))
    assert terms.data == str(tmp_path / "prices")
    assert other.model == ""
