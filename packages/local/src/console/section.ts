import { messageOf } from '@twelvefold/core/internal';
import type { AwsClient } from '../client/aws-client.ts';
import type { ItemImages } from '../core/item-images.ts';
import type { MessageMemory } from '../core/message-memory.ts';
import type { DevManifest } from '../dev/dev-manifest.ts';
import type { LocalAws } from '../start.ts';
import type { Html } from './html.ts';
import type { LogMemory } from './log-memory.ts';

/** The processes and records that the console shows beside the endpoint. */
export interface ConsoleContext {
  readonly aws: LocalAws;
  readonly client: AwsClient;
  readonly region: string;
  readonly stage: string;
  /** The app as it is now: it changes with the app's files. */
  manifest(): DevManifest;
  /** The newest log lines of the app's processes. */
  readonly logs: LogMemory;
  /** Rows before and after the newest writes. */
  readonly images: ItemImages | undefined;
  /** The newest messages that were received. */
  readonly messages: MessageMemory | undefined;
  /** Sends a signal to the app's process; undefined for functions. */
  readonly signalApp: ((signal: 'SIGTERM' | 'SIGKILL') => void) | undefined;
  readonly runs: RunControl | undefined;
  readonly sessions: SessionControl | undefined;
}

/** A run of a task, for the console. */
export interface ConsoleRun {
  readonly id: string;
  readonly task: string;
  readonly status: string;
  readonly scanned: number;
  readonly total: number | undefined;
  readonly enqueuedAt: string;
}

/** Reads and steers the runs of the app's tasks. */
export interface RunControl {
  /** Newest first. */
  list(): Promise<readonly ConsoleRun[]>;
  command(id: string, command: 'pause' | 'resume' | 'cancel'): Promise<void>;
}

/** A live session, for the console. Without its id, which only its cookie has. */
export interface ConsoleSession {
  /** Names the session and gives no access to it. */
  readonly handle: string;
  readonly data: unknown;
  readonly createdAtMs: number;
  readonly seenAtMs: number;
  readonly expiresAtMs: number;
}

/** Reads and ends sessions of the app's users. */
export interface SessionControl {
  /** Keys of the session stores in `backing`. */
  readonly stores: readonly string[];
  list(store: string, userId: string): Promise<readonly ConsoleSession[]>;
  end(store: string, userId: string, handle: string): Promise<void>;
}

/** The rest of a page's path, and its query. */
export interface SectionRequest {
  readonly rest: readonly string[];
  readonly search: URLSearchParams;
}

/** A fault of the request: shown on the page, with status 400. */
export class ConsoleFault extends Error {
  override readonly name = 'ConsoleFault';
}

/** The fields of a form. */
export type Form = URLSearchParams;

/** A part of the console: its data is what `/api/<path>` answers, and what its page shows. */
export interface Section<Data = unknown> {
  /** One word, e.g. `queues`. */
  readonly path: string;
  readonly title: string;
  read(context: ConsoleContext, request: SectionRequest): Promise<Data> | Data;
  render(data: Data, request: SectionRequest): Html;
  /**
   * By name: `POST /<path>/<name>` with a form, or `POST /api/<path>/<name>`. Each returns a
   * sentence about its effect.
   */
  readonly actions?: Readonly<Record<string, (context: ConsoleContext, form: Form) => Promise<string> | string>>;
}

/** @throws ConsoleFault when the form lacks the field */
export function required(form: Form, name: string): string {
  const value = form.get(name);
  if (value === null || value === '') throw new ConsoleFault(`${name} is missing`);
  return value;
}

/**
 * The result of `answer`, whose failure is a fault of the request.
 *
 * @throws ConsoleFault when `answer` fails
 */
export async function orFault<T>(answer: () => Promise<T> | T): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    throw new ConsoleFault(messageOf(error));
  }
}
