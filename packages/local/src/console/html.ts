/** Markup that is safe to send: everything in it was escaped or written here. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

type Content = Html | string | number | boolean | undefined | null | readonly Content[];

function textOf(content: Content): string {
  if (content === undefined || content === null || content === false) return '';
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(textOf).join('');
  return String(content).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/**
 * Builds markup: every value is escaped unless it is {@link Html} itself. Attribute values must be
 * in quotes.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.reduce((text, string, at) => text + textOf(values[at - 1]) + string));
}

/** A table with a caption for screen readers; a sentence in place of a table without rows. */
export function dataTable(
  caption: string,
  heads: readonly string[],
  rows: ReadonlyArray<readonly Content[]>,
  empty: string,
): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<div class="scroll"><table><caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** A form of one button, with what it sends. */
export function actionForm(
  action: string,
  fields: Readonly<Record<string, string>>,
  label: string,
  extra: Content = undefined,
): Html {
  return html`<form method="post" action="${action}">${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}${extra}<button>${label}</button></form>`;
}

/** A labelled field of a form. */
export function field(name: string, label: string, attributes: Readonly<Record<string, string | boolean>> = {}): Html {
  const all = Object.entries(attributes).flatMap(([attribute, value]) =>
    value === false ? [] : [value === true ? html` ${attribute}` : html` ${attribute}="${value}"`],
  );
  return html`<label>${label} <input name="${name}"${all}></label>`;
}

/** JSON on several lines; any other text as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
