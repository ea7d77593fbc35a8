"""Sets Caseway up from a fresh clone and runs it, with the standard library alone.

Knows the machine: packages, the virtual environment, PostgreSQL, the queue, processes. Knows nothing of cases,
letters or diagrams; it meets the product only through the commands in `processes.py` and environment variables.
"""
