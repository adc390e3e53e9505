"""The dashboard's application over a small run with hostile names."""

from types import SimpleNamespace
from urllib.parse import quote

import pytest

from playfair.dashboard import create_app
from tests.shared_runs import made_once
from tests.shown_run import write_shown_run


@pytest.fixture(scope="session")
def shown_run(tmp_path_factory):
    """results/shown of a small run; not to be changed."""
    return made_once(tmp_path_factory, "shown", write_shown_run) / "results/shown"


@pytest.fixture
def api(shown_run):
    """What asks the application: get(path, uid) with the uid percent-encoded in place of {}."""
    client = create_app(shown_run).test_client()

    def get(path, uid=""):
        return client.get(path.replace("{}", quote(uid, safe="")))

    return SimpleNamespace(get=get, client=client)
