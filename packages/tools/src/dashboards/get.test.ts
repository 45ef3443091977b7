import { createDashboard, deleteDashboard, saveDashboard } from '@hub/ha/dashboards.ts';
import type { View } from '@hub/ha/view.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './get.ts';

const config = {
  views: [
    {
      title: 'Ground floor',
      path: 'ground',
      badges: ['sun.sun'],
      cards: [{ type: 'entities', entities: ['light.got', { entity: 'sun.sun' }] }],
    },
    {
      title: 'Garden',
      type: 'sections',
      sections: [
        {
          cards: [
            { type: 'heading', heading: 'The pond & the shed' },
            {
              type: 'vertical-stack',
              cards: [
                { type: 'tile', entity: 'light.got_two' },
                { type: 'tile', entity: 'light.got' },
              ],
            },
          ],
        },
        { cards: [{ type: 'conditional', card: { type: 'markdown', content: 'Frost tonight, close the tap' } }] },
      ],
    },
  ],
};

const found = z.looseObject({ matches: z.array(z.record(z.string(), z.unknown())), match_count: z.number() });

await describeHomes('ha_config_get_dashboard', (context) => {
  const withDashboard = async (path: string, content: object | undefined, use: (home: View) => Promise<void>) => {
    const { home } = context();
    const { id = '' } = await createDashboard(home, { url_path: path, title: 'Get Test' });
    try {
      if (content) await saveDashboard(home, path, { ...content });
      await use(home);
    } finally {
      await deleteDashboard(home, id);
    }
  };

  it('lists dashboards with who sees them', () =>
    withDashboard('get-test-list', undefined, async () => {
      const answer = await runTool(tool, { list_only: true }, context());
      expect(answer).toMatchObject({ success: true, action: 'list' });
      expect(answer['dashboards']).toContainEqual({
        id: 'get_test_list',
        url_path: 'get-test-list',
        title: 'Get Test',
        icon: null,
        show_in_sidebar: true,
        require_admin: false,
        mode: 'storage',
      });
    }));

  it('shows the whole with its hash, size and the addresses of its views, by path or by id', () =>
    withDashboard('get-test-whole', config, async () => {
      const answer = await runTool(tool, { url_path: 'get-test-whole' }, context());
      expect(answer).toMatchObject({
        action: 'get',
        url_path: 'get-test-whole',
        config,
        config_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
        config_size_bytes: JSON.stringify(config).length,
        render_paths: [
          { view_index: 0, view_path: 'ground', render_path: '/get-test-whole/ground', stable: true },
          { view_index: 1, view_path: null, render_path: '/get-test-whole/1', stable: false },
        ],
      });
      expect(await runTool(tool, { url_path: 'get_test_whole' }, context())).toEqual({
        ...answer,
        resolved_from: 'get_test_whole',
      });
    }));

  it('one view is had by its path or its index', () =>
    withDashboard('get-test-view', config, async () => {
      const one = (view: string) => runTool(tool, { url_path: 'get-test-view', view_path: view }, context());
      const answer = await one('ground');
      expect(answer).toMatchObject({ view_index: 0, view_count: 2, view: config.views[0] });
      expect(answer).not.toHaveProperty('config');
      expect(await one('1')).toMatchObject({ view_index: 1, view: { title: 'Garden' } });
      await expect(one('attic')).rejects.toMatchObject({
        code: 'RESOURCE_NOT_FOUND',
        context: { available_views: ['ground', '1'] },
      });
    }));

  it('finds cards wherever they lie, with the way to them', () =>
    withDashboard('get-test-find', config, async () => {
      const find = async (criteria: object) =>
        found.parse(await runTool(tool, { url_path: 'get-test-find', ...criteria }, context())).matches;
      expect(await find({ entity_id: 'light.got' })).toEqual([
        {
          view_index: 0,
          section_index: null,
          card_index: 0,
          jq_path: '.views[0].cards[0]',
          python_path: "config['views'][0]['cards'][0]",
          card_type: 'entities',
        },
        {
          view_index: 1,
          section_index: 0,
          card_index: 1,
          jq_path: '.views[1].sections[0].cards[1].cards[1]',
          python_path: "config['views'][1]['sections'][0]['cards'][1]['cards'][1]",
          card_type: 'tile',
        },
      ]);
      expect(await find({ entity_id: 'light.*two' })).toMatchObject([{ card_type: 'tile' }]);
      expect(await find({ entity_id: 'sun.sun' })).toMatchObject([{ badge_index: 0 }, { card_type: 'entities' }]);
      expect(await find({ heading: 'pond', include_config: true })).toMatchObject([
        { card_type: 'heading', card_config: { heading: 'The pond & the shed' } },
      ]);
      expect(await find({ card_type: 'markdown' })).toMatchObject([{ jq_path: '.views[1].sections[1].cards[0].card' }]);
      expect(await find({ card_type: 'tile', entity_id: 'light.got' })).toHaveLength(1);
      expect(await find({ card_type: 'gauge' })).toEqual([]);
    }));

  it('looks for words in all dashboards', () =>
    withDashboard('get-test-words', config, async () => {
      const look = async (query: string) => found.parse(await runTool(tool, { mode: 'search', query }, context()));
      expect((await look('FROST tonight')).matches).toEqual([
        {
          url_path: 'get-test-words',
          title: 'Get Test',
          view_index: 1,
          view_title: 'Garden',
          card_path: '.views[1].sections[1].cards[0].card',
          card_type: 'markdown',
          matched_field: 'content',
          matched_value: 'Frost tonight, close the tap',
        },
      ]);
      expect(await look('words nobody wrote')).toMatchObject({ matches: [], match_count: 0, truncated: false });
      await expect(runTool(tool, { mode: 'search' }, context())).rejects.toMatchObject({
        code: 'VALIDATION_MISSING_PARAMETER',
      });
    }));

  it('says what there is when none is so named, nothing is stored, or a strategy fills it', async () => {
    await expect(runTool(tool, { url_path: 'get-test-none' }, context())).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining('Unknown config specified'),
      context: { action: 'get', url_path: 'get-test-none', available_url_paths: expect.arrayContaining(['default']) },
    });
    await withDashboard('get-test-empty', undefined, async () => {
      await expect(runTool(tool, { url_path: 'get-test-empty' }, context())).rejects.toMatchObject({
        message: expect.stringContaining('No config found'),
      });
    });
    await withDashboard('get-test-strategy', { strategy: { type: 'map' } }, async () => {
      await expect(
        runTool(tool, { url_path: 'get-test-strategy', entity_id: 'sun.sun' }, context()),
      ).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    });
  });
});
