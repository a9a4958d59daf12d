"""A job's result or failure as one Report value, and that value as markdown, HTML, JSON and files."""
