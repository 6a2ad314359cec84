"""Triage quality on labelled data: `cases` are read, `judge` runs them through the handlers, `metrics` counts, `plots`
and `report` show."""
