import type { Html } from './html.ts';
import { html } from './html.ts';
import type { ConsoleContext, Section } from './section.ts';

export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e8ea); --paper: light-dark(#ffffff, #14171a); --soft: light-dark(#f2f4f6, #1f2428);
  --line: light-dark(#ccd2d8, #3a4147); --accent: light-dark(#0b57a4, #7cb8f2); --bad: light-dark(#a4210b, #ff9a85); --good: light-dark(#17692b, #7fd694); }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; } .skip:focus { left: .5rem; top: .5rem; background: var(--paper); padding: .25rem .5rem; }
header { background: var(--soft); border-bottom: 1px solid var(--line); padding: .5rem 1rem; display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
header strong { font-size: 1.05rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem .75rem; list-style: none; margin: 0; padding: 0; }
nav a[aria-current] { font-weight: 600; text-decoration: none; color: var(--ink); border-bottom: 2px solid var(--accent); }
.pages { display: flex; gap: .75rem; margin: .5rem 0; }
main { padding: 1rem; max-width: 80rem; margin: 0 auto; }
h1 { font-size: 1.35rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .25rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding: .25rem 0; opacity: .8; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { background: var(--soft); font-weight: 600; } .scroll { overflow-x: auto; }
pre, code { font: 13px/1.45 ui-monospace, monospace; } pre { background: var(--soft); padding: .6rem; overflow-x: auto; margin: .25rem 0; }
form { display: flex; flex-wrap: wrap; gap: .4rem; align-items: end; margin: .25rem 0; }
label { display: inline-flex; flex-direction: column; font-size: .85rem; }
input, select, textarea, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: .25rem .5rem; }
textarea { min-width: min(36rem, 90vw); min-height: 5rem; font-family: ui-monospace, monospace; }
button { background: var(--soft); cursor: pointer; border-color: var(--accent); }
.done, .fault { border: 1px solid; border-radius: 4px; padding: .4rem .7rem; } .done { color: var(--good); } .fault { color: var(--bad); }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .25rem .75rem; margin: .25rem 0; } dt { font-size: .85rem; } dd { margin: 0; }
.empty { opacity: .8; } .level-ERROR, .level-CRITICAL, .denied { color: var(--bad); } .level-WARN { color: var(--bad); opacity: .85; }
`;

/** Shows a newer state every two seconds, unless a person selects text or fills in a form. */
export const SCRIPT = `
const main = document.querySelector('main');
let typed = false;
main.addEventListener('input', () => { typed = true; });
const busy = () => typed || document.hidden || String(getSelection()) !== '' || main.contains(document.activeElement) && document.activeElement !== main;
setInterval(async () => {
  if (busy()) return;
  const url = new URL(location.href);
  url.searchParams.delete('done');
  const answer = await fetch(url).catch(() => undefined);
  if (!answer?.ok || busy()) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
  if (next && next.innerHTML !== main.innerHTML) main.innerHTML = next.innerHTML;
}, 2000);
`;

function page(
  { manifest, stage, aws }: ConsoleContext,
  sections: readonly Section[],
  current: Section | undefined,
  body: Html,
): string {
  const { app } = manifest();
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${current?.title ?? 'Console'} - ${app} ${stage}</title>
<link rel="stylesheet" href="/console.css"><link rel="icon" href="data:,"><script src="/console.js" defer></script></head>
<body><a class="skip" href="#main">Skip to the content</a>
<header><strong>${app} ${stage}</strong><nav aria-label="Parts of the console"><ul>${sections.map(
    ({ path, title }) =>
      html`<li><a href="/${path}"${path === current?.path ? html` aria-current="page"` : ''}>${title}</a></li>`,
  )}</ul></nav><span>${aws.url}</span></header>
<main id="main" tabindex="-1"><h1>${current?.title ?? 'Console'}</h1>${body}</main></body></html>`.text;
}

/** A whole page, with what the last action did. */
export function renderPage(
  context: ConsoleContext,
  sections: readonly Section[],
  current: Section,
  content: Html,
  done: string | null,
): string {
  return page(
    context,
    sections,
    current,
    html`${done === null ? '' : html`<p class="done" role="status">${done}</p>`}${content}`,
  );
}

/** A page that says what is wrong with the request. */
export function renderError(
  context: ConsoleContext,
  sections: readonly Section[],
  current: Section | undefined,
  message: string,
): string {
  return page(context, sections, current, html`<p class="fault" role="alert">${message}</p>`);
}
