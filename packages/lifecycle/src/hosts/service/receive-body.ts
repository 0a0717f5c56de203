import type { IncomingMessage } from 'node:http';
import { BODY_LIMIT_BYTES } from '../../http/limits.ts';
import { Arrivals } from './arrivals.ts';

/**
 * How much of a refused body is read on: clients rarely look at an answer before they have sent
 * everything.
 */
const DISCARD_BYTES = 16 * BODY_LIMIT_BYTES;

/** A body that is on its way. */
interface Receiving {
  bytes: number;
  /** Gives it up. */
  readonly giveUp: () => void;
}

export interface BodyOptions {
  onBody(body: Buffer | undefined): void;
  onTooLarge(): void;
  /**
   * Called when other bodies take the memory that is left: this one has been on its way for
   * longest.
   */
  onAbandoned(): void;
}

/** The bodies that are on their way to one server, and the bytes that they hold. */
export class BodyReceiver {
  readonly #limitBytes: number;
  readonly #receiving = new Arrivals<Receiving>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /**
   * Reads a whole body, up to the limit; calls exactly one of the callbacks, or none when the
   * client goes away.
   */
  receive(incoming: IncomingMessage, { onBody, onTooLarge, onAbandoned }: BodyOptions): void {
    const chunks: Buffer[] = [];
    let isOver = false;
    const end = () => {
      isOver = true;
      this.#receiving.delete(place);
      this.#bytes -= one.bytes;
    };
    const one: Receiving = {
      bytes: 0,
      giveUp: () => {
        end();
        chunks.length = 0;
        onAbandoned();
      },
    };
    const place = this.#receiving.add(one);
    incoming.on('data', (chunk: Buffer) => {
      if (isOver) return;
      one.bytes += chunk.length;
      this.#bytes += chunk.length;
      if (one.bytes > BODY_LIMIT_BYTES) {
        end();
        chunks.length = 0;
        onTooLarge();
        discard(incoming);
        return;
      }
      chunks.push(chunk);
      while (this.#bytes > this.#limitBytes) {
        const { oldest } = this.#receiving;
        if (oldest === undefined) return;
        oldest.item.giveUp();
      }
    });
    incoming.on('end', () => {
      if (isOver) return;
      end();
      const [only] = chunks;
      onBody(chunks.length > 1 ? Buffer.concat(chunks) : only);
    });
    incoming.on('error', () => {}); // the client went away first
    incoming.on('close', () => {
      if (!isOver) end();
    });
  }
}

/**
 * Throws away what still comes of a body that was refused, so that the client gets to read its
 * answer, and ends the connection when that is too much as well.
 */
export function discard(incoming: IncomingMessage): void {
  let left = DISCARD_BYTES;
  incoming.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) incoming.destroy();
  });
  incoming.on('error', () => {}); // the client went away first
}
