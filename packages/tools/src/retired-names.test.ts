import { expect, test } from 'vitest';
import { withoutRetired } from './retired-names.ts';

const tool = 'ha_config_get_dashboard';

test('an argument that asks for nothing any more is as good as left out', () => {
  for (const include_screenshot of [false, 'false', null]) {
    expect(withoutRetired(tool, { url_path: 'my-home', include_screenshot })).toEqual({ url_path: 'my-home' });
  }
  expect(withoutRetired('ha_get_state', { include_screenshot: false })).toEqual({ include_screenshot: false });
});

test('one that asks for what is not here is refused with the reason', () => {
  expect(() => withoutRetired(tool, { include_screenshot: true })).toThrow(
    expect.objectContaining({
      code: 'VALIDATION_INVALID_PARAMETER',
      message: '`include_screenshot`: Nothing here takes pictures of a dashboard.',
    }),
  );
});
