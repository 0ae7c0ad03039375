"""The credential line beside a name: who showed which, how exact it may be, and how it reads.

Acts leave a deposit (`deposits`), the nightly pass counts them (`tallies`) and releases the lines
that k members showed (`release`); pages read those (`released`).
"""
