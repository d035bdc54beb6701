"""Pieces of configs, and the environment they are loaded in."""

ENVIRONMENT = {"SYNCD_CLIENT_ID": "some-id", "SYNCD_CLIENT_SECRET": "hunter2"}
API = """\
version: 1
api:
  base_url: https://api.example.com/v1/
  client_id: ${SYNCD_CLIENT_ID}
  client_secret: ${SYNCD_CLIENT_SECRET}
"""
SOURCE = """\
sources:
  - name: orders
    inbox: inbox
    done: done
    failed: failed
"""
SECOND = """\
  - name: partner
    inbox: p/inbox
    done: p/done
    failed: p/failed
"""
