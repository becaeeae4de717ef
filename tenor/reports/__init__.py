"""Reports: coverage, and what a proof found, as text, Markdown, HTML, JSON and JUnit.

``report`` says what is told; each other module writes it down in one form.
"""
