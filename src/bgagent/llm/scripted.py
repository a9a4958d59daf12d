"""A model that says what it was told to say: for tests of whatever asks models, without network and without waiting."""

from collections.abc import Iterable

from bgagent.llm.call import Answer, Failure, Question
from bgagent.llm.choice import ModelChoice, Protocol
from bgagent.llm.failures import unavailable

_CHOICE = ModelChoice("scripted", "model", Protocol.CHAT, "http://127.0.0.1", "LLM_API_KEY")


class ScriptedModel:
    """Gives its answers in order and remembers what it was asked; see `bgagent.llm.call.Model`.

    A text is an answer, a Failure the end of the model's patience (a ModelUnavailable). One question more than there
    are answers is a defect of the test.
    """

    def __init__(
        self, answers: Iterable[str | Answer | Failure], *, name: str = "scripted/model", short_context: bool = False
    ) -> None:
        self.name = name
        self.short_context = short_context
        self.questions: list[Question] = []
        self._answers = iter(answers)

    def ask(self, question: Question) -> Answer:
        """The next answer."""
        self.questions.append(question)
        try:
            said = next(self._answers)
        except StopIteration:
            raise AssertionError(f"the script has no answer to question {len(self.questions)}") from None
        if isinstance(said, Failure):
            raise unavailable(said, _CHOICE, tries=1)
        if isinstance(said, Answer):
            return said
        tokens_in = sum(len(text) for text in (question.instructions, *question.turns)) // 4
        return Answer(said, self.name, tokens_in=tokens_in, tokens_out=len(said) // 4, cost_usd=0.0)
