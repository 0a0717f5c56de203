import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { SavedService } from './stores.ts';

const FORMAT = 2;
const INDEX = 'snapshot.json';

/** The whole endpoint at one moment. */
export interface Snapshot {
  /** The endpoint's clock, so that time does not run backwards when it is loaded. */
  readonly nowMs: number;
  readonly services: readonly SavedService[];
}

interface Index {
  readonly format: number;
  readonly nowMs: number;
  /** The folder that has the files. */
  readonly generation: string;
  readonly files: readonly string[];
}

async function readIndex(folder: string): Promise<Index | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, INDEX), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // fs rejects with these
    throw error;
  }
  const index: Index = JSON.parse(text);
  if (index.format !== FORMAT) throw new Error(`its format is ${index.format}, and this version reads ${FORMAT}`);
  return index;
}

/**
 * The snapshot in `folder`; undefined when there is none yet.
 *
 * @throws Error when it cannot be read: an endpoint that started empty instead would overwrite it
 */
export async function readSnapshot(folder: string): Promise<Snapshot | undefined> {
  try {
    const index = await readIndex(folder);
    if (index === undefined) return undefined;
    const services = await Promise.all(
      index.files.map(
        async (file): Promise<SavedService> => deserialize(await readFile(join(folder, index.generation, file))),
      ),
    );
    return { nowMs: index.nowMs, services };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot load the snapshot in ${folder}: ${reason}; move the folder away to start empty`, {
      cause: error,
    });
  }
}

/**
 * Writes a snapshot, one file for each service, account and region. All or nothing: the files go to
 * a folder of their own, and one rename of the index makes them the snapshot.
 */
export async function writeSnapshot(folder: string, { nowMs, services }: Snapshot): Promise<void> {
  const generation = `state-${randomUUID()}`;
  await mkdir(join(folder, generation), { recursive: true });
  const files: string[] = [];
  // One at a time: callers may name any number of regions, and open files are limited.
  for (const saved of services) {
    const file = `${saved.service}.${saved.account}.${saved.region}.v8`;
    await writeFile(join(folder, generation, file), serialize(saved));
    files.push(file);
  }
  const index: Index = { format: FORMAT, nowMs, generation, files };
  const next = join(folder, `${INDEX}.${generation}`);
  await writeFile(next, `${JSON.stringify(index)}\n`);
  await rename(next, join(folder, INDEX));
  const old = (await readdir(folder)).filter((name) => name.includes('state-') && !name.includes(generation));
  await Promise.all(old.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
