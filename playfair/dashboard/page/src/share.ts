/** What people take away: the numbers as CSV, the view as SVG or PNG. */

import type { Clips } from "./clips";
import type { Source } from "./source";
import type { State } from "./state";
import type { Video } from "./types";
import { besideValues, sentence, shownValues, type View } from "./view";
import { quoted, score, signed } from "./words";

function save(name: string, content: Blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const fileName = (uid: string, suffix: string) => `playfair_${uid.replace(/[^\p{L}\p{N}_-]+/gu, "_")}.${suffix}`;

/** A cell that no spreadsheet takes for a formula. */
function cell(value: string | number): string {
  const text = String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row per place and class, the true one and the rival. */
export function csv(views: View[], clips: Clips, uid: string): string {
  const rows: (string | number)[][] = [["uid", "model", "place", "frame", "seen", "class", "esv", "prior", "score"]];
  for (const view of views)
    for (const classIdx of [view.explained, view.rival].filter((one) => one >= 0)) {
      const values = view.values(classIdx);
      view.frameIdx.forEach((frame, place) => {
        const seen = (view.panel.mask >> place) & 1;
        const value = values && seen ? values[place] : "";
        rows.push([uid, view.panel.model, place + 1, frame, seen ? "true" : "false", clips.className[classIdx], value, view.prior(classIdx), view.score(classIdx)]);
      });
    }
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

export function saveCsv(views: View[], clips: Clips, uid: string) {
  save(fileName(uid, "csv"), new Blob([csv(views, clips, uid)], { type: "text/csv" }));
}

const escaped = (text: string) => text.replace(/[<>&"']/g, (one) => `&#${one.charCodeAt(0)};`);

async function dataUri(address: string): Promise<string> {
  if (address.startsWith("data:")) return address;
  const answer = await fetch(address);
  if (!answer.ok) return "data:,";
  const blob = await answer.blob();
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.readAsDataURL(blob);
  });
}

const FONT = "system-ui, sans-serif";
const INK = "#1f2328";
const COLOURS = { for: "#0072b2", against: "#e08a00", rival: "#8a9096" };

/** Words in lines of a width; what is wider by itself is broken. */
function lines(text: string, font: string, width: number): string[] {
  const measure = document.createElement("canvas").getContext("2d")!;
  measure.font = font;
  const fits = (one: string) => measure.measureText(one).width <= width;
  const found: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${found[found.length - 1]} ${word}`;
    if (found.length && fits(longer)) found[found.length - 1] = longer;
    else if (fits(word)) found.push(word);
    else for (const [i, character] of [...word].entries()) {
      if (i && fits(found[found.length - 1] + character)) found[found.length - 1] += character;
      else found.push(character);
    }
  }
  return found;
}

/** Which classes the bars are of. */
function classesShown(view: View, clips: Clips, show: State["show"]): string {
  const [one, rival] = [view.explained, view.rival].map((classIdx) => quoted(clips.className[classIdx] ?? ""));
  const name = view.foreign ? "Values" : "ESVs";
  if (view.rival < 0) return `${name} of ${one}`;
  if (show === "diff") return `${name} of ${one} − those of ${rival}`;
  return show === "rival" ? `${name} of ${rival}` : `${name} of ${one}; grey: of ${rival}`;
}

/** The panels as a picture of its own, white whatever the theme. */
export async function svg(views: View[], clips: Clips, video: Video, source: Source, show: State["show"]): Promise<{ text: string; width: number; height: number }> {
  const width = 1000;
  const parts: string[] = [];
  let top = 16;
  const most = Math.max(0.02, ...views.flatMap((view) => [...(shownValues(view, show).values ?? []), ...(besideValues(view, show) ?? [])].map(Math.abs)));
  for (const view of views) {
    const n = view.panel.n;
    const { values, prior, score: end } = shownValues(view, show);
    const beside = besideValues(view, show);
    const step = (width - 32) / n;
    const size = Math.min(step - 8, 120);
    for (const [text, style, height] of [[sentence(view, clips.className), "600 16px", 22], [classesShown(view, clips, show), "400 13px", 18]] as const)
      for (const line of lines(text, `${style} ${FONT}`, width - 32)) {
        parts.push(`<text x="16" y="${top + 14}" style="font: ${style} ${FONT}">${escaped(line)}</text>`);
        top += height;
      }
    top += 8;
    const zero = top + 45;
    for (let place = 0; place < n; place++) {
      const x = 16 + place * step + (step - size) / 2;
      const seen = (view.panel.mask >> place) & 1;
      const value = values && seen ? values[place] : null;
      const bar = (of: number, from: number, share: number, fill: string) => {
        const long = (Math.abs(of) / most) * 42;
        parts.push(`<rect x="${x + size * from}" width="${size * share}" y="${of < 0 ? zero : zero - long}" height="${Math.max(long, 0.7)}" fill="${fill}"/>`);
      };
      const other = beside && seen ? beside[place] : null;
      if (value !== null) bar(value, 0.2, other === null ? 0.6 : 0.36, value < 0 ? COLOURS.against : show === "rival" ? COLOURS.rival : COLOURS.for);
      if (other !== null) bar(other, 0.58, 0.22, COLOURS.rival);
      if (video.frames) {
        const uri = await dataUri(source.frame(video.uid, view.frameIdx[place]));
        parts.push(`<image x="${x}" y="${zero + 50}" width="${size}" height="${size}" opacity="${seen ? 1 : 0.2}" preserveAspectRatio="xMidYMid meet" href="${uri}"/>`);
      }
      parts.push(`<text x="${x + size / 2}" y="${zero + size + 68}" font-size="13" text-anchor="middle">${seen ? (value === null ? "" : signed(value)) : "off"}</text>`);
    }
    parts.push(`<line x1="16" x2="${width - 16}" y1="${zero}" y2="${zero}" stroke="${INK}"/>`);
    top = zero + size + 84;
    parts.push(`<text x="16" y="${top + 8}" font-size="13">prior ${score(prior)} + ESVs = ${score(end)}</text>`);
    top += 34;
  }
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}" font-family="${FONT}" fill="${INK}"><rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>`;
  return { text, width, height: top };
}

type Picture = Parameters<typeof svg>;

export async function saveSvg(...of: Picture) {
  const { text } = await svg(...of);
  save(fileName(of[2].uid, "svg"), new Blob([text], { type: "image/svg+xml" }));
}

export async function savePng(...of: Picture) {
  const { text, width, height } = await svg(...of);
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * width, 2 * height];
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob && save(fileName(of[2].uid, "png"), blob), "image/png");
}
