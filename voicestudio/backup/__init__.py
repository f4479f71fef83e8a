"""Backup and restore of database and storage, consistent with each other."""
