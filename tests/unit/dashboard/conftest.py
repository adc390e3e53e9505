"""The dashboard's application over a small run with hostile names."""

from types import SimpleNamespace
from urllib.parse import quote

import pytest

from playfair.dashboard import create_app


@pytest.fixture
def api(shown_run):
    """What asks the application: get(path, uid) with the uid percent-encoded in place of {}."""
    client = create_app(shown_run).test_client()

    def get(path, uid=""):
        return client.get(path.replace("{}", quote(uid, safe="")))

    return SimpleNamespace(get=get, client=client)
