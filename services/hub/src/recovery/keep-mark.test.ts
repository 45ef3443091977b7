import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openInstallation } from '@hub/db/installation.ts';
import { beatOnce, readRecovery } from '@hub/db/recovery.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepMark } from './keep-mark.ts';
import { openMarks } from './marks.ts';

let made: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  [made, dataDir] = [await createTestDatabase(), await mkdtemp(join(tmpdir(), 'hub-mark-'))];
  await openInstallation(made.db, made.vault.ring);
});
afterAll(async () => {
  await made.drop();
  await rm(dataDir, { recursive: true });
});

test('a hub that could not read what is remembered when it started goes by it before it writes over it', async () => {
  const log = createLogger({ name: 'test', level: 'silent', to: 'stderr' });
  const marks = openMarks({ dataDir, isEmbedded: false }, undefined, log);
  const { beat, at } = await beatOnce(made.db, undefined);
  const mark = { beat: beat + 10, at: new Date().toISOString(), ended: ['a credential'] };
  await marks.write(mark);
  const end = new AbortController();
  let isTold = false;
  const onRecovery = () => {
    isTold = true;
  };
  await keepMark({ db: made.db, marks, log, signal: end.signal, onRecovery });
  expect(isTold).toBe(true);
  expect(await readRecovery(made.db)).toMatchObject({
    ...{ reason: expect.stringContaining('older than what was last seen'), recoveredTo: at },
  });
  expect(await marks.read()).toEqual(mark);
});
