import type { Html } from '../html.ts';
import { actionForm, dataTable, html } from '../html.ts';
import type { ConsoleContext, ConsoleSession, Form, Section, SessionControl } from '../section.ts';
import { ConsoleFault, orFault, required } from '../section.ts';

interface SessionsPage {
  readonly stores: readonly string[];
  readonly store: string | undefined;
  readonly user: string | undefined;
  /** The newest first; undefined until a user is named. */
  readonly sessions: readonly ConsoleSession[] | undefined;
}

/** Sessions of a user whose id is typed in. */
export const sessionsSection: Section<SessionsPage> = {
  path: 'sessions',
  title: 'Sessions',
  read: async ({ sessions: control }, { search }) => {
    const stores = control?.stores ?? [];
    const store = search.get('store') || stores[0];
    const user = search.get('user') || undefined;
    if (control === undefined || store === undefined || user === undefined) {
      return { stores, store, user, sessions: undefined };
    }
    checkStore(control, store);
    return { stores, store, user, sessions: await orFault(() => control.list(store, user)) };
  },
  render,
  actions: {
    end: async (context, form) => {
      const { control, store, user, handle } = readEnd(context, form);
      await orFault(() => control.end(store, user, handle));
      return `The session ${handle} of ${user} has ended.`;
    },
  },
};

function readEnd({ sessions: control }: ConsoleContext, form: Form) {
  if (control === undefined) throw new ConsoleFault('The app has no session store on DynamoDB or Redis');
  const store = required(form, 'store');
  checkStore(control, store);
  return { control, store, user: required(form, 'user'), handle: required(form, 'handle') };
}

function checkStore({ stores }: SessionControl, store: string): void {
  if (!stores.includes(store)) {
    throw new ConsoleFault(`Cannot find the session store ${store}; choose one of ${stores.join(', ')}`);
  }
}

function render({ stores, store = '', user, sessions }: SessionsPage): Html {
  if (stores.length === 0) return html`<p>The app has no session store on DynamoDB or Redis.</p>`;
  return html`<p>The store finds a user's sessions by a keyed hash of the user's id: type the id. It cannot list its users, and
sessions of visitors are not on any list. The id of a session is in its cookie only, so a handle stands for it here.</p>
<form method="get" action="/sessions"><label>Store <select name="store">${stores.map(
    (one) => html`<option${one === store ? html` selected` : ''}>${one}</option>`,
  )}</select></label><label>User id <input name="user" value="${user ?? ''}" required maxlength="1024"></label><button>Show sessions</button></form>
${
  sessions === undefined || user === undefined
    ? ''
    : dataTable(
        `Live sessions of ${user}, the newest first`,
        ['Handle', 'Began', 'Last seen', 'Ends without a request', 'Data', 'Change'],
        sessions.map(({ handle, createdAtMs, seenAtMs, expiresAtMs, data }) => [
          html`<code>${handle}</code>`,
          time(createdAtMs),
          time(seenAtMs),
          time(expiresAtMs),
          html`<pre>${JSON.stringify(data, null, 2)}</pre>`,
          actionForm('/sessions/end', { store, user, handle }, 'End'),
        ]),
        `${user} has no live session.`,
      )
}`;
}

const time = (ms: number) => new Date(ms).toISOString();
