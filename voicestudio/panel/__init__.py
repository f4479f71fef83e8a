"""The operator's panel: its site, dashboard, health page and metrics."""
