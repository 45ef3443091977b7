import { expect, it } from 'vitest';
import { runTool } from '../testing/run-tool.ts';
import { describeSupervisedHome } from '../testing/supervised-home.ts';
import { tool } from './get.ts';

await describeSupervisedHome('ha_get_logs', (at) => {
  const ask = (args: object) => runTool(tool, args, at().context());
  const someApp = () => {
    const [app] = at().supervisor.apps.values();
    if (!app) throw new Error('the Supervisor has no app');
    return app.slug;
  };

  it('reads the log of an app, whole or summed up', async () => {
    const slug = someApp();
    expect(await ask({ source: 'supervisor', slug })).toMatchObject({
      success: true,
      source: 'supervisor',
      slug,
      log: expect.stringContaining('started'),
      total_lines: 1,
      has_more: false,
    });
    expect(await ask({ source: 'supervisor', slug, structured: true })).toMatchObject({
      structured: true,
      summary: { total_records: 1 },
    });
  });

  it('tells an app that is not there from one that was not named', async () => {
    await expect(ask({ source: 'supervisor', slug: 'core_nothing' })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: { slug: 'core_nothing' },
    });
    for (const slug of [undefined, '../core', ''])
      await expect(ask({ source: 'supervisor', slug })).rejects.toMatchObject({
        code: 'VALIDATION_INVALID_PARAMETER',
        context: { parameter: 'slug' },
      });
    await expect(ask({ source: 'system_service', slug: 'wizard' })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { valid_services: expect.arrayContaining(['host', 'dns']) },
    });
  });

  it('reads the log of a service of the system', async () => {
    expect(await ask({ source: 'system_service', slug: 'host' })).toMatchObject({
      source: 'system_service',
      slug: 'host',
    });
  });
});
