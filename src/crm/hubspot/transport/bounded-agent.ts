import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { maxResponseBytes, type ResponseBudget } from './response-budget.ts';

/** Idle connections are closed before HubSpot's edge closes them, so that no call is sent into a closing one. */
const idleMs = 4_000;

/** The connection of one call: what ends the call ends it too. */
export class CallConnection {
  readonly #budget: ResponseBudget;
  #socket: Duplex | undefined;
  #received = 0;
  #isAborted = false;
  #isTooLarge = false;
  #isCrowded = false;

  constructor(budget: ResponseBudget) {
    this.#budget = budget;
  }

  /** Bytes of the response so far, as they arrived. */
  get received(): number {
    return this.#received;
  }

  get isTooLarge(): boolean {
    return this.#isTooLarge;
  }

  /** True if it was given up only because others as large were being received. */
  get isCrowded(): boolean {
    return this.#isCrowded;
  }

  /** Closes the socket: nothing more is sent, read or kept. */
  abort(): void {
    this.#isAborted = true;
    this.#socket?.destroy();
  }

  /** The response has arrived; the socket may serve other calls. */
  arrived(): void {
    this.#socket?.off('data', this.#count);
    this.#socket = undefined;
  }

  /** The response was read, or the call has failed. */
  release(): void {
    this.arrived();
    this.#budget.release(this.#received);
    this.#received = 0;
  }

  use(socket: Duplex): void {
    this.#socket = socket;
    socket.on('data', this.#count);
    if (this.#isAborted) socket.destroy();
  }

  readonly #count = (chunk: Buffer): void => {
    this.#received += chunk.length;
    if (this.#budget.receive(chunk.length, this.#received)) return;
    this.#isTooLarge = true;
    this.#isCrowded = this.#received <= maxResponseBytes;
    this.abort();
  };
}

const current = new AsyncLocalStorage<CallConnection>();

/** Runs a call whose connection can be aborted and counts what it receives. */
export function onConnection<T>(connection: CallConnection, send: () => Promise<T>): Promise<T> {
  return current.run(connection, send);
}

/**
 * A keep-alive agent that hands each call its socket. The SDK's HTTP library knows neither time-outs nor limits, but it accepts an
 * agent; Node calls these two methods while the call that needs the socket is being sent.
 */
export function boundedAgent(baseUrl: string): HttpAgent {
  const options = { keepAlive: true, timeout: idleMs };
  return new URL(baseUrl).protocol === 'https:' ? bounded(new HttpsAgent(options)) : bounded(new HttpAgent(options));
}

function bounded<A extends HttpAgent>(agent: A): A {
  const createConnection = agent.createConnection.bind(agent);
  const reuseSocket = agent.reuseSocket.bind(agent);
  agent.createConnection = (...args) => {
    const socket = createConnection(...args);
    if (socket) current.getStore()?.use(socket);
    return socket;
  };
  agent.reuseSocket = (socket: Socket, request) => {
    reuseSocket(socket, request);
    current.getStore()?.use(socket);
  };
  return agent;
}
