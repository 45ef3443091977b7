import { createCommunityStoreModel } from '@hub/simulated-home/community-store-model.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { createInlineJobs } from '../testing/inline-jobs.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './manage.ts';

describe.each(['hacs', 'marketplace'] as const)('ha_manage_hacs over %s', (kind) => {
  async function start(patienceMs?: number) {
    const store = createCommunityStoreModel(kind);
    const home = await startSimulatedHome({ communityStore: store });
    onTestFinished(() => home.close());
    const { view, ...open } = await openView(home);
    onTestFinished(() => open[Symbol.asyncDispose]());
    const jobs = createInlineJobs(view, patienceMs);
    const manage = (args: object) => runTool(tool, args, createToolContext({ view, jobs }));
    return { store, jobs, manage };
  }

  it('installs by name, in the version asked for, and removes it again', async () => {
    const { store, manage } = await start();
    expect(
      await manage({ action: 'download', repository_id: 'Someone/Solar-Forecast', version: '3.5.0' }),
    ).toMatchObject({
      data: { store: kind, repository_id: '1001', version: '3.5.0', note: expect.stringContaining('restart') },
    });
    expect(await manage({ action: 'remove', repository_id: '1001' })).toMatchObject({
      data: { repository_id: '1001' },
    });
    expect(store.repositories.get('1001')?.installed).toBe(false);
    await expect(manage({ action: 'remove', repository_id: '1001' })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
  });

  it('goes on as a job when the download takes long', async () => {
    const { store, jobs, manage } = await start(100);
    store.workMs = 1_000;
    const answer = await manage({ action: 'download', repository_id: '1001' });
    expect(answer).toMatchObject({ status: 'running', job_id: expect.any(String), repository_id: '1001' });
    await expect
      .poll(() => jobs.get(String(answer['job_id'])), { timeout: 5_000 })
      .toMatchObject({ state: 'done', result: { installed_version: '4.0.0' } });
    expect(store.received.filter((name) => name === 'install')).toHaveLength(1);
  });

  it('goes on as a job when the removal takes long, and is gone at its end', async () => {
    const { store, jobs, manage } = await start(100);
    store.workMs = 1_000;
    const answer = await manage({ action: 'remove', repository_id: '1002' });
    expect(answer).toMatchObject({ status: 'running', job_id: expect.any(String), action: 'remove' });
    await expect
      .poll(() => jobs.get(String(answer['job_id'])), { timeout: 5_000 })
      .toMatchObject({ state: 'done', result: { repository: 'someone/mushroom-cards' } });
    expect(store.repositories.get('1002')?.installed).toBe(false);
    expect(store.received.filter((name) => name === 'uninstall')).toHaveLength(1);
  });

  it('adds a repository and says so once the store lists it', async () => {
    const { manage } = await start();
    const repository = 'https://github.com/someone/new-card.git';
    expect(await manage({ action: 'add_repository', repository, category: 'lovelace' })).toMatchObject({
      data: { repository: 'someone/new-card', repository_id: expect.any(String) },
    });
    await expect(manage({ action: 'add_repository', repository, category: 'lovelace' })).rejects.toMatchObject({
      code: 'RESOURCE_ALREADY_EXISTS',
    });
  });

  it('looks a repository up anew', async () => {
    const { manage } = await start();
    expect(await manage({ action: 'update_information', repository_id: '1002' })).toMatchObject({
      data: { installed_version: '3.9.0', available_version: '4.0.0', pending_update: true },
    });
  });

  it('refuses what is missing, foreign or unknown, and tells what the store says', async () => {
    const { store, manage } = await start();
    const wrong = [
      [{ action: 'download' }, 'VALIDATION_MISSING_PARAMETER'],
      [{ action: 'remove', repository_id: '1002', version: '1' }, 'VALIDATION_INVALID_PARAMETER'],
      [{ action: 'add_repository', repository: 'nonsense', category: 'theme' }, 'VALIDATION_INVALID_PARAMETER'],
      [{ action: 'add_repository', repository: 'a/b' }, 'VALIDATION_MISSING_PARAMETER'],
      [{ action: 'download', repository_id: 'someone/solar' }, 'RESOURCE_NOT_FOUND'],
      [{ action: 'update_information', repository_id: '9' }, 'RESOURCE_NOT_FOUND'],
      [{ action: 'download', repository_id: '1001', version: '0.0.0' }, 'SERVICE_CALL_FAILED'],
    ] as const;
    for (const [args, code] of wrong) await expect(manage(args)).rejects.toMatchObject({ code });
    expect([...store.repositories.values()].filter(({ installed }) => installed)).toHaveLength(1);
  });

  it("leaves the marketplace's warning to a person", async () => {
    const { store, manage } = await start();
    store.isWarningAccepted = false;
    if (kind === 'hacs') return expect(store.kind).toBe('hacs');
    await expect(manage({ action: 'download', repository_id: '1001' })).rejects.toMatchObject({
      code: 'USER_APPROVAL_REQUIRED',
    });
  });

  it('removing is destroy, the rest is system', () => {
    const { effect } = tool;
    const of = (action: string) => (typeof effect === 'string' ? effect : effect.of(tool.input.parse({ action })));
    expect(['download', 'add_repository', 'update_information', 'remove'].map(of)).toEqual([
      ...['system', 'system', 'system', 'destroy'],
    ]);
  });
});

await describeRealHome('ha_manage_hacs', (context) => {
  it('says of a real marketplace why it does not, or that there is no such thing', async () => {
    const { home } = context();
    const args = { action: 'download', repository_id: '999999999' };
    await expect(
      runTool(tool, args, createToolContext({ view: home, jobs: createInlineJobs(home) })),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/^(COMPONENT_NOT_INSTALLED|RESOURCE_NOT_FOUND)$/),
      suggestions: [expect.any(String)],
    });
  });
});
