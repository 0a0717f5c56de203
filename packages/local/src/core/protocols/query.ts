import type { QueryProtocol } from '../service.ts';
import { ServiceError } from '../service-error.ts';

type Node = string | Map<string, Node>;

// Deeper than any input shape of AWS; without a bound, one form of dots overflows the stack.
const MAX_DEPTH = 24;

const malformed = (reason: string) => new ServiceError('MalformedInput', reason, { queryCode: 'MalformedInput' });

function toTree(form: URLSearchParams): Map<string, Node> {
  const root = new Map<string, Node>();
  for (const [name, value] of form) {
    const path = name.split('.', MAX_DEPTH + 1);
    if (path.length > MAX_DEPTH) throw malformed('A parameter is nested too deeply');
    let at = root;
    for (const step of path.slice(0, -1)) {
      const next = at.get(step) ?? new Map<string, Node>();
      if (typeof next === 'string') throw malformed(`The parameter ${step} is given as a value and as a structure`);
      at.set(step, next);
      at = next;
    }
    const last = path.at(-1) ?? '';
    if (at.get(last) instanceof Map) throw malformed(`The parameter ${last} is given as a value and as a structure`);
    at.set(last, value);
  }
  return root;
}

const isIndexed = (node: Node): node is Map<string, Node> =>
  node instanceof Map && node.size > 0 && [...node.keys()].every((key) => /^\d{1,9}$/.test(key));

const inOrder = (node: Map<string, Node>): Node[] =>
  [...node].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);

/** A form's members as the JSON protocol would carry them. */
class Decoder {
  readonly #protocol: QueryProtocol;
  readonly #flattened: Map<string, { name: string; key: string | undefined; value: string }>;

  constructor(protocol: QueryProtocol, action: string) {
    this.#protocol = protocol;
    this.#flattened = new Map();
    for (const [name, member] of Object.entries(protocol.flattened ?? {})) {
      for (const as of [member.as].flat()) {
        this.#flattened.set(as.replace('{Action}', action), { name, key: member.key, value: member.value ?? 'Value' });
      }
    }
  }

  structure(node: Map<string, Node>, parent = ''): Record<string, unknown> {
    const members: Array<[string, unknown]> = [];
    for (const [name, child] of node) {
      const flat = this.#flattened.get(name);
      if (flat !== undefined && isIndexed(child)) {
        const { key } = flat;
        const items = inOrder(child);
        members.push([
          flat.name,
          key === undefined ? this.#list(flat.name, items) : this.#map(items, [key], flat.value),
        ]);
      } else members.push([name, this.#value(name, child, parent)]);
    }
    return Object.fromEntries(members);
  }

  #value(name: string, node: Node, parent: string): unknown {
    if (typeof node === 'string') return this.#scalar(name, node, parent);
    const member = node.get('member');
    if (node.size === 1 && member !== undefined && isIndexed(member)) return this.#list(name, inOrder(member));
    const entry = node.get('entry');
    if (node.size === 1 && entry !== undefined && isIndexed(entry)) {
      return this.#map(inOrder(entry), ['key', 'Name'], 'value');
    }
    return this.structure(node, name);
  }

  #list(name: string, items: Node[]): unknown[] {
    return items.map((item) => (typeof item === 'string' ? this.#scalar(name, item) : this.structure(item, name)));
  }

  #map(entries: Node[], keys: string[], value: string): Record<string, unknown> {
    return Object.fromEntries(
      entries.map((entry) => {
        if (typeof entry === 'string') throw malformed('A map entry needs a key and a value');
        const key = keys.map((name) => entry.get(name)).find((found) => found !== undefined);
        const content = entry.get(value) ?? entry.get('Value') ?? '';
        if (typeof key !== 'string') throw malformed('A map entry needs a key');
        return [key, typeof content === 'string' ? content : this.structure(content)];
      }),
    );
  }

  #scalar(name: string, text: string, parent = ''): unknown {
    if (this.#protocol.integers?.includes(name)) {
      if (!/^[+-]?\d{1,15}$/.test(text)) throw malformed(`The parameter ${name} must be an integer`);
      return Number(text);
    }
    const { numbers } = this.#protocol;
    if (numbers?.includes(name) || numbers?.includes(`${parent}.${name}`)) {
      const number = Number(text);
      if (text.trim() === '' || !Number.isFinite(number)) throw malformed(`The parameter ${name} must be a number`);
      return number;
    }
    if (this.#protocol.booleans?.includes(name)) {
      if (text !== 'true' && text !== 'false') throw malformed(`The parameter ${name} must be true or false`);
      return text === 'true';
    }
    return text;
  }
}

/**
 * The input of a Query call, in the shape the JSON protocol would carry.
 *
 * @throws ServiceError `MalformedInput`
 */
export function decodeQuery(form: URLSearchParams, protocol: QueryProtocol, action: string): Record<string, unknown> {
  const tree = toTree(form);
  tree.delete('Action');
  tree.delete('Version');
  return new Decoder(protocol, action).structure(tree);
}
