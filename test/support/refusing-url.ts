/**
 * A loopback port that refuses connections: no program listens on it, and the system gives it to none. A port of a server that was closed
 * may belong to another test already.
 */
export const refusingUrl = 'http://127.0.0.1:2';
