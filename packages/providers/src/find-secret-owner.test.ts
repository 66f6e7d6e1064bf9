import { describe, expect, it } from 'vitest';
import { checkPastedKey, findSecretOwner } from './find-secret-owner.ts';

const catalogue = [
  { id: 'hub', name: 'Hub', secretPrefixes: ['ghp_', 'gho_'] },
  { id: 'paylive', name: 'Pay Live', secretPrefixes: ['sk_live_'] },
  { id: 'pay', name: 'Pay', secretPrefixes: ['sk_', 'rk_'] },
  { id: 'opaque', name: 'Opaque', secretPrefixes: [] },
];
const hub = { id: 'hub', prefixes: ['ghp_'] };

describe('checkPastedKey', () => {
  it.each([
    ['as it is', 'sk_1234'],
    ['with white space', '  sk_1234\n'],
    ['in quotes', '"sk_1234"'],
    ['with the scheme of a header', 'Bearer sk_1234'],
    ['with scheme and quotes', '`token  sk_1234`'],
  ])('refuses a key of another provider %s', (_how, text) => {
    expect(checkPastedKey(text, hub, catalogue)).toEqual({ accepted: false, owner: { id: 'pay', name: 'Pay' } });
  });

  it('refuses a key of another provider on a form whose keys have no prefix, and on an owner’s own', () => {
    for (const id of ['opaque', 'own-intranet']) {
      const ruling = checkPastedKey('ghp_1234', { id, prefixes: [] }, catalogue);
      expect(ruling).toEqual({ accepted: false, owner: { id: 'hub', name: 'Hub' } });
    }
  });

  it.each(['pbk_mcp_1', 'pbk_admin_1', 'Bearer pbk_deploy_1', 'pbs_1'])(
    'refuses %j, a secret of this platform',
    (text) => {
      expect(checkPastedKey(text, { id: 'own-intranet', prefixes: [] }, catalogue)).toEqual({
        accepted: false,
        owner: null,
      });
    },
  );

  it('refuses a secret of the same provider that is not of the kind the form takes', () => {
    expect(checkPastedKey('gho_1234', hub, catalogue)).toEqual({ accepted: false, expected: ['ghp_'] });
  });

  it('accepts a key of the provider, and one without a known prefix', () => {
    expect(checkPastedKey(' ghp_1234 ', hub, catalogue)).toEqual({ accepted: true });
    expect(checkPastedKey('0123456789abcdef', hub, catalogue)).toEqual({ accepted: true });
    expect(checkPastedKey('0123456789abcdef', { id: 'opaque', prefixes: [] }, catalogue)).toEqual({ accepted: true });
  });
});

describe('findSecretOwner', () => {
  it('decides by the longest prefix', () => {
    expect(findSecretOwner('sk_live_1', catalogue)?.id).toBe('paylive');
    expect(findSecretOwner('sk_test_1', catalogue)?.id).toBe('pay');
    expect(findSecretOwner('SK_live_1', catalogue)).toBeUndefined();
  });
});
