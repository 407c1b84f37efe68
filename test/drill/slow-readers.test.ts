/** Callers that ask for much and take little of it. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const long = 'x'.repeat(60_000);

test('responses that are not read count toward later reads until their connections are closed', {
  timeout: 60_000,
}, async () => {
  const crm = await startCrm();
  const { contacts: ids } = crm.seed({
    contacts: Array.from({ length: 100 }, () => ({ properties: { jobtitle: long, company: long } })),
  });
  const bridge = await startBridgeOn(crm, { REQUEST_TIMEOUT_MS: '9000', BODY_LIMIT: '1mb', BODY_LIMIT_TOTAL: '30mb' });
  const body = JSON.stringify({ ids });
  const { hostname, port } = new URL(bridge.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => {
    socket.destroy();
  });
  socket.write(
    `POST /contacts/batch HTTP/1.1\r\nhost: x\r\nx-api-key: good-key-for-tests\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  // The response has begun; no more of it is read. A read that came first would be answered in its place.
  await once(socket, 'readable');
  const statusOfRead = async () => {
    const answer = await fetch(`${bridge.url}/contacts/batch`, {
      method: 'POST',
      headers: { 'x-api-key': 'good-key-for-tests', 'content-type': 'application/json' },
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  };

  await expect.poll(statusOfRead, { timeout: 10_000, interval: 100 }).toBe(503);
  await expect.poll(statusOfRead, { timeout: 40_000, interval: 1_000 }).toBe(200);
});
