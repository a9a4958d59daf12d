"""The page of all jobs as HTML: one line a job, to be searched and sorted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from bgagent.artifacts.index import IndexRow
from bgagent.reporting import figures
from bgagent.reporting.catalogue import catalogue
from bgagent.reporting.html import page_script, page_style, page_words, policy
from bgagent.reporting.visible import visible
from bgagent.reporting.writer import Writer

LONGEST_SENTENCE = 180

_HEADS = ("Job", "Verdict", "Equity", "Return", "Buy and hold", "Sharpe", "Worst drawdown", "Trades", "Finished (UTC)")
_NUMBERS = ("Return", "Buy and hold", "Sharpe", "Worst drawdown", "Trades")
_WIDTH, _HEIGHT = 96, 26


@dataclass(frozen=True, slots=True)
class Going:
    """A job that has no report yet. state: queued or running; submitted_at: a UTC stamp."""

    job_id: str
    state: str
    phase: str
    submitted_at: str


def index_page(rows: Sequence[IndexRow], going: Sequence[Going], *, now: datetime) -> str:
    """The whole page; rows and jobs under way in the order they are to stand in."""
    made = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    counted = f"{figures.count(len(rows))} {'report' if len(rows) == 1 else 'reports'}"
    style, script = page_style(), page_script()
    words = page_words(Writer(catalogue("en"), "USD", with_symbol=True))
    return "".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy([style], [script])}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n',
            f"<title>Backtest reports</title>\n<style>{style}</style>\n</head>\n<body>\n",
            '<header class="top"><span class="product">Backtest reports</span>',
            f'<span class="job">{counted}</span><span class="as-of">as of {made}</span></header>\n',
            "<main>\n<h1>All jobs</h1>\n",
            _going_section(going),
            _table(rows) if rows else "<p>There is no report yet.</p>\n",
            "</main>\n",
            f'<script type="application/json" id="page-words">{words}</script>\n<script>{script}</script>\n',
            "</body>\n</html>\n",
        )
    )


def _number_class(head: str) -> str:
    return ' class="number"' if head in _NUMBERS else ""


def _table(rows: Sequence[IndexRow]) -> str:
    heads = "".join(f'<th scope="col"{_number_class(head)}>{head}</th>' for head in _HEADS)
    return (
        '<section class="card index"><div class="scroll" role="region" tabindex="0" aria-label="All reports">'
        f'<table class="sortable filtered" id="jobs">\n<thead><tr>{heads}</tr></thead>\n<tbody>\n'
        f"{''.join(map(_line, rows))}</tbody>\n</table></div></section>\n"
    )


def _going_section(going: Sequence[Going]) -> str:
    if not going:
        return ""
    items = "".join(
        f"<li><b>{_shown(job.job_id)}</b>: {_shown(job.state)}{f', {_shown(job.phase)}' if job.phase else ''}, "
        f"submitted {_shown(job.submitted_at)}</li>"
        for job in going
    )
    return f'<section class="card"><h2>Under way when this page was made</h2><ul>{items}</ul></section>\n'


def _line(row: IndexRow) -> str:
    finished = datetime.fromtimestamp(row.written_ns // 10**9, UTC).strftime("%Y-%m-%d %H:%M")
    address = quote(f"{row.job_id}.html")
    made_up = ' <span class="mark-warn">synthetic</span>' if row.synthetic else ""
    about = _shown(row.sentence, LONGEST_SENTENCE)
    message = f'<br><span class="why">{_shown(row.message, LONGEST_SENTENCE)}</span>' if row.message else ""
    if row.verdict:
        badge = f'<span class="verdict-{row.verdict}"><span class="word">{_shown(row.verdict)}</span></span>'
    else:
        badge = f'<span class="verdict-none"><span class="word">{_shown(row.status.replace("_", " "))}</span></span>'
    idle = row.trades == 0 and row.total_return is None
    nothing = "no trade" if idle else ""
    return (
        f'<tr><td class="about"><a href="{address}">{_shown(row.job_id)}</a>{made_up}<br>{about}{message}</td>'
        f"<td>{badge}</td><td>{_sparkline(row)}</td>"
        f"{_figure(row.total_return, figures.percent(row.total_return), nothing, signed=True)}"
        f"{_figure(row.benchmark_return, figures.percent(row.benchmark_return))}"
        f"{_figure(row.sharpe, figures.ratio(row.sharpe), nothing)}"
        f"{_figure(row.max_drawdown, figures.percent(row.max_drawdown), nothing)}"
        f"{_figure(row.trades, figures.count(row.trades))}"
        f'<td class="date">{finished}</td></tr>\n'
    )


def _figure(value: float | None, text: str, nothing: str = "", *, signed: bool = False) -> str:
    if value is None:
        return f'<td class="number" data-value="">{nothing}</td>'
    look = f"number {'loss' if value < 0 else 'gain'}" if signed else "number"
    return f'<td class="{look}" data-value="{value:.6g}">{text}</td>'


def _sparkline(row: IndexRow) -> str:
    """A small line of the equity; nothing without a trade."""
    if len(row.equity) < 2 or row.total_return is None:
        return ""
    low, high = min(row.equity), max(row.equity)
    across, up = _WIDTH / (len(row.equity) - 1), (_HEIGHT - 4) / ((high - low) or 1.0)
    points = " ".join(
        f"{at * across:.0f},{_HEIGHT - 2 - (value - low) * up:.1f}" for at, value in enumerate(row.equity)
    )
    look = "falls" if row.equity[-1] < row.equity[0] else "rises"
    return (
        f'<svg class="spark {look}" width="{_WIDTH}" height="{_HEIGHT}" aria-hidden="true">'
        f'<polyline points="{points}"/></svg>'
    )


def _shown(text: str, longest: int = 400) -> str:
    kept = " ".join(visible(text).split())
    return escape(kept if len(kept) <= longest else f"{kept[: longest - 1]}…")
