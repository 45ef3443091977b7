import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { Fault } from '@hub/core/fault.ts';
import { createDirectHome } from '@hub/ha/direct.ts';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import type { BackupShelf, StoredCopy } from '../shelf.ts';
import { contextOf } from '../testing/job-context.ts';
import { job } from './drill.ts';

const COPY: StoredCopy = {
  ...{ id: '019a0000-0000-7000-8000-00000abc1234', haBackupId: 'abcd', name: 'Nightly', haVersion: '2026.11.0' },
  ...{ madeAt: new Date('2026-11-28'), isProtected: false, sizeBytes: 1, sha256: 'ab' },
};

async function tar(entries: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const packing = pack();
  for (const [name, content] of Object.entries(entries)) packing.entry({ name }, content);
  packing.finalize();
  return buffer(packing);
}
const FACTS = JSON.stringify({ date: '2026-11-28T03:00:00', homeassistant: { version: '2026.11.0' } });
const HOME = { 'data/configuration.yaml': 'a: 1', 'data/.storage/core.config_entries': '{}', 'data/x': 'y' };
const whole = async () =>
  tar({ './backup.json': FACTS, './homeassistant.tar.gz': gzipSync(await tar(HOME)), './README': 'x' });

/** A drill of a file; the home is one that nothing answers for. */
async function drill(file: Buffer | Fault, args: object = {}): Promise<unknown> {
  const home = createDirectHome({ id: 'gone', url: 'http://127.0.0.1:1', token: 'x', allowPrivateAddresses: true });
  async function* stream() {
    if (file instanceof Fault) throw file;
    for (let at = 0; at < file.length; at += 1000) yield file.subarray(at, at + 1000);
  }
  const shelf: BackupShelf = {
    place: 'the shelf',
    keep: () => Promise.reject(new Error('nothing is kept')),
    list: async () => [COPY],
    find: async (id) => (id === COPY.id ? COPY : undefined),
    open: async () => Readable.from(stream(), { objectMode: false }),
    haKey: async () => undefined,
    tidy: async () => [],
  };
  try {
    return await job.run(job.args.parse({ copyId: COPY.id, ...args }), { ...contextOf(home), shelf });
  } finally {
    await home.close();
  }
}

test('a whole backup is read to its last file, and no more is claimed than was seen', async () => {
  expect(await drill(await whole())).toMatchObject({
    ha_version: '2026.11.0',
    parts: [{ name: 'homeassistant.tar.gz', is: 'opened', files: 3, has_configuration: true }],
    proven: expect.arrayContaining(['homeassistant.tar.gz was unpacked: 3 files.']),
    not_proven: ['That Home Assistant starts from it: only a restore shows that.'],
  });
});

test('without an id it is the newest', async () => {
  expect(await drill(await whole(), { copyId: undefined })).toMatchObject({ id: COPY.id });
});

test('what Home Assistant encrypted is said not to have been opened', async () => {
  const closed = Buffer.concat([Buffer.from('SecureTar\x03\0\0\0\0\0\0'), Buffer.alloc(5000, 7)]);
  const file = await tar({ './backup.json': FACTS, './homeassistant.tar.gz': closed });
  expect(await drill(file)).toMatchObject({
    parts: [{ is: 'encrypted' }],
    not_proven: expect.arrayContaining(['homeassistant.tar.gz is encrypted by Home Assistant and was not opened.']),
  });
});

test('a backup without the configuration is named as such', async () => {
  const file = await tar({ './backup.json': FACTS, './homeassistant.tar.gz': gzipSync(await tar({ 'data/x': 'y' })) });
  expect(await drill(file)).toMatchObject({ parts: [{ has_configuration: false, files: 1 }] });
});

test('a quick look reads every byte and says that it looked at no more', async () => {
  const result = await drill(Buffer.alloc(5000), { isDeep: false });
  expect(result).toMatchObject({ not_proven: expect.arrayContaining(['What is inside: that is for a drill.']) });
  expect(result).not.toHaveProperty('parts');
});

test.each([
  ['no tar', async () => Buffer.alloc(5000, 'x')],
  ['a tar without a description', async () => tar({ './homeassistant.tar.gz': gzipSync(await tar(HOME)) })],
  ['a tar without an archive', async () => tar({ './backup.json': FACTS })],
  [
    'an archive cut inside',
    async () => tar({ './backup.json': FACTS, './homeassistant.tar.gz': gzipSync(await tar(HOME)).subarray(0, 90) }),
  ],
  ['a file cut in an entry', async () => (await whole()).subarray(0, 1700)],
])('%s is no backup', async (_title, file) => {
  await expect(drill(await file())).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
});

test("the store's own word that it is broken is the one that is told", async () => {
  const broken = new Fault('VALIDATION_FAILED', 'The backup is broken.');
  await expect(drill(broken)).rejects.toBe(broken);
  await expect(drill(await whole(), { copyId: COPY.id.replace('1234', '1235') })).rejects.toMatchObject({
    code: 'RESOURCE_NOT_FOUND',
  });
});
