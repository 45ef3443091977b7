import { describe, expect, test } from 'vitest';
import { commandFault, httpFault } from './faults.ts';

describe('a failed command', () => {
  test.each([
    ['not_found', 'Entity not found', 'SERVICE_CALL_FAILED', 'Command failed: Entity not found'],
    ['home_assistant_error', 'Backup manager busy', 'SERVICE_CALL_FAILED', 'Command failed: Backup manager busy'],
    ['home_assistant_error', 'Unauthorized', 'AUTH_INSUFFICIENT_PERMISSIONS', 'Command failed: Unauthorized'],
    ['invalid_format', 'whatever it says', 'VALIDATION_FAILED', 'Command failed: whatever it says'],
    ['unknown_error', "required key not provided @ data['name']", 'VALIDATION_FAILED', undefined],
    ['unknown_error', '', 'SERVICE_CALL_FAILED', 'Command failed: unknown_error'],
    ['unauthorized', 'Unauthorized', 'AUTH_INSUFFICIENT_PERMISSIONS', undefined],
    ['unknown_command', 'Unknown command.', 'COMPONENT_NOT_INSTALLED', undefined],
    ['timeout', 'Timed out', 'TIMEOUT_OPERATION', 'Command failed: Timed out'],
  ])('%s "%s" becomes %s', (code, message, expected, text) => {
    const fault = commandFault('config/x', { code, message });
    expect(fault).toMatchObject({ code: expected, context: { ha_error_code: code } });
    if (text !== undefined) expect(fault.message).toBe(text);
  });

  test.each([undefined, null, 'text', [], { code: {} }])('with the error %j is one all the same', (error) => {
    expect(commandFault('x', error)).toMatchObject({ code: 'SERVICE_CALL_FAILED' });
  });
});

describe('a REST answer', () => {
  test.each([
    [404, '{"message":"Entity not found."}', 'light.x', 'ENTITY_NOT_FOUND', 'API error: 404 - Entity not found.'],
    [404, '404: Not Found', undefined, 'RESOURCE_NOT_FOUND', 'API error: 404 - 404: Not Found'],
    [
      400,
      '{"message":"Message malformed: extra keys"}',
      undefined,
      'VALIDATION_FAILED',
      'API error: 400 - Message malformed: extra keys',
    ],
    [401, '', undefined, 'AUTH_INVALID_TOKEN', undefined],
    [403, '', undefined, 'AUTH_INVALID_TOKEN', undefined],
    [500, 'Internal Server Error', undefined, 'SERVICE_CALL_FAILED', 'API error: 500 - Internal Server Error'],
  ])('of %i %s for %s is %s', (status, body, entityId, code, message) => {
    const fault = httpFault(status, body, { entityId });
    expect(fault).toMatchObject({ code, context: { status } });
    if (message !== undefined) expect(fault.message).toBe(message);
  });

  test("of a gateway that gave up leaves a write's outcome unknown", () => {
    expect(httpFault(504, '', { isWrite: true }).outcomeUnknown).toBe(true);
    expect(httpFault(504, '').outcomeUnknown).toBe(false);
  });
});
