import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memoryDenylist } from './denylist.ts';
import { createSessions, newSession } from './session.ts';

const client = { name: 'client', version: '1' };
const session = newSession('2025-11-25', client, { elicitation: {} });

describe('sessions', () => {
  it('open on any replica that holds the key, also after the key was rotated', () => {
    const [older, newer] = [randomBytes(32), randomBytes(32)];
    const id = createSessions([older], memoryDenylist()).seal('a', session);
    expect(createSessions([newer, older], memoryDenylist()).open('a', id)).toEqual(session);
    expect(createSessions([newer], memoryDenylist()).open('a', id)).toBeUndefined();
  });

  it('are worth nothing under another connector or credential, altered, or made up', () => {
    const sessions = createSessions([randomBytes(32)], memoryDenylist());
    const id = sessions.seal('connector\ncredential', session);
    const [version, payload = '', mac] = id.split('.');
    const richer = Buffer.from(JSON.stringify({ ...session, capabilities: { sampling: {} } })).toString('base64url');
    expect(sessions.open('connector\nother', id)).toBeUndefined();
    for (const wrong of [
      `${version}.${richer}.${mac}`,
      `${version}.${payload}.`,
      `${version}.${payload}`,
      '',
      'x',
      `${id}.x`,
    ]) {
      expect(sessions.open('connector\ncredential', wrong), wrong).toBeUndefined();
    }
  });

  it('end when deleted and when their time is over', () => {
    const sessions = createSessions([randomBytes(32)], memoryDenylist());
    const id = sessions.seal('a', session);
    expect(sessions.open('a', id)).toEqual(session);
    sessions.delete(id);
    expect(sessions.open('a', id)).toBeUndefined();
    expect(sessions.open('a', sessions.seal('a', { ...session, expiresAt: Date.now() - 1 }))).toBeUndefined();
  });

  it('fit into a header whatever a client says about itself', () => {
    const talkative = newSession(
      '2025-11-25',
      { name: 'ü'.repeat(9_000), version: '1'.repeat(9_000) },
      { experimental: { x: 'y'.repeat(90_000) } },
    );
    const id = createSessions([randomBytes(32)], memoryDenylist()).seal('a', talkative);
    expect(id.length).toBeLessThan(4_000);
    expect(id).toMatch(/^[\x21-\x7e]+$/);
  });
});
