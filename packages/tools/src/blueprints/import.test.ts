import { createServer } from 'node:http';
import { listBlueprints } from '@hub/ha/blueprints.ts';
import type { View } from '@hub/ha/view.ts';
import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './import.ts';

const yaml = (name: string, more = '') => `
blueprint:
  name: ${name}
  domain: automation
  input:
    lamp: { name: Lamp, selector: { entity: { domain: light } } }
${more}triggers: []
actions: [{ action: light.turn_on, target: { entity_id: !input lamp } }]
`;

/** A website that the home, on this same machine, fetches blueprints from. */
async function serve(pages: Readonly<Record<string, string>>) {
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/plain' }).end(page);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: (page: string) => `http://127.0.0.1:${port}${page}`,
    [Symbol.dispose]: () => void server.close(),
  };
}

const remove = (home: View, path: string) => home.send({ type: 'blueprint/delete', domain: 'automation', path });

await describeRealHome('ha_import_blueprint', (context) => {
  it('keeps what the home fetched, replaces it only when told, and keeps both states as edits', async () => {
    const pages = { '/import-test.yaml': yaml('First') };
    using site = await serve(pages);
    const at = context();
    const url = site.url('/import-test.yaml');
    const path = '127.0.0.1/import-test.yaml';
    expect(await runTool(tool, { url }, at)).toMatchObject({
      success: true,
      url,
      imported_blueprint: { path, domain: 'automation', name: 'First', inputs: { lamp: { name: 'Lamp' } } },
      overrides_existing: false,
    });
    await expect(runTool(tool, { url }, at)).rejects.toMatchObject({
      code: 'RESOURCE_ALREADY_EXISTS',
      context: { path },
    });
    pages['/import-test.yaml'] = yaml('Second');
    expect(await runTool(tool, { url, overwrite: true }, at)).toMatchObject({ overrides_existing: true });
    expect((await listBlueprints(at.home, 'automation'))[path]).toMatchObject({
      metadata: { name: 'Second', source_url: url },
    });
    expect(at.keptEdits).toMatchObject([
      {
        item: { kind: 'blueprint', id: `automation/${path}` },
        before: undefined,
        after: { metadata: { name: 'First' } },
      },
      {
        before: { metadata: { name: 'First' }, config: { actions: expect.any(Array) } },
        after: { metadata: { name: 'Second' } },
      },
    ]);
    await remove(at.home, path);
  });

  it('keeps nothing that is for a newer Home Assistant, no blueprint, or not there', async () => {
    const newer = yaml('Newer').replace('  domain:', '  homeassistant: { min_version: 2099.1.0 }\n  domain:');
    using site = await serve({ '/newer.yaml': newer, '/none.yaml': 'just: text' });
    const at = context();
    await expect(runTool(tool, { url: site.url('/newer.yaml') }, at)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('2099.1.0'),
    });
    await expect(runTool(tool, { url: site.url('/none.yaml') }, at)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('Invalid blueprint'),
    });
    await expect(runTool(tool, { url: site.url('/missing.yaml') }, at)).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: { url: site.url('/missing.yaml') },
    });
    expect(at.keptEdits).toEqual([]);
  });

  it.each(['', 'motion light', 'file:///etc/passwd', 'https://user:secret@example.org/x.yaml'])(
    'refuses %s as an address',
    async (url) => {
      await expect(runTool(tool, { url }, context())).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    },
  );
});
