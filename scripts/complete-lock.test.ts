import { expect, it } from 'vitest';
import { missingEntries, platformOf } from './complete-lock.ts';

it.each([
  ['@biomejs/cli-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  ['@turbo/windows-64', { os: ['win32'], cpu: ['x64'] }],
  ['@oxc-parser/binding-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'], libc: ['glibc'] }],
  ['@pydantic/monty-wasm32-wasi', { cpu: ['wasm32'] }],
])('reads the platform from the name %s', (name, platform) => {
  expect(platformOf(name)).toEqual(platform);
});

it('refuses a name that tells no platform', () => {
  expect(() => platformOf('left-pad')).toThrow('names no platform');
});

it('adds what an optional dependency names and the lock lacks, wherever it could lie', () => {
  const present = { version: '1.0.0', optional: true };
  const packages = {
    'node_modules/tool': {
      version: '1.0.0',
      dev: true,
      optionalDependencies: { '@tool/linux-x64': '1.0.0', '@tool/linux-arm64': '1.0.0', '@tool/darwin-arm64': '1.0.0' },
    },
    'node_modules/tool/node_modules/@tool/linux-x64': present,
    'node_modules/@tool/linux-arm64': present,
  };
  expect(missingEntries(packages)).toEqual({
    'node_modules/@tool/darwin-arm64': { version: '1.0.0', os: ['darwin'], cpu: ['arm64'], dev: true, optional: true },
  });
});
