"""The whole stack, as it is written with other tools: on the same tables, with the same answers.

Each application takes its store from `BENCHMARK_DATABASE_URL`, and is filled and migrated before.
"""
