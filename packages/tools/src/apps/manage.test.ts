import { expect, it } from 'vitest';
import { createInlineJobs } from '../testing/inline-jobs.ts';
import { runTool } from '../testing/run-tool.ts';
import { shownPreview } from '../testing/shown-preview.ts';
import { describeSupervisedHome } from '../testing/supervised-home.ts';
import { appApplier } from '../undo/app-applier.ts';
import { tool } from './manage.ts';

await describeSupervisedHome('ha_manage_app', (at) => {
  const manage = (args: object) => runTool(tool, args, at().context());
  const appOf = (slug: string) => at().supervisor.apps.get(slug);

  it('installs, starts, stops and uninstalls an app, and says so when it is seen', async () => {
    expect(await manage({ slug: 'core_ssh', action: 'install' })).toMatchObject({
      ...{ action: 'install', slug: 'core_ssh', status: 'completed', version: '9.20.0', state: 'stopped' },
    });
    await expect(manage({ slug: 'core_ssh', action: 'install' })).rejects.toMatchObject({
      code: 'RESOURCE_ALREADY_EXISTS',
    });
    expect(await manage({ slug: 'core_ssh', action: 'start' })).toMatchObject({ state: 'started' });
    expect(await manage({ slug: 'core_ssh', action: 'restart' })).toMatchObject({ status: 'completed' });
    expect(await manage({ slug: 'core_ssh', action: 'stop' })).toMatchObject({ state: 'stopped' });
    expect(await manage({ slug: 'core_ssh', action: ' Uninstall' })).toMatchObject({ version: null });
    expect(appOf('core_ssh')?.installed).toBeUndefined();
    await expect(manage({ slug: 'core_ssh', action: 'start' })).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it('goes on as a job when it takes long, and its end is seen later', async () => {
    const { supervisor, context, view } = at();
    supervisor.pace.workMs = 3_000;
    const jobs = createInlineJobs(view, 200);
    const answer = await runTool(tool, { slug: 'core_mosquitto', action: 'update' }, context({ jobs }));
    supervisor.pace.workMs = 20;
    expect(answer).toMatchObject({
      status: 'running',
      job_id: expect.any(String),
      note: expect.stringContaining('ha_get_job'),
    });
    expect(appOf('core_mosquitto')?.installed?.version).toBe('6.4.0');
    await expect.poll(() => jobs.get(String(answer['job_id'])), { timeout: 20_000 }).toMatchObject({ state: 'done' });
    const job = await jobs.get(String(answer['job_id']));
    expect(job).toMatchObject({ state: 'done', result: { slug: 'core_mosquitto', version: '6.5.2' } });
    await expect(manage({ slug: 'core_mosquitto', action: 'update' })).rejects.toMatchObject({
      code: 'RESOURCE_ALREADY_EXISTS',
    });
  });

  it('tells why the Supervisor could not do it', async () => {
    await expect(manage({ slug: 'local_broken', action: 'install' })).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining('image not found'),
    });
    await expect(manage({ slug: 'core_nothing', action: 'install' })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    await expect(manage({ slug: 'core_ssh', action: 'reboot' })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
    });
  });

  it('merges options into those there are, keeps both ends, and names what the app does not know', async () => {
    const context = at().context();
    const options = { customize: { active: true }, colour: 'red' };
    const answer = await runTool(tool, { slug: 'core_mosquitto', options, watchdog: true }, context);
    expect(answer).toMatchObject({
      status: 'pending_restart',
      ignored_fields: ['colour'],
      submitted_fields: ['options', 'watchdog'],
    });
    expect(appOf('core_mosquitto')?.installed).toMatchObject({
      watchdog: true,
      options: {
        customize: { active: true, folder: 'mosquitto' },
        logins: [{ username: 'sensor', password: 'a-broker-password' }],
      },
    });
    expect(context.keptEdits).toEqual([
      expect.objectContaining({
        item: { kind: 'app', id: 'core_mosquitto' },
        before: expect.objectContaining({ watchdog: false }),
        after: expect.objectContaining({ watchdog: true }),
      }),
    ]);
  });

  it('keeps no password in an edit, and takes the rest back without touching it', async () => {
    const { context, view } = at();
    const before = await appApplier.read(context(), 'core_mosquitto', undefined);
    expect(JSON.stringify(before)).not.toContain('a-broker-password');
    await manage({ slug: 'core_mosquitto', options: { require_certificate: true }, auto_update: true });
    const now = await appApplier.read(context(), 'core_mosquitto', before);
    expect(appApplier.obstacle?.(before, now, now)).toBeUndefined();
    await appApplier.write({ home: view, signal: context().signal }, 'core_mosquitto', before, now);
    expect(await appApplier.read(context(), 'core_mosquitto', before)).toEqual(before);
    expect(appOf('core_mosquitto')?.installed?.options['logins']).toEqual([
      { username: 'sensor', password: 'a-broker-password' },
    ]);
    expect(appApplier.obstacle?.(before, { options: {} }, now)).toContain('logins[0].password');
  });

  it('refuses a hidden value as if it were one, and passes on what the Supervisor refuses', async () => {
    const hidden = { logins: [{ username: 'sensor', password: '<redacted>' }] };
    await expect(manage({ slug: 'core_mosquitto', options: hidden })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      message: expect.stringContaining('logins[0].password'),
    });
    const wrong = { slug: 'core_mosquitto', options: { require_certificate: 'maybe' } };
    const refused = await manage(wrong).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringContaining('expected boolean') });
    // It repeats all options, also those that were stored before.
    expect(String(refused)).not.toContain('a-broker-password');
  });

  it('a preview shows what would be stored, what the Supervisor says to it, and stores nothing', async () => {
    const foreseen = (args: object) => shownPreview(at().view, tool, { slug: 'core_mosquitto', ...args });
    const before = structuredClone(appOf('core_mosquitto')?.installed);
    const shown = await foreseen({ options: { customize: { active: false } }, boot: 'manual' });
    expect(shown).toMatchObject({ operation: 'update', would_change: true, validation: { is_valid: true } });
    expect(shown['diff']).toContain('+      "active": false');
    expect(shown['diff']).toContain('+  "boot": "manual"');
    const wrong = await foreseen({ options: { require_certificate: 'maybe' } });
    expect(wrong).toMatchObject({
      validation: { is_valid: false, errors: [expect.stringContaining('expected boolean')] },
    });
    expect(JSON.stringify(wrong)).not.toContain('a-broker-password');
    const other = await foreseen({ options: { logins: [{ username: 'sensor', password: 'tr0ub4dor' }] } });
    expect(other).toMatchObject({ would_change: true, diff: expect.stringContaining('another one') });
    expect(JSON.stringify(other)).not.toMatch(/tr0ub4dor|a-broker-password/);
    expect(await foreseen({ watchdog: before?.watchdog })).toMatchObject({ would_change: false });
    expect(appOf('core_mosquitto')?.installed).toEqual(before);
    for (const args of [{ action: 'stop' }, { path: '/x' }])
      await expect(foreseen(args)).rejects.toMatchObject({ context: { parameter: 'preview' } });
    expect(appOf('core_mosquitto')?.installed).toEqual(before);
  });

  it('adds a store, finds it there, and removes it', async () => {
    const repository = 'https://github.com/example/apps';
    const added = await manage({ action: 'add_repository', repository });
    expect(added).toMatchObject({ action: 'add_repository', repository });
    expect(await manage({ action: 'add_repository', repository })).toMatchObject({
      message: expect.stringContaining('already'),
    });
    expect(await manage({ action: 'remove_repository', repository })).toMatchObject({
      message: 'The store is removed.',
    });
    expect([...at().supervisor.repositories.values()].map(({ url }) => url)).not.toContain(repository);
    await expect(manage({ action: 'add_repository', repository: 'https://u:p@example.org/x' })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
    });
    await expect(manage({ action: 'remove_repository', repository: 'local' })).rejects.toMatchObject({
      suggestions: [expect.stringContaining('uninstalled')],
    });
  });

  it("asks an app's own API: a page of a list, and what a program makes of it", async () => {
    expect(await manage({ slug: 'local_notes', path: '/api/notes', offset: 10, limit: 2 })).toMatchObject({
      ...{ status_code: 200, addon_name: 'Notes', response: [{ id: 'n11' }, { id: 'n12' }] },
      pagination: { total_items: 30, offset: 10, limit: 2, returned: 2 },
    });
    const python_transform = "response = [n['id'] for n in response if n['done']][:2]";
    expect(await manage({ slug: 'local_notes', path: 'api/notes', python_transform })).toMatchObject({
      ...{ response: ['n1', 'n3'], transformed: true },
    });
    expect(await manage({ slug: 'local_notes', path: '/big' })).toMatchObject({ truncated: true });
  });

  it("hands an app neither the home's token nor what is not the caller's to say", async () => {
    const request_headers = { 'x-deploy': 'full', 'x-forwarded-for': '10.0.0.1', cookie: 'a=b' };
    const answer = await manage({
      slug: 'local_notes',
      path: '/echo?a=1&b=x%20y',
      method: 'post',
      body: '{"c":2}',
      request_headers,
    });
    expect(answer['response']).toMatchObject({
      ...{ method: 'POST', path: '/echo', query: { a: '1', b: 'x y' }, body: { c: 2 } },
      headers: { 'x-deploy': 'full', 'x-ingress-path': expect.stringContaining('/api/hassio_ingress/') },
    });
    const text = JSON.stringify(answer);
    expect(text).not.toContain(at().home.token);
    expect(text).not.toContain('a=b');
    expect(text).not.toContain('10.0.0.1');
  });

  it("takes an app's 401 for the app's, and the home goes on answering", async () => {
    await expect(manage({ slug: 'local_notes', path: '/private' })).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: { status_code: 401 },
    });
    expect(at().view.info.state).toBe('running');
    await expect(manage({ slug: 'local_notes', path: '/gone' })).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it('changes a list of an app at once, or not at all', async () => {
    const operations = [
      { op: 'patch', id: 'n1', patches: { text: 'changed' } },
      { op: 'delete', id: 'n2' },
      { op: 'add', item: { id: 'new', text: 'x' } },
      { op: 'delete_where', field: 'done', value: false },
    ];
    expect(await manage({ slug: 'local_notes', path: '/api/notes', array_patch: { operations } })).toMatchObject({
      ...{ items_before: 30, items_after: 16 },
      summary: { patched: [{ id: 'n1', fields: ['text'] }], deleted_where: [{ count: 14 }] },
    });
    const lost = {
      operations: [
        { op: 'delete', id: 'n1' },
        { op: 'delete', id: 'nowhere' },
      ],
    };
    await expect(manage({ slug: 'local_notes', path: '/api/notes', array_patch: lost })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    expect(await manage({ slug: 'local_notes', path: '/api/notes', limit: 1 })).toMatchObject({
      response: [{ id: 'n1', text: 'changed' }],
    });
  });

  it('says what cannot be reached from here, and sends nothing', async () => {
    const before = at().supervisor.received.length;
    const refused = [
      { slug: 'local_notes', path: '/x', port: 1880 },
      { slug: 'local_notes', path: '/x', websocket: true },
      { slug: 'local_notes', path: '/x', action: 'start' },
      { slug: 'local_notes' },
    ];
    for (const args of refused)
      await expect(manage(args)).rejects.toMatchObject({ code: expect.stringMatching(/^VALIDATION_/) });
    expect(
      at()
        .supervisor.received.slice(before)
        .filter((one) => one.startsWith('POST')),
    ).toEqual([]);
    await expect(manage({ slug: 'local_notes', path: '/a/../../core' })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
    });
    await expect(manage({ slug: 'core_mosquitto', path: '/x' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});
