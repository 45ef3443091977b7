import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emergencyKit } from './emergency-kit.ts';
import { sealBackup } from './sealed-backup.ts';

const run = promisify(execFile);
const KEY = randomBytes(32);
const ID = '019a0000-0000-7000-8000-00000abc1234';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-kit-'));
  const kit = emergencyKit({
    home: { id: ID, name: 'Anna’s\nprocess.exit(7);\u2028process.exit(8)' },
    madeAt: new Date('2026-11-29'),
    place: 's3://kept',
    homeKey: KEY,
    haKeys: [{ key: 'ABCD-EFGH', objects: ['t/h/x.hubbackup'] }],
    backups: [{ object: 't/h/x.hubbackup', name: 'Nightly', madeAt: new Date('2026-11-28') }],
  });
  await writeFile(join(folder, 'kit.mjs'), kit);
});
afterAll(() => rm(folder, { recursive: true }));

/** In a process of its own, in which nothing of the hub is. */
const openWithKit = (sealed: string) =>
  run(process.execPath, [join(folder, 'kit.mjs'), join(folder, sealed), join(folder, 'out.tar')], { cwd: folder });

test.each([0, 5, 1024 * 1024, 2_500_000])('the kit alone opens a backup of %i bytes', async (size) => {
  const plain = randomBytes(size);
  const source = Readable.from(plain.length > 0 ? [plain] : []);
  await writeFile(join(folder, 'good'), await buffer(Readable.from(sealBackup(KEY, ID, source))));
  await openWithKit('good');
  expect((await readFile(join(folder, 'out.tar'))).equals(plain)).toBe(true);
});

test('the kit refuses a damaged, a cut and a foreign file, and leaves none behind', async () => {
  const sealed = await buffer(Readable.from(sealBackup(KEY, ID, Readable.from([randomBytes(2_500_000)]))));
  const flipped = Buffer.from(sealed);
  flipped.writeUInt8(flipped.readUInt8(1_500_000) ^ 4, 1_500_000);
  const foreign = await buffer(Readable.from(sealBackup(randomBytes(32), ID, Readable.from([Buffer.from('x')]))));
  await rm(join(folder, 'out.tar'), { force: true });
  for (const bytes of [flipped, sealed.subarray(0, 60 + 2 * (1024 * 1024 + 16)), foreign, Buffer.from('no')]) {
    await writeFile(join(folder, 'bad'), bytes);
    await expect(openWithKit('bad')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('not open') });
    await expect(readFile(join(folder, 'out.tar'))).rejects.toMatchObject({ code: 'ENOENT' });
  }
});
