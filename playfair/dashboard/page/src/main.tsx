/** Starts the page: from files where an export has written some beside it, else from the API. */

import { render } from "preact";
import { App } from "./app";
import { unpackIndex } from "./clips";
import * as lattice from "./lattice";
import { apiSource, fileSource } from "./source";
import { startTheme } from "./theme";
import "./style.css";

const ofFiles = document.documentElement.hasAttribute("data-files");
const source = ofFiles ? fileSource() : apiSource();
// For scripts of others, and for the tests that compare this arithmetic with Python's.
(window as unknown as Record<string, unknown>).PlayFair = lattice;
startTheme();
const root = document.getElementById("page")!;
source.index().then(
  (index) => {
    root.replaceChildren();
    render(<App clips={unpackIndex(index)} source={source} />, root);
  },
  (error: Error) => {
    root.textContent = `The results cannot be read: ${error.message}`;
  },
);
