import { describe, expect, it } from 'vitest';
import { maskSecrets } from './request-log.ts';

describe('maskSecrets', () => {
  it('hides the secret wherever a connector path appears', () => {
    expect(maskSecrets('/private_abc-DEF')).toBe('/private_***');
    expect(maskSecrets('/.well-known/oauth-protected-resource/private_abc?x=1')).toBe(
      '/.well-known/oauth-protected-resource/private_***?x=1',
    );
    expect(maskSecrets("'/private_abc' is not a valid url")).toBe("'/private_***' is not a valid url");
  });

  it('sees through percent-encoding and withholds what it cannot read', () => {
    expect(maskSecrets('/%70rivate_abc')).toBe('/private_***');
    expect(maskSecrets('/%2570rivate_abc')).toBe('/private_***');
    expect(maskSecrets('/%zzprivat%65_abc')).toBe('/***');
  });

  it('leaves other text alone', () => {
    expect(maskSecrets('/api/homes?name=a%20b')).toBe('/api/homes?name=a%20b');
  });
});
