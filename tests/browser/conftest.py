"""A browser, and the page over a small run: served, and as files."""

import shutil
import threading

import pytest
from playwright.sync_api import expect, sync_playwright
from waitress import create_server

from docs.dashboard_picture import CHROMIUM_FLAGS
from playfair.dashboard import create_app
from playfair.dashboard.export import export_page
from playfair.dashboard.limits import UploadLimits
from playfair.dashboard.run_networks import table_maker
from playfair.dashboard.shown_results import ShownResults
from playfair.trust import Trust
from tests.shared_runs import made_once

# As for all else that is waited for: a busy machine is no failure.
expect.set_options(60_000)


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(shown_run):
    """Where the page of the small run is served."""
    server = create_server(create_app(shown_run, uploads=UploadLimits()), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}/"
    server.close()


@pytest.fixture(scope="session")
def files(shown_run, tmp_path_factory):
    """The address of the page of the small run as files."""

    def make(folder):
        results = ShownResults(shown_run)
        makers = {name: table_maker(shown_run, name, Trust()) for name in results.models}
        export_page(results, makers, folder, results.uid)

    return f"{(made_once(tmp_path_factory, 'shown_files', make) / 'index.html').as_uri()}"


@pytest.fixture
def open_page(browser):
    """A function that opens an address, by default at 1400 x 950, and waits for the clip.

    When the test ends, nothing may have been said in the console, and nothing asked of elsewhere.
    """
    contexts, said = [], []

    def take(address, width=1400, height=950, **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        # Of a clip that is refused the browser says the same as the page.
        page.on(
            "console", lambda message: "status of 422" in message.text or said.append(message.text)
        )
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
        own = address.partition("#")[0].rpartition("/")[0]
        page.on(
            "request",
            lambda request: (
                request.url.startswith((own, "data:", "blob:")) or said.append(request.url)
            ),
        )
        page.goto(address)
        page.wait_for_selector(".panel")
        return page

    yield take
    for context in contexts:
        context.close()
    assert said == []
