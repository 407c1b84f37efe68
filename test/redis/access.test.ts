import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../cli/run-command.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startRedis, type TlsFiles } from '../support/start-redis.ts';

async function startServer(tls?: TlsFiles) {
  const redis = await startRedis([], tls);
  onTestFinished(() => redis.close());
  return redis;
}

/** A certificate for 127.0.0.1 that only itself vouches for. */
function selfSigned(): TlsFiles {
  const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const subject = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...key, '-keyout', files.key, '-out', files.cert, ...subject], {
    stdio: 'ignore',
  });
  return files;
}

/** Two replicas that have created a contact each, an activity and a task. */
async function startWorkingReplicas(environment: Record<string, string>) {
  const crm = await startCrm();
  const replicas = [];
  for (const name of ['a', 'b']) {
    const folder = mkdtempSync(join(tmpdir(), `access-${name}-`));
    const settings = {
      ...environment,
      REPLICAS: '2',
      INSTANCE: name,
      ADMIN_PORT: '0',
      JOURNAL: 'on',
      DATA_DIR: folder,
    };
    replicas.push(await startBridgeOn(crm, settings));
  }
  for (const { send } of replicas) {
    const created = await send('POST', '/contacts', {
      contacts: [{ externalId: 'lead-1', email: 'ada@example.com', firstName: 'Ada', shoeSize: '42' }],
    });
    const contactId: unknown = created.body.results[0].crmId;
    const task = { subject: 'Call', type: 'CALL', dueDate: '2026-12-01T09:00:00Z', contactId };
    expect((await send('POST', '/tasks', task)).status).toBe(201);
    expect((await send('GET', '/users')).status).toBe(200);
    await send('POST', '/contacts/sync', { contacts: [{ externalId: 'lead-1', email: 'ada@example.com' }] });
  }
  return { crm, replicas };
}

type Replica = Awaited<ReturnType<typeof startWorkingReplicas>>['replicas'][number];

async function gauge(replica: Replica, name: string) {
  const text = await (await fetch(`${replica.adminUrl}/metrics`)).text();
  return text.split('\n').find((line) => line.startsWith(name)) ?? '';
}

async function expectSharing(replicas: readonly Replica[]) {
  for (const replica of replicas) {
    expect(await gauge(replica, 'enginy_bridge_redis_up')).toMatch(/ 1$/);
    expect(await gauge(replica, 'enginy_bridge_claims_unavailable_total')).toMatch(/ 0$/);
    expect(await gauge(replica, 'enginy_bridge_crm_lane_mode{lane="burst",mode="shared"}')).toMatch(/ 1$/);
    expect(replica.log.text()).not.toContain('Redis');
  }
  // What one has seen of the other took a read of every kind.
  await expect
    .poll(async () => await gauge(replicas[0] as Replica, 'enginy_bridge_replica_mapping_info'))
    .toMatch(/"b"/);
}

test('replicas share everything with a user of exactly the documented access rules', async () => {
  const documented = /Access rules: `([^`]+)`/.exec(readFileSync('docs/operations.md', 'utf8'))?.[1] ?? '';
  const redis = await startServer();
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  await admin.call('ACL', 'SETUSER', 'bridge', 'reset', 'on', '>word', ...documented.split(' '));

  const { replicas } = await startWorkingReplicas({ REDIS_URL: `redis://bridge:word@127.0.0.1:${redis.port}` });

  await expectSharing(replicas);
  expect(await admin.call('ACL', 'LOG')).toEqual([]);
});

test('Redis is not up for a user who may not run scripts, until the access rules allow it', async () => {
  const redis = await startServer();
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  await admin.call('ACL', 'SETUSER', 'bridge', 'on', '>word', '~*', '&*', '+@all', '-eval', '-evalsha');
  const { replicas } = await startWorkingReplicas({ REDIS_URL: `redis://bridge:word@127.0.0.1:${redis.port}` });

  for (const replica of replicas) {
    expect(await gauge(replica, 'enginy_bridge_redis_up')).toMatch(/ 0$/);
    expect(await gauge(replica, 'enginy_bridge_crm_lane_mode{lane="burst",mode="shared"}')).toMatch(/ 0$/);
  }
  await admin.call('ACL', 'SETUSER', 'bridge', '+@all');

  for (const replica of replicas)
    await expect.poll(async () => await gauge(replica, 'enginy_bridge_redis_up')).toMatch(/ 1$/);
});

test('a replica logs that Redis refuses the database of its address', async () => {
  const redis = await startServer();

  const { replicas } = await startWorkingReplicas({ REDIS_URL: `${redis.url}/99` });

  for (const { log } of replicas) expect(log.text()).toMatch(/DB index is out of range.*number 0 is used/);
});

test('replicas share everything over TLS with a private certificate', async () => {
  const tls = selfSigned();
  const redis = await startServer(tls);

  const { crm, replicas } = await startWorkingReplicas({ REDIS_URL: redis.url, REDIS_TLS_CA: tls.cert });
  await expectSharing(replicas);

  const environment = {
    HUBSPOT_ACCESS_TOKEN: crm.token,
    HUBSPOT_BASE_URL: crm.url,
    API_KEY: 'a-key-of-sixteen-or-more',
  };
  const account = { ...environment, REDIS_URL: redis.url, CAPTURE_DIR: mkdtempSync(join(tmpdir(), 'doctor-')) };
  const trusted = await runCommand(['doctor'], { environment: { ...account, REDIS_TLS_CA: tls.cert } });
  const untrusted = await runCommand(['doctor'], { environment: account });

  expect(trusted.out).toMatch(/✓ 127\.0\.0\.1:\d+ responds/);
  expect(untrusted.out).toMatch(/✕ 127\.0\.0\.1:\d+ cannot be used: .*self.signed certificate/);
});

test('an untrusted certificate is rejected, and no request fails', async () => {
  const redis = await startServer(selfSigned());

  const { replicas } = await startWorkingReplicas({ REDIS_URL: redis.url });

  for (const replica of replicas) {
    expect(await gauge(replica, 'enginy_bridge_redis_up')).toMatch(/ 0$/);
    expect(replica.log.text()).toMatch(/self.signed certificate/);
  }
});

test.each([
  ['no file', undefined, /REDIS_TLS_CA: .* cannot be read \(ENOENT\)/],
  ['a file without a certificate', 'not a certificate', /REDIS_TLS_CA: .* holds no certificate in PEM form/],
])('a bridge with %s in REDIS_TLS_CA does not start', async (_what, content, reason) => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-ca-'));
  const file = join(folder, 'ca.pem');
  if (content !== undefined) writeFileSync(file, content);
  const crm = await startCrm();

  await expect(startBridgeOn(crm, { REDIS_URL: 'rediss://127.0.0.1:1', REDIS_TLS_CA: file })).rejects.toThrow(reason);
});
