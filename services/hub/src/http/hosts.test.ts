import { describe, expect, it } from 'vitest';
import { hostRules } from './hosts.ts';

describe('hostRules', () => {
  it('lets loopback and the public host in, on any port', () => {
    const rules = hostRules(['https://hub.example.org']);
    for (const host of [
      'localhost',
      'localhost:9583',
      '127.0.0.1:1',
      '[::1]:9583',
      'hub.example.org',
      'HUB.example.org:443',
    ]) {
      expect(rules.allowsHost(host), host).toBe(true);
    }
  });

  it('refuses other names, and addresses once a public URL is known', () => {
    const rules = hostRules(['https://hub.example.org']);
    for (const host of [undefined, '', 'evil.example', 'hub.example.org.evil.example', '192.168.1.5:9583', 'a b']) {
      expect(rules.allowsHost(host), String(host)).toBe(false);
    }
  });

  it('lets bare addresses in while no public URL is known, for rebinding needs a name', () => {
    const rules = hostRules([]);
    expect(rules.allowsHost('192.168.1.5:9583')).toBe(true);
    expect(rules.allowsHost('[fd00::5]:9583')).toBe(true);
    expect(rules.allowsHost('evil.example')).toBe(false);
  });

  it('lets clients without an Origin pass and judges web pages by theirs', () => {
    const rules = hostRules(['https://hub.example.org']);
    expect(rules.allowsOrigin(undefined)).toBe(true);
    expect(rules.allowsOrigin('https://hub.example.org')).toBe(true);
    expect(rules.allowsOrigin('http://localhost:6274')).toBe(true);
    expect(rules.allowsOrigin('https://evil.example')).toBe(false);
    expect(rules.allowsOrigin('null')).toBe(false);
    expect(rules.allowsOrigin('file://localhost')).toBe(false);
  });
});
