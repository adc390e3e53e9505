"""A clip of the visitor's own, dropped on the page."""

import base64

import torch

from playfair.runs import Run, explain_view
from tests.browser.test_what_if import answer, in_words, link, pressed, ready
from tests.shown_run import CLASSES

DROP = """({name, content}) => {
    const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name));
    for (const type of ['dragover', 'drop'])
        document.querySelector('main').dispatchEvent(
            new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: carried}));
}"""


def drop(page, name, content):
    page.evaluate(DROP, {"name": name, "content": base64.b64encode(content).decode()})


def test_a_dropped_clip_is_explained_and_its_frames_are_switched_off(open_page, address, shown_run):
    clip = shown_run / "webm/10001.webm"
    run, cpu = Run(shown_run), torch.device("cpu")
    table = explain_view(run.view(clip, "small", cpu), "x", run.model("trn"), cpu, 5)
    page = open_page(link(address))
    ready(page)
    drop(page, "<b>mine</b>.webm", clip.read_bytes())
    page.wait_for_selector(".notice:has-text('<b>mine</b>.webm is on this page alone')")
    ready(page)
    best = int(table.predicted[0])
    assert f"TRN says “{CLASSES[best]}” {in_words(table.scores[0, best])}" in answer(page)
    assert page.get_attribute(".frame img >> nth=0", "src").startswith("data:image/jpeg")
    page.keyboard.press("2")
    assert pressed(page) == ["true", "false", "true", "true", "true"]
    assert answer(page).startswith("Without frame 2, TRN")
    page.keyboard.press("a")
    page.keyboard.press("r")
    page.wait_for_selector("h2:has-text('Backwards')")
    assert page.locator("text=Shuffle").count() == 0
    page.keyboard.press("j")
    page.wait_for_url("**video=10000**")
    page.go_back()
    page.wait_for_selector(".frame img[src^='data:image/jpeg']")
    assert len(pressed(page)) == 5


def test_what_is_no_clip_says_so_also_when_chosen_from_a_dialog(open_page, address):
    page = open_page(link(address))
    with page.expect_file_chooser() as chooser:
        page.click("text=Your clip")
    chooser.value.set_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"notes"})
    page.wait_for_selector(".notice:has-text('is damaged or in no format')")
    page.wait_for_selector(".frame")


def test_files_and_servers_that_take_none_say_so(open_page, files):
    page = open_page(files)
    assert page.locator("text=Your clip").count() == 0
    drop(page, "mine.webm", b"")
    page.wait_for_selector(".notice:has-text('--allow-uploads')")
