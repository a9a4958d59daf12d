"""The table of verbs: module and one line of help, so that `--help` loads none of them."""

VERBS = {
    "bg": ("bgagent.cli.bg", "Start a backtest in the background from one sentence."),
    "bg-status": ("bgagent.cli.bg_status", "Show the state of one job, or of the recent ones."),
    "bg-list": ("bgagent.cli.bg_list", "List all jobs."),
    "bg-logs": ("bgagent.cli.bg_logs", "Print a job's log; -f follows it to the end."),
    "bg-wait": ("bgagent.cli.bg_wait", "Wait for jobs to end; the exit code is theirs."),
    "bg-report": ("bgagent.cli.bg_report", "Show, print or open a job's report."),
    "bg-stop": ("bgagent.cli.bg_stop", "Stop jobs."),
    "bg-rerun": ("bgagent.cli.bg_rerun", "Run a job again: as it was, changed, or to check its report."),
    "bg-batch": ("bgagent.cli.bg_batch", "Run a file of sentences as jobs, and rank the results."),
    "bg-clean": ("bgagent.cli.bg_clean", "Remove old jobs with their reports."),
    "data": ("bgagent.cli.data", "Show, get, check and hand out prices."),
    "eval": ("bgagent.cli.eval", "Run a suite of sentences as jobs and count what comes out right."),
    "demo": ("bgagent.cli.demo", "Run a backtest on made-up prices, without network or keys."),
    "doctor": ("bgagent.cli.doctor", "Show what this machine offers to jobs, and what is missing."),
    "completion": ("bgagent.cli.completion", "Print what makes a shell complete verbs, options and jobs."),
}
