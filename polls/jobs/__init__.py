"""Scheduled work of cases. `cases.tasks` names the schedule."""
