"""Why there is no result, who can act on it, and the one command to run next."""

from bgagent.artifacts.report import ErrorRow
from bgagent.artifacts.request import Request
from bgagent.errors import (
    BadUse,
    BgAgentError,
    Bug,
    Crashed,
    DataUnavailable,
    LimitReached,
    MachineUnfit,
    ModelUnavailable,
    NeedsClarification,
    NeedsModel,
    NoAcceptableStrategy,
    Stopped,
)
from bgagent.reporting.rerun import changed, rerun_command


def error_row(error: BgAgentError, request: Request) -> ErrorRow:
    """The error as the report holds it; `court` and `next_command` say where it goes from here."""
    court, command = _next(error, request)
    questions = error.questions if isinstance(error, NeedsClarification) else ()
    return ErrorRow(type(error).__name__, error.message, error.hint, questions, court, command)


def _next(error: BgAgentError, request: Request) -> tuple[str, str]:
    match error:
        case NeedsClarification():
            answered = f"{request.prompt.rstrip(' .')}. YOUR ANSWER"
            return "Yours: say it again with the answer in the sentence.", changed(request, prompt=answered)
        case NeedsModel():
            return "Yours: say it in other words, or set up a language model.", "nlbt doctor"
        case BadUse():
            return "Yours: the command cannot be used as it is.", "nlbt bg --help"
        case DataUnavailable():
            return (
                "The provider's, or yours: another symbol, period or source. Made-up prices show the rest at work.",
                changed(request, data="demo"),
            )
        case ModelUnavailable():
            return "The language model's provider, or your settings for it.", "nlbt doctor"
        case MachineUnfit():
            return "This machine's: it has to be put right before the job can run.", "nlbt doctor"
        case NoAcceptableStrategy():
            return "Ours first; more attempts or plainer words may help.", changed(
                request, max_iters=2 * request.max_iters
            )
        case LimitReached():
            return "Yours: allow more, or ask for less.", changed(request, timeout_s=2 * request.timeout_s)
        case Stopped():
            return "Yours: you stopped it; the same command starts it anew.", rerun_command(request)
        case Crashed():
            return "This machine's: something ended the process. The same command starts it anew.", rerun_command(
                request
            )
        case Bug():
            return "Ours: this is a defect of the program. The log has the details.", f"nlbt bg-logs {request.job_id}"
    return "Ours: the program did not expect this. The log has the details.", f"nlbt bg-logs {request.job_id}"
