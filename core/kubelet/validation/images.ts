import type { Rule } from './rule.ts';

const INVALID = 'invalid configuration: ';
const POLICY = 'imagePullCredentialsVerificationPolicy';
const LIST = 'preloadedImagesVerificationAllowlist';
const POLICIES = ['NeverVerify', 'NeverVerifyPreloadedImages', 'NeverVerifyAllowlistedImages', 'AlwaysVerify'];

/** Pull credential verification, since 1.33 behind KubeletEnsureSecretPulledImages. */
export const IMAGE_RULES: readonly Rule[] = [
  {
    id: 'V060',
    since: '1.33',
    check: view => {
      if (!view.gate('KubeletEnsureSecretPulledImages')) return null;
      const policy = view.text(POLICY);
      return POLICIES.includes(policy)
        ? null
        : {
            path: POLICY,
            message: `${INVALID}option "${policy}" specified for ${POLICY}. Valid options are ${POLICIES.join(', ')}`,
          };
    },
  },
  {
    id: 'V061',
    since: '1.33',
    check: view =>
      view.gate('KubeletEnsureSecretPulledImages') &&
      view.texts(LIST).length > 0 &&
      view.text(POLICY) !== 'NeverVerifyAllowlistedImages'
        ? {
            path: LIST,
            message: `${INVALID}can't set \`${LIST}\` if \`${POLICY}\` is not "NeverVerifyAllowlistedImages"`,
          }
        : null,
  },
  {
    id: 'V062',
    since: '1.33',
    check: view =>
      view.gate('KubeletEnsureSecretPulledImages') && view.text(POLICY) === 'NeverVerifyAllowlistedImages'
        ? view
            .texts(LIST)
            .map((pattern, index) => ({ pattern, index }))
            .filter(({ pattern }) => !isImagePattern(pattern))
            .slice(0, 1)
            .map(({ pattern, index }) => ({
              path: `${LIST}[${index}]`,
              message: `${INVALID}invalid image pattern "${pattern}" in ${LIST}`,
            }))
        : null,
  },
  {
    id: 'V063',
    since: '1.33',
    check: view =>
      !view.gate('KubeletEnsureSecretPulledImages') && view.text(POLICY) !== ''
        ? {
            path: POLICY,
            message: `${INVALID}\`${POLICY}\` must not be set if KubeletEnsureSecretPulledImages feature gate is not enabled`,
          }
        : null,
  },
  {
    id: 'V064',
    since: '1.33',
    check: view =>
      !view.gate('KubeletEnsureSecretPulledImages') && view.texts(LIST).length > 0
        ? {
            path: LIST,
            message: `${INVALID}\`${LIST}\` must not be set if KubeletEnsureSecretPulledImages feature gate is not enabled`,
          }
        : null,
  },
];

/** An image name without tag or digest; a trailing `/*` matches everything below. */
export function isImagePattern(text: string): boolean {
  if (text !== text.trim() || text === '' || text === '/*') return false;
  const name = text.endsWith('/*') ? text.slice(0, -1) : text;
  if (name.includes('*')) return false;
  if (name !== text) return true;
  if (name.includes('@')) return false;
  const [first = '', ...rest] = name.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  if (isHost && !/^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:\d+)?$/.test(first)) return false;
  const segments = isHost ? rest : [first, ...rest];
  return segments.every(segment => /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/.test(segment));
}
