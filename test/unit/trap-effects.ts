// Preloaded with --import: notes every effect of what is loaded after it, and every module, and
// prints them at exit.
import dns from 'node:dns';
import fs from 'node:fs';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
// Loading it reads colour settings, for Node's own sake.
import 'node:util';

const effects: string[] = [];
const modules: string[] = [];

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    modules.push(resolved.url);
    return resolved;
  },
});

/** Node's own module loader reads this one for every module. */
const LOADER_VARIABLE = 'WATCH_REPORT_DEPENDENCIES';

const note = (name: string) =>
  function trapped(): never {
    effects.push(name);
    throw new Error(`${name} while definitions are imported`);
  };
for (const name of [
  'writeFile',
  'writeFileSync',
  'appendFile',
  'appendFileSync',
  'mkdir',
  'mkdirSync',
  'createWriteStream',
] as const) {
  Object.assign(fs, { [name]: note(`fs.${name}`) });
}
Object.assign(fs.promises, { writeFile: note('fs.promises.writeFile'), open: note('fs.promises.open') });
Object.assign(dns, { lookup: note('dns.lookup') });
net.Socket.prototype.connect = note('net.connect');
net.Server.prototype.listen = note('net.listen');
globalThis.fetch = note('fetch');
syncBuiltinESMExports();

process.env = new Proxy(process.env, {
  get: (target, name) => {
    if (typeof name === 'string' && name !== LOADER_VARIABLE) effects.push(`process.env.${name}`);
    return Reflect.get(target, name);
  },
  set: (_, name) => note(`process.env.${String(name)} =`)(),
});

process.on('exit', () => process.stdout.write(JSON.stringify({ effects, modules })));
