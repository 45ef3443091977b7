import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './manage.ts';

await describeRealHome('ha_manage_theme', (context) => {
  const manage = (args: object, at = context()) => runTool(tool, args, at);

  it('lists what is installed and what is shown', async () => {
    expect(await manage({ action: 'list' })).toMatchObject({
      success: true,
      data: { themes: ['test_theme'], count: 1, default_theme: expect.any(String) },
    });
  });

  it('sets a theme for one mode, takes it back, and keeps each as an edit', async () => {
    const at = context();
    expect(await manage({ action: 'set', theme_name: 'Test_Theme', mode: 'dark' }, at)).toMatchObject({
      data: { theme: 'test_theme', mode: 'dark', default_dark_theme: 'test_theme' },
    });
    expect(await manage({ action: 'set', theme_name: 'none', mode: 'dark' }, at)).toMatchObject({
      data: { theme: 'none', default_dark_theme: null },
    });
    expect(at.keptEdits).toMatchObject([
      { item: { kind: 'theme', id: 'dark' }, before: { dark: null }, after: { dark: 'test_theme' } },
      { item: { kind: 'theme', id: 'dark' }, before: { dark: 'test_theme' }, after: { dark: null } },
    ]);
    const light = await manage({ action: 'set', theme_name: 'default' }, at);
    expect(light).toMatchObject({ data: { mode: 'light', default_theme: 'default' } });
    expect(light).not.toHaveProperty('partial');
  });

  it('refuses none, and one that is not installed, with those that are', async () => {
    await expect(manage({ action: 'set' })).rejects.toMatchObject({ code: 'VALIDATION_MISSING_PARAMETER' });
    await expect(manage({ action: 'set', theme_name: 'nord' })).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: { available_themes: ['test_theme'] },
    });
  });

  it('is a read when it lists', () => {
    const { effect } = tool;
    const of = (action: 'list' | 'set') => (typeof effect === 'string' ? effect : effect.of({ action }));
    expect([of('list'), of('set')]).toEqual(['read', 'configure']);
  });
});
