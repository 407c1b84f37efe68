import { expect, onTestFinished, test } from 'vitest';
import { ask, formTokenOf, signIn, startConsoleBridge } from './console-client.ts';

test('shows how far the index is, and an operator lists all records again', async () => {
  const running = await startConsoleBridge();
  onTestFinished(() => running.close());
  const cookie = await signIn(running.adminUrl, running.consoleLink);
  const show = () => ask(`${running.adminUrl}/console/index`, { headers: { cookie } });
  const completed = () => running.log.entries.filter(({ msg }) => msg === 'the identity index is complete').length;
  await expect.poll(completed).toBe(2);
  const page = await show();

  const started = await ask(`${running.adminUrl}/console/index/pass`, {
    headers: { cookie },
    form: { 'form-token': formTokenOf(page) },
  });

  expect(page.text).toMatch(/contacts.*rules complete/s);
  expect(page.text).toMatch(/data-live="index\.contacts\.records">[1-9]/);
  expect(page.text).toMatch(/<th scope="row">contacts<\/th><td >email<\/td><td >[^\n]*rule\.\d\.words">complete</);
  expect([started.status, started.headers.location]).toEqual([303, '/console/index']);
  await expect.poll(completed).toBe(4);
  expect(running.log.entries).toContainEqual(
    expect.objectContaining({ msg: 'console action', action: '/console/index/pass', role: 'operator', result: 'done' }),
  );
});

test('reports that the index is off', async () => {
  const running = await startConsoleBridge({ IDENTITY_INDEX: 'off' });
  onTestFinished(() => running.close());
  const cookie = await signIn(running.adminUrl, running.consoleLink);

  const page = await ask(`${running.adminUrl}/console/index`, { headers: { cookie } });

  expect(page.status).toBe(200);
  expect(page.text).toContain('The index is off');
});
