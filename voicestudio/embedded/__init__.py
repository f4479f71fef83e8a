"""The servers that a laptop lacks, started as they are: PostgreSQL, Valkey, an S3 server, a mail
catcher, and our own web, worker and beat processes under one supervisor.

Nothing here imports Django: the supervisor writes ``VAR_DIR/stack.json`` and settings read it.
"""
