import { Fault } from '@hub/core/fault.ts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  envBoolean,
  envCidrs,
  envHttpUrl,
  envHttpUrls,
  envList,
  envNumber,
  envOneOf,
  envPort,
  envText,
  envUrl,
  readEnv,
} from './env.ts';

const schema = z.object({
  PORT: envPort.default(9583),
  HOST: envText.optional(),
  DEBUG: envBoolean.default(false),
  ORIGINS: envList.default([]),
  TRUSTED_PROXIES: envCidrs.default([]),
  PUBLIC_URL: envHttpUrls.optional(),
  HOME_ASSISTANT_URL: envHttpUrl.optional(),
  DATABASE_URL: envUrl('postgres', 'postgresql').optional(),
  POOL: envNumber(1, 100).default(10),
  DEFAULT_CEILING: envOneOf(['read', 'control']).default('control'),
});

function faultOf(env: Record<string, string>, shape: z.ZodObject = schema): Fault {
  try {
    readEnv(shape, env);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

test('nothing set gives the defaults, and an empty variable counts as not set', () => {
  expect(readEnv(schema, { PORT: '', OTHER: 'x' })).toEqual({
    PORT: 9583,
    DEBUG: false,
    ORIGINS: [],
    TRUSTED_PROXIES: [],
    POOL: 10,
    DEFAULT_CEILING: 'control',
  });
});

test('every kind is read', () => {
  const env = readEnv(schema, {
    PORT: ' 8080 ',
    DEBUG: 'Yes',
    ORIGINS: 'a, b,,c',
    TRUSTED_PROXIES: '10.0.0.0/8, ::1,192.168.1.4',
    PUBLIC_URL: 'https://hub.example,http://10.0.0.1:9583',
    HOME_ASSISTANT_URL: 'http://homeassistant.local:8123',
    DATABASE_URL: 'postgres://u:p@db/hub',
    POOL: '1',
    DEFAULT_CEILING: 'read',
  });
  expect(env).toMatchObject({
    PORT: 8080,
    DEBUG: true,
    ORIGINS: ['a', 'b', 'c'],
    TRUSTED_PROXIES: ['10.0.0.0/8', '::1/128', '192.168.1.4/32'],
    POOL: 1,
    DATABASE_URL: 'postgres://u:p@db/hub',
  });
  expect(env.PUBLIC_URL?.map((url) => url.host)).toEqual(['hub.example', '10.0.0.1:9583']);
});

test('all wrong variables are named at once, each with what was expected and found', () => {
  const fault = faultOf({
    PORT: '70000',
    DEBUG: 'maybe',
    POOL: '1.5',
    DEFAULT_CEILING: 'all',
    TRUSTED_PROXIES: '10.0.0.0/33',
  });
  expect(fault.code).toBe('CONFIG_INVALID');
  expect(fault.message.split('\n')).toEqual([
    'PORT: expected a port from 1 to 65535, got "70000"',
    'DEBUG: expected true or false (also 1/0, yes/no, on/off), got "maybe"',
    'TRUSTED_PROXIES: expected addresses or networks such as 10.0.0.0/8, separated by commas, got "10.0.0.0/33"',
    'POOL: expected a whole number from 1 to 100, got "1.5"',
    'DEFAULT_CEILING: expected one of read, control, got "all"',
  ]);
  expect(fault.suggestions[0]).toContain('PORT, DEBUG');
});

test('a variable that must be set says so', () => {
  expect(faultOf({}, z.object({ HUB_KEYS: envText })).message).toBe('HUB_KEYS: expected a text, it is not set');
});

test('the value of a key, token or URL is never repeated', () => {
  const fault = faultOf({ DATABASE_URL: 'mysql://u:hunter22@db', HOME_ASSISTANT_URL: 'hunter22' });
  expect(fault.message).not.toContain('hunter22');
  expect(fault.message).toContain('postgres:// or postgresql://');
});
